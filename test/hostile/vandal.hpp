// A process that writes anything anywhere into a live segment, and workers that must outlive it.
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
#include "fuzz/stand.hpp"

namespace handoff::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// What workers give their calls; what a call may work, bounded loops included; and what it may take beyond its
/// deadline where others want the processor, too.
inline constexpr auto deadline = 5ms;
inline const auto most_work = testing::scaled(600ms);
inline const auto bound = testing::scaled(4s);

/// HANDOFF_VANDAL_SECONDS for each test case, 2 if it is not set.
std::chrono::nanoseconds vandal_time();
/// HANDOFF_VANDAL_SEED, 1 if it is not set.
std::uint64_t vandal_seed();

/// What a worker went through.
class Diary {
public:
    using Random = std::mt19937_64;
    Diary(Clock::time_point end, std::uint64_t seed) : end_(end), random_(seed) {}

    bool goes_on() const { return Clock::now() < end_; }
    Random& random() noexcept { return random_; }
    /// Does one thing, which must come back in time, and notes how it went.
    template <class Action>
    void note(Action&& action) {
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
using Session = std::function<void(Diary&)>;

/// What a vandal does again and again while the others work.
struct Mischief {
    std::function<void(const Stand&, Diary&)> act;
    bool refuses;  ///< calls fail because of it
};
/// Words that mean something or nothing, anywhere; and now and then a segment that is whole again.
Mischief noise();
/// Changes the words that others sleep on, without a pause: nobody stays asleep. `in_control`: where they lie there,
/// in words.
Mischief hammer(std::vector<std::uint16_t> in_control);

/// Lets all sessions run again and again, each in a process of its own, while a vandal writes into the segment. Ends
/// the test case with an error if one of them dies, hangs, or is late.
void survive(const Stand& stand, const std::vector<Session>& sessions, const Mischief& mischief);

/// True if it is good, or says why it is not.
template <class T>
bool is_fine(const result<T>& outcome) {
    if (outcome) return true;
    BOOST_TEST(!outcome.error().message().empty());
    return false;
}

}  // namespace handoff::test
