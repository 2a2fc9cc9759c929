// Where pictures are written, as PNG.
#pragma once

#include <handoff/image.hpp>

#include <opencv2/core/mat.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace handoff::apps {

/// Thread safety: any number of threads, and of processes on one folder if they keep what is there.
class OutputFolder {
public:
    /// Creates the folder if it is not there, and makes sure that files can be written into it.
    /// Throws Error: permission_denied, system.
    explicit OutputFolder(std::filesystem::path folder);

    /// Writes `name`.png, over an older file of that name. Throws Error: system, invalid_argument.
    std::filesystem::path replace(std::string_view name, const cv::Mat& picture, Encoding encoding) const;
    /// Writes `name`.png, or, where that is taken, `name`-`sequence`.png, then `name`-`sequence`-2.png and so on; never
    /// over a file. Throws as replace().
    std::filesystem::path keep(std::string_view name, std::uint64_t sequence, const cv::Mat& picture,
                               Encoding encoding) const;

    const std::filesystem::path& path() const noexcept { return folder_; }

private:
    std::filesystem::path folder_;
};

/// A file name without an extension out of any bytes: no '/', no control characters, no dot in front, never empty.
std::string safe_name(std::string_view name);

}  // namespace handoff::apps
