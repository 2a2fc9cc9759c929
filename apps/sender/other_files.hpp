// What lies in the folders of INPUT and is not sent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace handoff::apps::sender {

class OtherFiles {
public:
    /// Takes notice of a file or folder that is no input.
    void add(const std::filesystem::directory_entry& entry);
    /// Takes notice of a picture in a format that OpenCV was built without.
    void add_unsupported_picture(const std::filesystem::path& path);

    /// "also there, not sent: 3 .txt, 1 .heic (pictures that this OpenCV cannot read)"; empty if there was nothing.
    std::string format() const;
    /// How many of them are pictures.
    std::uint64_t pictures() const noexcept { return pictures_; }

private:
    struct Kind {
        std::uint64_t count = 0;
        bool is_picture = false;
    };
    std::map<std::string, Kind> kinds_;
    std::uint64_t pictures_ = 0;
};

}  // namespace handoff::apps::sender
