#pragma once

namespace handoff::apps {

/// Keeps OpenCV and FFmpeg from writing to stderr about broken files: we say it in our own words. Where
/// OPENCV_LOG_LEVEL or OPENCV_FFMPEG_LOGLEVEL is set, that stands. `ffmpeg_too`: false where somebody keeps what FFmpeg
/// says.
void quieten_opencv(bool ffmpeg_too = true);

}  // namespace handoff::apps
