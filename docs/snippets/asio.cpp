#include <handoff/asio.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>

using namespace std::chrono_literals;
namespace asio = boost::asio;

asio::awaitable<void> serve(asio::io_context& io, handoff::Receiver& receiver, std::stop_token stop) {
    while (auto request = co_await handoff::asio::async_receive(io, receiver, stop, asio::use_awaitable))
        request->processed(request->payload()).value();  // an echo
}

int main() {
    handoff::Sender sender("snippet-asio", {.payload_bytes = 64, .reply_bytes = 64});
    handoff::Receiver receiver("snippet-asio");  // as well in another process
    std::stop_source stop;
    asio::io_context io;
    asio::co_spawn(io, serve(io, receiver, stop.get_token()), [](std::exception_ptr) {});  // a coroutine ...

    auto loan = sender.loan(1s).value();
    loan.payload()[0] = std::byte{42};
    auto pending = sender.request_async(std::move(loan)).value();
    int answer = 0;
    handoff::asio::async_wait(io, pending, 1s, [&](handoff::result<handoff::Processed> processed) {  // ... a callback
        answer = static_cast<int>(processed->reply()[0]);
        stop.request_stop();
    });
    io.run();
    std::cout << answer << '\n';
    return answer == 42 ? 0 : 1;
}
