// Opening that waits for a segment.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/error.hpp>
#include <handoff/wait.hpp>

#include <chrono>

#include "wait.hpp"

namespace handoff::python {

/// The defaults in Python: OpenCV and others write into an array whatever its flags say.
template <class Options>
Options default_options() {
    Options options;
    options.protect_payloads = true;
    return options;
}

/// How long it is until `deadline`.
std::chrono::nanoseconds time_until(Deadline deadline);

/// Opens, and waits `attach_timeout` for a segment that does not exist yet, interruptibly.
template <class Options, class Make>
auto open_interruptibly(Options options, const py::object& attach_timeout, Make&& make) -> decltype(make(options)) {
    const Timeout timeout(attach_timeout);
    Waiting waiting(timeout, interpreter_ends());
    for (;;) {
        const Wait wait = waiting.next();
        options.attach_timeout = time_until(wait.deadline());
        options.attach_stop = wait.stop();
        try {
            const WithoutGil released;
            return make(options);
        } catch (const Error& error) {
            if (error.code() != Errc::no_such_segment || !waiting.goes_on()) throw;
        }
    }
}

}  // namespace handoff::python
