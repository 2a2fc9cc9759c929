// A copy that is overtaken in its middle, for certain: the buffer is protected at first, and the first access lets the
// publisher go round before it may.
#include <handoff/latest.hpp>

#include <sys/mman.h>
#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <new>

#include "conformance/topic_fixture.hpp"

namespace overtaken_copy_test {

using namespace conformance;
using handoff::LatestBytes;

constexpr std::size_t page_bytes = 65'536;  // at least one page anywhere
constexpr std::size_t value_bytes = 256;

/// Memory whose first touch calls a function, and then succeeds.
class Trap {
public:
    explicit Trap(std::function<void()> function) : function_(std::move(function)) {
        void* memory = mmap(nullptr, page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        memory_ = static_cast<std::byte*>(memory);
        armed = this;
        struct sigaction action {};
        action.sa_handler = [](int) { armed->spring(); };
        sigaction(SIGSEGV, &action, &before_);
    }
    Trap(const Trap&) = delete;
    ~Trap() {
        sigaction(SIGSEGV, &before_, nullptr);
        munmap(memory_, page_bytes);
    }
    std::span<std::byte> buffer() const { return {memory_, value_bytes}; }
    int times() const { return times_; }

private:
    void spring() {
        if (++times_ > 1) std::abort();  // it is another fault than ours
        mprotect(memory_, page_bytes, PROT_READ | PROT_WRITE);
        function_();
    }

    static inline Trap* armed = nullptr;
    std::function<void()> function_;
    std::byte* memory_ = nullptr;
    struct sigaction before_ {};
    int times_ = 0;
};

std::byte byte_of(std::uint64_t sequence) {
    return static_cast<std::byte>(sequence);
}
bool is_all(std::span<const std::byte> bytes, std::byte value) {
    return std::all_of(bytes.begin(), bytes.end(), [&](std::byte byte) { return byte == value; });
}

}  // namespace overtaken_copy_test

BOOST_AUTO_TEST_SUITE(overtaken_copy_test)

BOOST_FIXTURE_TEST_CASE(of_a_topics_message_is_made_again, Topic) {
    handoff::Publisher sending = publisher();
    handoff::Subscriber copying = subscriber({.pins = 0});
    std::uint64_t published = 0;
    const auto publish_next = [&] {
        handoff::Loan loan = sending.loan().value();
        std::ranges::fill(loan.payload(), byte_of(++published));
        sending.publish(std::move(loan)).value();
    };
    publish_next();
    Trap trap([&] {
        for (int i = 0; i < 20; ++i) publish_next();  // through every slot
    });
    const auto copied = copying.copy_next(trap.buffer(), soon()).value();
    BOOST_TEST(trap.times() == 1);
    BOOST_TEST(copied.size == value_bytes);
    BOOST_TEST(copied.sequence == published - *shape.history + 1);
    BOOST_TEST(copied.lost == copied.sequence - 1);
    BOOST_TEST(is_all(trap.buffer(), byte_of(copied.sequence)));
}

BOOST_AUTO_TEST_CASE(of_a_latest_value_is_made_again) {
    const handoff::testing::UniqueName name("overtaken");
    LatestBytes value(name, {.capacity_bytes = value_bytes, .participants = 2});
    std::uint64_t written = 0;
    const auto write_next = [&] {
        std::array<std::byte, value_bytes> bytes;  // no allocation in a signal handler
        bytes.fill(byte_of(++written));
        value.write(bytes).value();
    };
    write_next();
    Trap trap([&] {
        for (int i = 0; i < 20; ++i) write_next();
    });
    const auto reading = value.read(trap.buffer()).value();
    BOOST_TEST(trap.times() == 1);
    BOOST_TEST(reading.size == value_bytes);
    BOOST_TEST(reading.sequence == written);
    BOOST_TEST(is_all(trap.buffer(), byte_of(reading.sequence)));
}

BOOST_AUTO_TEST_SUITE_END()
