// What decoders write to stderr about an input: libjpeg and FFmpeg go on after damage, and report it nowhere else.
#pragma once

#include <cstdint>
#include <string>

namespace handoff::apps::sender {

/// Thread safety: all functions by any thread; decoders write from threads of their own.
namespace decoder_log {

/// From now on what C libraries write to `stderr` is kept instead of shown; std::cerr is not touched. False where
/// that is impossible (a C library without fopencookie): it is shown as before.
bool keep();

/// A line of a decoder that does not write to `stderr`.
void note(const std::string& line);

struct Warnings {
    std::uint64_t count = 0;  ///< lines
    std::string first;
};

/// The lines since the last call. Warnings about what is not pixels (profiles, unknown tags) are left out.
Warnings take();

}  // namespace decoder_log

}  // namespace handoff::apps::sender
