// Opening that waits for a segment.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/error.hpp>
#include <handoff/wait.hpp>

#include <chrono>

#include "wait.hpp"

namespace handoff::python {

/// How long it is until `deadline`.
std::chrono::nanoseconds time_until(Deadline deadline);

/// Opens with `attach_timeout` in slices, so that Ctrl-C ends the wait for a segment that does not come.
template <class Options, class Make>
auto open_in_slices(Options options, const py::object& attach_timeout, Make&& make) -> decltype(make(options)) {
    const Timeout timeout(attach_timeout);
    for (;;) {
        options.attach_timeout = time_until(timeout.slice());
        try {
            const WithoutGil released;
            return make(options);
        } catch (const Error& error) {
            if (error.code() != Errc::no_such_segment || timeout.is_over()) throw;
        }
        check_signals();
    }
}

}  // namespace handoff::python
