// The original design: Boost's interprocess_mutex and interprocess_condition. For segments with Sync::boost.
//
// Death: not safe. A waiter killed here makes the second notify_all() of another process hang for ever, a notifier
//   killed inside does the same, a dead holder of the mutex leaves it locked or unusable. That is why FutexCondition is
//   the default. Arbitrary bytes in a segment can hang all who wait or notify. A mutex that the C library refuses to
//   lock (EINVAL, EOWNERDEAD: Boost throws) makes waits poll each millisecond.
// Clock: Boost waits on the wall clock; a jump of it lengthens or shortens a wait by as much, up to the caller's tick.
#pragma once

#include <algorithm>
#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <cstdint>

#include "platform/clock.hpp"
#include "sync/stop_signal.hpp"

namespace handoff::detail::sync {

class BoostCondition {
public:
    /// As FutexCondition::wait_until; false before the deadline where the mutex is refused.
    template <class Predicate>
    bool wait_until(std::int64_t deadline_ns, Predicate&& predicate) {
        try {
            boost::interprocess::scoped_lock lock(mutex_);
            while (!predicate()) {
                if (!condition_.timed_wait(lock, wall_clock(deadline_ns))) return predicate();
            }
            return true;
        } catch (const boost::interprocess::interprocess_exception&) {
            platform::sleep_briefly(std::clamp<std::int64_t>(deadline_ns - platform::now_ns(), 0, slice_ns));
            return predicate();
        }
    }

    /// With `stop` in slices of a millisecond: Boost's wait cannot be ended from outside.
    template <class Predicate>
    bool wait_until(std::int64_t deadline_ns, const StopSignal* stop, Predicate&& predicate) {
        if (stop == nullptr) return wait_until(deadline_ns, predicate);
        while (!stop->requested()) {
            const std::int64_t now_ns = platform::now_ns();
            if (wait_until(std::min(deadline_ns, now_ns + slice_ns), predicate)) return true;
            if (now_ns >= deadline_ns) return false;
        }
        return false;
    }

    /// All, always: a woken waiter that leaves does not pass the wake-up on. The mutex closes the gap between a
    /// waiter's check and its sleep.
    void notify_all() noexcept {
        try {
            { boost::interprocess::scoped_lock lock(mutex_); }
            condition_.notify_all();
        } catch (const boost::interprocess::interprocess_exception&) {  // waiters poll
        }
    }

private:
    static constexpr std::int64_t slice_ns = 1'000'000;

    static boost::posix_time::ptime wall_clock(std::int64_t deadline_ns) {
        using namespace boost::posix_time;
        constexpr std::int64_t a_day_us = 86'400'000'000;
        const std::int64_t left_us = std::clamp<std::int64_t>((deadline_ns - platform::now_ns()) / 1000, 0, a_day_us);
        return microsec_clock::universal_time() + microseconds(left_us);
    }

    boost::interprocess::interprocess_mutex mutex_;
    boost::interprocess::interprocess_condition condition_;
};

}  // namespace handoff::detail::sync
