// The command line of `sender`.
#pragma once

#include "cli/units.hpp"
#include "sender/pixels.hpp"

#include <handoff/options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace handoff::apps::sender {

struct Options {
    std::string channel;
    std::string topic;                     ///< empty: request over the channel
    std::optional<std::uint32_t> history;  ///< not given: as the topic has it
    std::vector<std::string> inputs;
    std::optional<int> camera;
    std::optional<PictureSize> pattern;

    std::optional<std::uint64_t> count;
    bool loop = false;
    Pixels pixels = Pixels::automatic;
    std::optional<double> frames_per_second;

    std::optional<std::uint32_t> slots;          ///< not given: as the channel has it
    std::optional<std::uint64_t> payload_bytes;  ///< not given: the largest frame
    std::optional<std::uint64_t> reply_bytes;    ///< not given: as the payload
    std::uint64_t image_limit_bytes = 0;
    bool in_place = false;
    std::optional<Sync> sync;  ///< not given: as the channel or topic has it

    bool no_wait = false;
    std::uint32_t in_flight = 1;
    std::string save_folder;  ///< empty: save nothing
    std::chrono::nanoseconds timeout{};
    std::chrono::nanoseconds wait_receiver{};
    bool wait_for_subscriber = false;

    bool json = false;
    bool quiet = false;
};

/// The options; nothing if --help or --version was asked for, and printed. Throws UsageError.
std::optional<Options> read_options(int argc, const char* const* argv);

}  // namespace handoff::apps::sender
