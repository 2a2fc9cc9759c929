#include <handoff/handoff.hpp>

#include <algorithm>
#include <iostream>

using namespace std::chrono_literals;

int main() {
    handoff::Sender sender("numbers", {.slot_count = 4, .payload_bytes = 1'000'000, .reply_bytes = sizeof(int)});
    sender.wait_for_receiver(10s).value();
    handoff::Loan loan = sender.loan(1s).value();          // a slot in shared memory, ours until it is sent
    std::ranges::fill(loan.payload(), std::byte{2});       // written in place: nothing is copied later
    auto processed = sender.request(std::move(loan), 1s);  // sent; waits for the answer
    if (!processed) return std::cerr << processed.error().message() << '\n', 1;
    std::cout << "sum " << *reinterpret_cast<const int*>(processed->reply().data()) << ", delivered "
              << processed->deliveries() << " time(s)\n";
}
