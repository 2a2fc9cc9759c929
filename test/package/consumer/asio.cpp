// Sends one request to itself, and answers it in a coroutine.
#include <handoff/asio.hpp>

#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdio>
#include <exception>
#include <string>

using namespace std::chrono_literals;

boost::asio::awaitable<void> answer_one(boost::asio::io_context& io, handoff::Receiver& receiver) {
    auto request = co_await handoff::asio::async_receive(io, receiver, 5s, boost::asio::use_awaitable);
    request->processed(request->payload()).value();
}

int main() {
    const std::string name = "package-test-" + std::to_string(getpid());
    handoff::Sender sender(name, {.slot_count = 2, .payload_bytes = 64, .reply_bytes = 64});
    handoff::Receiver receiver(name);
    auto pending = sender.request_async(sender.loan(5s).value()).value();
    bool answered = false;

    boost::asio::io_context io;
    boost::asio::co_spawn(io, answer_one(io, receiver), [](std::exception_ptr) {});
    handoff::asio::async_wait(io, pending, 5s,
                              [&](const auto& processed) { answered = processed->reply().size() == 64; });
    io.run();
    if (answered) return 0;
    std::puts("there was no answer");
    return 1;
}
