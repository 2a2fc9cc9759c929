// Waiting as Python expects it: without the GIL, interruptible by signals, and gone when the interpreter ends.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/error.hpp>
#include <handoff/wait.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace handoff::python {

namespace py = pybind11;

/// Runs without the GIL while this lives. A thread that comes back while the interpreter ends never does: it is parked
/// here, as later Pythons do it themselves, instead of being unwound through C++.
class WithoutGil {
public:
    WithoutGil() : state_(PyEval_SaveThread()) {}
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

/// Asks `attempt(deadline)` without the GIL until it answers something else than timed_out, or the timeout is over.
/// Between two attempts `go_on()` is called with the GIL; it may throw.
template <class Attempt, class GoOn>
auto wait_in_slices(const Timeout& timeout, Attempt&& attempt, GoOn&& go_on) {
    for (;;) {
        auto outcome = [&] {
            const Deadline until = timeout.slice();
            const WithoutGil released;
            return attempt(until);
        }();
        if (outcome || !(outcome.error() == Errc::timed_out) || timeout.is_over()) return outcome;
        check_signals();
        go_on();
    }
}

}  // namespace handoff::python
