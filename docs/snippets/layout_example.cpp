// Prints the bytes of a channel of two slots, one of them with a message: the worked example of docs/design/layout.md.
#include <handoff/handoff.hpp>

#include <unistd.h>
#include <cstring>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string_view>
#include <vector>

namespace {

std::vector<std::uint64_t> words;

/// The 64-bit words from `begin` to `end` that are not zero, one per line.
void print(std::string_view title, std::uint64_t begin, std::uint64_t end) {
    std::cout << title << '\n';
    for (std::uint64_t at = begin; at < end; at += 8) {
        const std::uint64_t word = words[at / 8];
        if (word == 0) continue;
        std::cout << std::dec << std::setfill(' ') << std::setw(7) << at << "  +" << std::left << std::setw(5)
                  << at - begin << std::right << std::hex << std::setfill('0') << std::setw(16) << word << '\n';
    }
}

}  // namespace

int main() {
    const std::string name = "layout-" + std::to_string(getpid());
    handoff::Sender sender(name, {.slot_count = 2, .payload_bytes = 100, .reply_bytes = 40, .participants = 2});
    handoff::Loan loan = sender.try_loan().value();
    std::memcpy(loan.payload().data(), "hello", 5);
    loan.resize(5).value();
    sender.send(std::move(loan)).value();

    std::ifstream file("/dev/shm/handoff." + name, std::ios::binary);
    for (std::uint64_t word = 0; file.read(reinterpret_cast<char*>(&word), sizeof word);) words.push_back(word);

    // Offsets as the header states them.
    const std::uint64_t participants = words[56 / 8], control = words[64 / 8], slots = words[72 / 8],
                        stride = words[80 / 8];
    std::cout << "segment " << words.size() * 8 << " bytes: header 0, participants " << participants << ", control "
              << control << ", slots " << slots << ", stride " << stride << "\n\n";
    print("header", 0, participants);
    print("participant 0", participants, participants + (control - participants) / 2);
    print("participant 1", participants + (control - participants) / 2, control);
    print("control and cells", control, slots);
    print("slot 0", slots, slots + stride);
    print("slot 1", slots + stride, slots + 2 * stride);

    handoff::Receiver receiver(name);  // takes the message, so that the segment goes when this program ends
    return receiver.try_receive().value().processed() ? 0 : 1;
}
