// The corrupter: a process that writes anything anywhere into a live segment, and workers that must survive it.
#pragma once

#include <handoff/handoff.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fuzz/scribble.hpp"
#include "fuzz/segment_under_test.hpp"

namespace handoff::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// What workers give their calls; what a call may work, bounded loops included; and what it may take beyond its
/// deadline where others want the processor, too.
inline constexpr auto deadline = 5ms;
inline const auto most_work = testing::scaled(600ms);
inline const auto bound = testing::scaled(4s);

/// HANDOFF_CORRUPTION_SECONDS for each test case, 2 if it is not set.
std::chrono::nanoseconds corruption_time();
/// HANDOFF_CORRUPTION_SEED, 1 if it is not set.
std::uint64_t corruption_seed();

/// Runs a worker's calls and records their durations and outcomes.
class CallRecorder {
public:
    using Random = std::mt19937_64;
    CallRecorder(Clock::time_point end, std::uint64_t seed) : end_(end), random_(seed) {}

    bool goes_on() const { return Clock::now() < end_; }
    Random& random() noexcept { return random_; }
    /// Makes one call, which must return in time, and records how it went.
    template <class Action>
    void run(Action&& action) {
        const auto start = Clock::now();
        const auto worked = work_so_far();
        bool good = false;
        try {
            good = action();
        } catch (const Error& refusal) {
            BOOST_TEST(!refusal.failure().message().empty());
        }
        longest_ = std::max(longest_, Clock::now() - start);
        hardest_ = std::max(hardest_, work_so_far() - worked);
        ++(good ? successes_ : refusals_);
    }
    /// `is_refused`: something must have gone wrong, too.
    void check(bool is_refused) const;
    /// "1200 successes, 300 refusals, the longest call took 7 ms, the hardest worked 2 ms"
    std::string text() const;

private:
    /// Of this thread, on a processor.
    static std::chrono::nanoseconds work_so_far();

    Clock::time_point end_;
    Random random_;
    Clock::duration longest_{};
    std::chrono::nanoseconds hardest_{};
    std::uint64_t successes_ = 0, refusals_ = 0;
};

/// A session: opens what it needs, works a little, and goes.
using Session = std::function<void(CallRecorder&)>;

/// What the corrupter does again and again while the others work.
struct Corruption {
    std::function<void(const SegmentUnderTest&, CallRecorder&)> act;
    bool refuses;  ///< calls fail because of it
};
/// Words that mean something or nothing, anywhere; and now and then a segment that is whole again.
Corruption noise();
/// Changes the words that others sleep on, without a pause: no waiter stays asleep. `in_control`: their places there,
/// in words.
Corruption hammer(std::vector<std::uint16_t> in_control);

/// Lets all sessions run again and again, each in a process of its own, while a corrupter writes into the segment. Ends
/// the test case with an error if one of them dies, hangs, or is late.
void survive(const SegmentUnderTest& segment, const std::vector<Session>& sessions, const Corruption& corruption);

/// True for a value; an error must have a message.
template <class T>
bool succeeded(const result<T>& outcome) {
    if (outcome) return true;
    BOOST_TEST(!outcome.error().message().empty());
    return false;
}

}  // namespace handoff::test
