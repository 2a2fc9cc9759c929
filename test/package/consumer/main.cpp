// Sends one request to itself, and answers it.
#include <handoff/handoff.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <span>
#include <string>

using namespace std::chrono_literals;

int main() {
    const std::string name = "package-test-" + std::to_string(getpid());
    handoff::Sender sender(name, {.slot_count = 2, .payload_bytes = 64, .reply_bytes = 64});
    handoff::Receiver receiver(name);

    auto loan = sender.loan(5s).value();
    std::memcpy(loan.payload().data(), "frame", 5);
    loan.resize(5).value();
    auto pending = sender.request_async(std::move(loan)).value();

    auto request = receiver.receive(5s).value();
    request.processed(request.payload()).value();

    const auto processed = pending.wait(5s).value();
    if (processed.reply().size() == 5 && std::memcmp(processed.reply().data(), "frame", 5) == 0) return 0;
    std::puts("the reply is not what was sent");
    return 1;
}
