#pragma once

namespace handoff::apps {

/// Keeps OpenCV and FFmpeg from writing to stderr about broken files: we report them ourselves. OPENCV_LOG_LEVEL and
/// OPENCV_FFMPEG_LOGLEVEL override this. `ffmpeg_too`: false if FFmpeg's messages are collected elsewhere.
void quieten_opencv(bool ffmpeg_too = true);

}  // namespace handoff::apps
