// Waiting as Python expects it: without the GIL, interruptible by signals, and gone when the interpreter ends.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/error.hpp>
#include <handoff/wait.hpp>

#include <chrono>
#include <stop_token>
#include <utility>

namespace handoff::python {

namespace py = pybind11;

/// Runs without the GIL while this lives. A thread that comes back while the interpreter ends never does: it is parked
/// here, as later Pythons do it themselves, instead of being unwound through C++. So is a daemon thread from the moment
/// that waits are ended: nobody waits for it.
class WithoutGil {
public:
    WithoutGil();
    WithoutGil(const WithoutGil&) = delete;
    ~WithoutGil() noexcept(false);

private:
    PyThreadState* state_;
};

/// What `timeout=` says: seconds, or None for ever.
class Timeout {
public:
    /// Throws Error(invalid_argument) for NaN, for less than nothing, and for what is no number.
    explicit Timeout(const py::object& seconds);

    /// The moment at which it is over; counts from the construction.
    Deadline deadline() const noexcept { return deadline_; }
    bool is_over() const noexcept { return std::chrono::steady_clock::now().time_since_epoch() >= end(); }
    /// Now and a moment later, or the end if that is sooner.
    Deadline slice() const {
        const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
        return soon.time_since_epoch() < end() ? Deadline(soon) : deadline_;
    }

private:
    std::chrono::nanoseconds end() const noexcept { return std::chrono::nanoseconds(deadline_.at_ns()); }
    Deadline deadline_ = Deadline::never();
};

/// Lets Python's signal handlers run; what they raise goes on to the caller.
inline void check_signals() {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

/// One wait of a Python thread. Signal handlers of Python run in the main thread only, and only between two
/// instructions of the interpreter: it returns to that every 100 ms, the tick of the library. Another thread waits
/// as a whole, and is stopped when the interpreter ends. REQUIRES: the GIL
class Waiting {
public:
    /// `ended`: what ends the wait early, besides its deadline.
    Waiting(const Timeout& timeout, std::stop_token ended);

    /// Until when, and what stops it, before the wait returns to the interpreter.
    Wait next() const { return {in_slices_ ? timeout_.slice() : timeout_.deadline(), stop_}; }
    /// After `next()` has timed out. False: the wait is over. Throws what a signal handler raised, and
    /// Error(stopped) in a thread whose result is no longer awaited.
    bool goes_on();

private:
    const Timeout& timeout_;
    std::stop_token stop_;
    bool in_slices_ = true;
    bool is_first_ = true;
    py::object is_abandoned_;  ///< to be called after each slice; none: not needed
};

/// A token that is stopped when the interpreter begins to end.
std::stop_token interpreter_ends();
/// Ends the waits of all threads but the main one, also those that begin later.
void end_waits();
/// The thread of that identity (threading.get_ident()) runs the signal handlers.
void set_main_thread(unsigned long identity);

/// Asks `attempt(wait)` without the GIL until it returns something else than timed_out, or the timeout is over.
template <class Attempt>
auto wait_interruptibly(const Timeout& timeout, std::stop_token ended, Attempt&& attempt) {
    Waiting waiting(timeout, std::move(ended));
    for (;;) {
        auto outcome = [&] {
            const Wait wait = waiting.next();
            const WithoutGil released;
            return attempt(wait);
        }();
        if (outcome || !(outcome.error() == Errc::timed_out) || !waiting.goes_on()) return outcome;
    }
}

}  // namespace handoff::python
