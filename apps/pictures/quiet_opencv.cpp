#include "pictures/quiet_opencv.hpp"

#include <opencv2/core/utils/logger.hpp>

#include <cstdlib>

namespace handoff::apps {

void quieten_opencv(bool ffmpeg_too) {
    if (std::getenv("OPENCV_LOG_LEVEL") == nullptr)
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    if (ffmpeg_too) setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
}

}  // namespace handoff::apps
