#include <handoff/handoff.hpp>

#include <iostream>

using namespace std::chrono_literals;

int main() {
    handoff::Receiver receiver("numbers", {.attach_timeout = 10s});
    for (;;) {
        auto request = receiver.receive(10s);
        if (!request) return std::cout << request.error().message() << '\n', 0;
        int sum = 0;
        for (std::byte number : request->payload()) sum += std::to_integer<int>(number);  // the sender's own bytes
        request->processed(std::as_bytes(std::span(&sum, 1))).value();  // the answer, then the wake-up
    }
}
