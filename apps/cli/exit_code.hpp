// The exit codes of all programs, and which refusal leads to which: the one place that knows.
#pragma once

#include <handoff/error.hpp>

#include <string>

namespace handoff::apps {

enum class ExitCode : int {
    ok = 0,
    failed = 1,
    usage = 2,
    no_such_channel = 3,
    timed_out = 4,
    lost = 5,
    permission = 6,
};

/// What a program that gives up because of this refusal ends with.
ExitCode exit_code_of(const Failure& failure) noexcept;

/// The table of codes for --help. `strict`: the program has an option --strict.
std::string format_exit_codes(bool strict = false);

}  // namespace handoff::apps
