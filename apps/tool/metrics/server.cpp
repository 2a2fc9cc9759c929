#include "tool/metrics/server.hpp"

#include "cli/arguments.hpp"
#include "cli/waits.hpp"

#include <handoff/error.hpp>
#include <handoff/version.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

namespace handoff::apps::tool {

namespace {

using Clock = std::chrono::steady_clock;
using Answer = http::response<http::string_body>;

constexpr const char* welcome = "handoff: what goes on in segments is at /metrics\n";

Answer answer(http::status status, std::string body) {
    Answer made(status, 11);
    made.set(http::field::server, std::string("handoff/") + HANDOFF_VERSION);
    made.set(http::field::content_type, "text/plain; charset=utf-8");
    made.body() = std::move(body);
    return made;
}

Answer answer_to(http::verb method, std::string target, const std::function<std::string()>& page) {
    target = target.substr(0, target.find('?'));
    if (target != "/" && target != "/metrics")
        return answer(http::status::not_found, "There is nothing here; ask for /metrics.\n");
    if (method != http::verb::get) {
        Answer refusal = answer(http::status::method_not_allowed, "Only GET is answered.\n");
        refusal.set(http::field::allow, "GET");
        return refusal;
    }
    if (target == "/") return answer(http::status::ok, welcome);
    try {
        Answer made = answer(http::status::ok, page());
        made.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
        return made;
    } catch (const std::exception& error) {
        return answer(http::status::internal_server_error, error.what() + std::string("\n"));
    }
}

/// One connection. It keeps itself alive by what it waits for.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, const ServerLimits& limits, const std::function<std::string()>& page)
        : stream_(std::move(socket)), limits_(limits), page_(page) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// While a request is awaited: since when. None while one is answered.
    std::optional<Clock::time_point> idle_since() const noexcept { return idle_since_; }
    /// Ends what it waits for, and so the session.
    void close() {
        beast::error_code ignored;
        stream_.socket().close(ignored);
    }

    void read() {
        if (!idle_since_) idle_since_ = Clock::now();
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(limits_.request_bytes));
        parser_->body_limit(limits_.request_bytes);  // read, so that the client gets to read the refusal
        restart_timeout();
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code error, std::size_t) { self->on_read(error); });
    }

private:
    void restart_timeout() { stream_.expires_after(std::chrono::ceil<std::chrono::milliseconds>(limits_.timeout)); }

    void on_read(beast::error_code error) {
        if (error == http::error::header_limit || error == http::error::buffer_overflow)
            return write(answer(http::status::request_header_fields_too_large, "The request is too large.\n"), false);
        if (error == http::error::body_limit)
            return write(answer(http::status::payload_too_large, "The request is too large.\n"), false);
        if (error == http::error::end_of_stream || error == http::error::partial_message) return;  // closed
        if (error && error.category() == beast::error_code(http::error::bad_method).category())
            return write(answer(http::status::bad_request, "This is no HTTP request.\n"), false);
        if (error) return;  // too slow, or reset
        idle_since_.reset();
        const auto& request = parser_->get();
        write(answer_to(request.method(), std::string(request.target()), page_), request.keep_alive());
    }

    void write(Answer made, bool keep_alive) {
        answer_ = std::move(made);
        answer_.keep_alive(keep_alive);
        answer_.prepare_payload();
        restart_timeout();
        http::async_write(stream_, answer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
            if (error) return;
            if (self->answer_.keep_alive()) return self->read();
            self->stream_.socket().shutdown(tcp::socket::shutdown_send, error);
            self->restart_timeout();
            self->drain(0);
        });
    }

    /// Closing with unread bytes would reset the connection, and the client might never read the answer.
    void drain(std::size_t drained) {
        constexpr std::size_t most = 1 << 20;
        if (drained > most) return;
        buffer_.clear();
        stream_.async_read_some(buffer_.prepare(4096),
                                [self = shared_from_this(), drained](beast::error_code error, std::size_t bytes) {
                                    if (!error) self->drain(drained + bytes);
                                });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_{64 * 1024};
    std::optional<http::request_parser<http::string_body>> parser_;
    std::optional<Clock::time_point> idle_since_;
    Answer answer_;
    const ServerLimits& limits_;
    const std::function<std::string()>& page_;
};

class Server {
public:
    Server(const ServerAddress& address, const ServerLimits& limits, const std::function<std::string()>& page)
        : limits_(limits), page_(page) {
        const tcp::endpoint endpoint(asio::ip::make_address(address.host), address.port);
        try {
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address(true));  // after a restart; not beside another server
            acceptor_.bind(endpoint);
            acceptor_.listen();
        } catch (const boost::system::system_error& error) {
            throw Error(Errc::system, "cannot listen on " + address.text() + ": " + error.code().message() +
                                          ". Give another address with --listen; port 0 takes a free one");
        }
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() = default;

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    void run() {
        const std::stop_callback on_stop(stop_token(), [this] { context_.stop(); });
        accept();
        context_.run();
    }

private:
    void accept() {
        acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
            if (error) return accept_later();
            begin(std::move(socket));
            accept();
        });
    }

    /// There may be no descriptor to be had at this moment.
    void accept_later() {
        retry_.expires_after(std::chrono::milliseconds(100));
        retry_.async_wait([this](beast::error_code) { accept(); });
    }

    void begin(tcp::socket socket) {
        std::erase_if(sessions_, [](const auto& session) { return session.expired(); });
        if (sessions_.size() >= limits_.connections) make_room();
        const auto session = std::make_shared<Session>(std::move(socket), limits_, page_);
        sessions_.push_back(session);
        session->read();
    }

    /// Closes the session that has waited longest for a request, whether it is silent or slow; if all are being
    /// answered, the oldest. So silent clients never keep others out.
    void make_room() {
        const auto idle_time = [](const std::weak_ptr<Session>& one) {
            const auto session = one.lock();
            return session ? session->idle_since().value_or(Clock::time_point::max()) : Clock::time_point::max();
        };
        const auto longest = std::ranges::min_element(sessions_, {}, idle_time);
        if (const auto session = longest->lock()) session->close();
        sessions_.erase(longest);
    }

    // The context goes last: what waits in it names all the others.
    const ServerLimits& limits_;
    const std::function<std::string()>& page_;
    std::vector<std::weak_ptr<Session>> sessions_;  ///< oldest first
    asio::io_context context_{1};
    tcp::acceptor acceptor_{context_};
    asio::steady_timer retry_{context_};
};

std::optional<std::uint16_t> parse_port(const std::string& text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end) return {};
    return port;
}

}  // namespace

std::string ServerAddress::text() const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

ServerAddress parse_address(const std::string& text) {
    const auto colon = text.rfind(':');
    std::string host = colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string::npos)
        host.clear();  // where does it end?
    if (host == "localhost") host = "127.0.0.1";
    const auto port = parse_port(colon == std::string::npos ? text : text.substr(colon + 1));
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error || !port)
        throw UsageError("'" + text +
                         "' is no address to listen on: write one like 127.0.0.1:9464, [::1]:9464 or 9464");
    return {address.to_string(), *port, address.is_loopback()};
}

void serve(const ServerAddress& address, const ServerLimits& limits, const std::function<std::string()>& page,
           const std::function<void(const ServerAddress&)>& listening) {
    Server server(address, limits, page);
    listening({address.host, server.port(), address.is_loopback});
    server.run();
}

}  // namespace handoff::apps::tool
