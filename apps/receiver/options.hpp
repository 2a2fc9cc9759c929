// The command line of `receiver`.
#pragma once

#include "receiver/operations.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace handoff::apps::receiver {

struct Options {
    std::string channel;
    std::string topic;  ///< empty: take requests from the channel
    bool newest = false;
    Operation operation = Operation::none;
    bool in_place = false;
    std::uint32_t workers = 1;
    std::optional<std::uint64_t> count;
    std::optional<std::chrono::nanoseconds> idle_timeout;
    bool stay = false;
    std::string out_folder;  ///< empty: write nothing
    bool json = false;
    bool quiet = false;
};

/// The options; nothing if --help or --version was asked for, and printed. Throws UsageError.
std::optional<Options> read_options(int argc, const char* const* argv);

}  // namespace handoff::apps::receiver
