// A writer or reader for matrix_test.py; README.md describes what it does.
#include <handoff/handoff.hpp>

#include <array>
#include <cstring>
#include <iostream>
#include <limits>
#include <numeric>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

constexpr std::size_t frame_bytes = 60;
constexpr auto timeout = 30s;
using Pair = std::array<std::uint64_t, 2>;

void expect(bool as_it_should, const std::string& what) {
    if (!as_it_should) throw std::runtime_error(what);
}

void print_first(std::uint64_t number) {
    if (number == 1) std::cout << "first" << std::endl;
}

std::byte byte_at(std::uint64_t number, std::size_t at) {
    return std::byte((7 * number + at) % 251);
}

std::uint64_t sum_of(std::span<const std::byte> bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0},
                           [](std::uint64_t sum, std::byte byte) { return sum + std::to_integer<unsigned>(byte); });
}

void fill(handoff::Loan& loan, std::uint64_t number) {
    auto image = handoff::Image::of(5, 4, handoff::Encoding::bgr8);
    image.set_frame_id("peer");
    loan.describe(image).value();
    for (std::size_t at = 0; at < frame_bytes; ++at) loan.payload()[at] = byte_at(number, at);
    std::memcpy(loan.payload().data(), &number, sizeof number);
}

/// The number of a frame that is as it should be.
std::uint64_t number_of(std::span<const std::byte> payload, const handoff::Image& image) {
    expect(payload.size() == frame_bytes && image.width == 5 && image.height == 4 && image.frame() == "peer" &&
               image.encoding == handoff::Encoding::bgr8,
           "a frame has the wrong shape");
    std::uint64_t number = 0;
    std::memcpy(&number, payload.data(), sizeof number);
    for (std::size_t at = sizeof number; at < payload.size(); ++at)
        expect(payload[at] == byte_at(number, at), "byte " + std::to_string(at) + " of a frame is wrong");
    return number;
}

handoff::Array pair_of_numbers() {
    return handoff::Array::of<std::uint64_t>({2}).value();
}

void write_channel(const std::string& name, std::uint64_t count) {
    handoff::Sender sender(name, {.slot_count = 4, .payload_bytes = frame_bytes, .reply_bytes = sizeof(Pair)});
    for (std::uint64_t number = 1; count == 0 || number <= count; ++number) {
        auto loan = sender.loan(timeout).value();
        fill(loan, number);
        const auto sum = sum_of(loan.payload());
        const auto processed = sender.request(std::move(loan), timeout).value();
        Pair answer{};
        expect(processed.reply().size() == sizeof answer, "an answer has the wrong size");
        const auto numbers = processed.reply_array().elements<const std::uint64_t>(processed.reply()).value();
        expect(processed.reply_array() == pair_of_numbers(), "an answer has the wrong description");
        std::copy(numbers.begin(), numbers.end(), answer.begin());
        expect(answer == Pair{number, sum}, "an answer is wrong");
        print_first(number);
    }
}

void read_channel(const std::string& name, std::uint64_t count) {
    handoff::Receiver receiver(name, {.attach_timeout = timeout});
    for (std::uint64_t got = 1; count == 0 || got <= count; ++got) {
        auto request = receiver.receive(timeout);
        if (!request && count == 0 && request.error() == handoff::Errc::end_of_stream) return;
        const Pair answer{number_of(request->payload(), request->image()), sum_of(request->payload())};
        request->describe_reply(pair_of_numbers()).value();
        request->processed(std::as_bytes(std::span(answer))).value();
        print_first(got);
    }
}

void write_topic(const std::string& name, std::uint64_t count) {
    handoff::Publisher publisher(name, {.history = 64, .payload_bytes = frame_bytes});
    publisher.wait_for_subscriber(timeout).value();
    for (std::uint64_t number = 1; count == 0 || number <= count; ++number) {
        auto loan = publisher.loan().value();
        fill(loan, number);
        publisher.publish(std::move(loan)).value();
        print_first(number);
        if (count == 0) std::this_thread::sleep_for(1ms);
    }
}

void read_topic(const std::string& name, std::uint64_t count) {
    handoff::Subscriber subscriber(name, {.attach_timeout = timeout, .start = handoff::Start::oldest});
    for (std::uint64_t got = 1; count == 0 || got <= count; ++got) {
        const auto message = subscriber.next(timeout);
        if (!message && count == 0 && message.error() == handoff::Errc::end_of_stream) return;
        const auto number = number_of(message->payload(), message->image());
        expect(count == 0 || (number == got && message->lost() == 0), "a message is missing");
        print_first(got);
    }
}

void write_latest(const std::string& name, std::uint64_t count) {
    static handoff::Latest<Pair> latest(name);  // keeps its value until the process ends
    for (std::uint64_t number = 1; count == 0 || number <= count; ++number) {
        latest.write({number, number * number}).value();
        print_first(number);
        std::this_thread::sleep_for(1ms);
    }
}

void read_latest(const std::string& name, std::uint64_t count) {
    handoff::Latest<Pair> latest(name, {.open = handoff::Open::attach, .attach_timeout = timeout});
    for (bool is_first = true;; is_first = false) {
        const Pair value = latest.wait_newer(timeout).value().value;
        expect(value[1] == value[0] * value[0], "a value is torn");
        if (is_first) print_first(1);
        if (count != 0 && value[0] == count) return;
    }
}

void run(const std::string& role, const std::string& pattern, const std::string& name, std::uint64_t count) {
    const bool writes = role == "write";
    if (pattern == "channel") return writes ? write_channel(name, count) : read_channel(name, count);
    if (pattern == "topic") return writes ? write_topic(name, count) : read_topic(name, count);
    return writes ? write_latest(name, count) : read_latest(name, count);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return std::cerr << "usage: peer write|read channel|topic|latest NAME COUNT\n", 2;
    try {
        const auto count = std::stoull(argv[4]);
        run(argv[1], argv[2], argv[3], count);
        std::cout << "done " << count << std::endl;
        if (argv[1] == std::string("write")) std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    } catch (const std::exception& error) {
        return std::cerr << error.what() << '\n', 1;
    }
}
