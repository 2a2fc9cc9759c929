// One thread, one Boost.Asio loop: it serves a channel, runs a timer and hears Ctrl-C.
#include "../program.hpp"
#include "sum.hpp"

#include <handoff/typed.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace {

namespace asio = boost::asio;

class Server {
public:
    Server(const std::string& name, std::chrono::milliseconds interval)
        : receiver_(name, asio_loop::channel_shape()),
          readable_(io_, receiver_.untyped().descriptor()),
          interval_(interval) {
        wait_for_request();
        wait_for_tick();
        signals_.async_wait([this](auto error, int) {
            if (!error) io_.stop();
        });
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() { readable_.release(); }  // the descriptor belongs to the receiver: Asio must not close it

    void run() { io_.run(); }
    std::uint64_t served() const { return served_; }

private:
    void wait_for_request() {
        readable_.async_wait(asio::posix::stream_descriptor::wait_read, [this](auto error) {
            if (error) return;
            serve_one();  // only one, so that the timer gets its turn; the descriptor stays readable if there are more
            wait_for_request();
        });
    }

    void serve_one() {
        using handoff::Errc;
        auto request = receiver_.try_receive();
        if (request) {
            request->processed((*request)->a + (*request)->b).value();
            ++served_;
        } else if (request.error() == Errc::mismatch) {
            std::cerr << request.error().message() << '\n';
        } else if (request.error() != Errc::empty && request.error() != Errc::end_of_stream) {
            throw handoff::Error(request.error());
        }
    }

    void wait_for_tick() {
        timer_.expires_after(interval_);
        timer_.async_wait([this](auto error) {
            if (error) return;
            std::cout << "tick " << ++ticks_ << ", " << served_ << " requests served" << std::endl;
            wait_for_tick();
        });
    }

    handoff::TypedReceiver<asio_loop::Numbers, asio_loop::Sum> receiver_;
    asio::io_context io_;
    asio::posix::stream_descriptor readable_;
    asio::steady_timer timer_{io_};
    asio::signal_set signals_{io_, SIGINT, SIGTERM, SIGHUP};
    std::chrono::milliseconds interval_;
    std::uint64_t served_ = 0, ticks_ = 0;
};

int serve(const std::string& name, std::chrono::milliseconds interval) {
    Server server(name, interval);
    std::cerr << "serving '" << name << "'\n";
    server.run();
    std::cerr << server.served() << " requests served\n";
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    std::string name;
    std::int64_t interval_ms = 0;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&name)->default_value("asio_loop"), "of the channel");
    add("interval", example::number(interval_ms, 1, 3'600'000, 1000), "milliseconds between two ticks");
    return example::run(argc, argv, "Adds numbers for asio_loop_client, and ticks.", options,
                        [&] { return serve(name, std::chrono::milliseconds(interval_ms)); });
}
