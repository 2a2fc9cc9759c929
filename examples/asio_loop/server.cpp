// One thread, one Boost.Asio loop: it serves a channel, runs a timer and hears Ctrl-C.
#include "../program.hpp"
#include "sum.hpp"

#include <handoff/asio.hpp>
#include <handoff/typed.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using handoff::Errc;
using Receiver = handoff::TypedReceiver<asio_loop::Numbers, asio_loop::Sum>;

asio::awaitable<void> serve(asio::io_context& io, Receiver& receiver, std::uint64_t& served) {
    for (;;) {
        auto request = co_await handoff::asio::async_receive(io, receiver, use_awaitable);
        if (request) {
            request->processed((*request)->a + (*request)->b).value();
            ++served;
        } else if (request.error() == Errc::mismatch) {
            std::cerr << request.error().message() << '\n';
        } else if (request.error() != Errc::end_of_stream) {  // after it, other clients may come
            throw handoff::Error(request.error());
        }
    }
}

asio::awaitable<void> tick(asio::io_context& io, std::chrono::milliseconds interval, const std::uint64_t& served) {
    asio::steady_timer timer(io);
    for (std::uint64_t ticks = 1;; ++ticks) {
        timer.expires_after(interval);
        co_await timer.async_wait(use_awaitable);
        std::cout << "tick " << ticks << ", " << served << " requests served" << std::endl;
    }
}

/// What ends a coroutine with an exception ends run() with it.
void rethrow(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
}

int serve(const std::string& name, std::chrono::milliseconds interval) {
    Receiver receiver(name, asio_loop::channel_shape());
    std::uint64_t served = 0;
    asio::io_context io;
    asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
    signals.async_wait([&io](auto, int) { io.stop(); });
    asio::co_spawn(io, serve(io, receiver, served), rethrow);
    asio::co_spawn(io, tick(io, interval, served), rethrow);
    std::cerr << "serving '" << name << "'\n";
    io.run();
    std::cerr << served << " requests served\n";
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
