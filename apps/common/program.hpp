// Around main: every way out ends in a sentence on stderr and the right exit code.
#pragma once

#include "common/exit_code.hpp"

#include <functional>
#include <string>

namespace handoff::apps {

/// Keeps OpenCV and FFmpeg from writing to stderr about broken files: we say it in our own words. Where
/// OPENCV_LOG_LEVEL or OPENCV_FFMPEG_LOGLEVEL is set, that stands.
void quieten_opencv();

/// Runs `body` with OpenCV quiet, and turns exceptions into sentences and exit codes.
int run_program(const std::string& name, const std::function<ExitCode()>& body) noexcept;

}  // namespace handoff::apps
