#include <handoff/channel.hpp>

#include <array>
#include <iostream>

using namespace std::chrono_literals;

int main() {
    const handoff::HandleOptions coarse{.timestamps = handoff::Timestamps::coarse};
    handoff::Sender sender("snippet-batches", {.slot_count = 256, .payload_bytes = 64}, coarse);
    handoff::Receiver receiver("snippet-batches", coarse);  // as well in another process

    std::array<handoff::Loan, 16> loans;
    const auto loaned = std::span(loans).first(sender.loan(loans, 1s).value());
    for (auto& loan : loaned) loan.payload()[0] = std::byte{42};
    sender.send(loaned).value();

    std::array<handoff::Request, 16> requests;
    const auto taken = std::span(requests).first(receiver.receive(requests, 1s).value());
    for (const auto& request : taken) std::cout << static_cast<int>(request.payload()[0]) << ' ';
    receiver.processed(taken).value();
    std::cout << '\n';
    return taken.size() == loaned.size() ? 0 : 1;
}
