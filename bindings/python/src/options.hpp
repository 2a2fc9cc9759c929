// The options that all patterns share, from words to enumerators. None asks for nothing.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/options.hpp>
#include <handoff/wait.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "wait.hpp"

namespace handoff::python {

Open open_from(const std::string& word);
WaitPolicy wait_from(const std::string& word);
Timestamps timestamps_from(const std::string& word);
Lifetime lifetime_from(const std::string& word);
std::string word_for(Sync sync);
std::optional<Sync> sync_if(const std::optional<std::string>& word);
std::string word_for(Lifetime lifetime);
/// None: not given.
std::optional<Lifetime> lifetime_if(const std::optional<std::string>& word);
/// A size in bytes of which 0 means not given, as None does.
std::optional<std::size_t> size_if(std::optional<std::size_t> bytes);

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
