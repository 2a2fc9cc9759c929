#include "testing/timer.hpp"

#include <handoff/testing.hpp>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace handoff {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds longest_pause = 2ms;
constexpr std::chrono::nanoseconds longest_deadline = std::chrono::hours{24 * 365};

double scale() {
    const char* text = std::getenv("HANDOFF_TEST_TIMEOUT_SCALE");
    if (text == nullptr || *text == '\0') return 1;
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (*end != '\0' || !(value > 0))
        throw std::invalid_argument(std::string("HANDOFF_TEST_TIMEOUT_SCALE is '") + text +
                                    "'; it must be a positive number such as 5");
    return value;
}

}  // namespace

std::chrono::nanoseconds testing::scaled(std::chrono::nanoseconds deadline) {
    const double limit = static_cast<double>(longest_deadline.count());
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(std::clamp(static_cast<double>(deadline.count()) * scale(), 0.0, limit)));
}

bool testing::eventually(const std::function<bool()>& predicate, std::chrono::nanoseconds deadline) {
    for (detail::testing::Timer timer(deadline); !timer.passed(); timer.pause())
        if (predicate()) return true;
    return predicate();
}

namespace detail::testing {

Timer::Timer(std::chrono::nanoseconds deadline)
    : length_(handoff::testing::scaled(deadline)), end_(std::chrono::steady_clock::now() + length_) {}

bool Timer::passed() const {
    return std::chrono::steady_clock::now() >= end_;
}

std::chrono::nanoseconds Timer::next_pause() {
    const std::chrono::nanoseconds left = end_ - std::chrono::steady_clock::now();
    const auto pause = std::clamp(left, std::chrono::nanoseconds{0}, pause_);
    pause_ = std::min(pause_ * 2, longest_pause);
    return pause;
}

void Timer::pause() {
    std::this_thread::sleep_for(next_pause());
}

std::string Timer::text() const {
    std::ostringstream text;
    text << std::chrono::duration<double>(length_).count() << " s";
    return text.str();
}

}  // namespace detail::testing
}  // namespace handoff
