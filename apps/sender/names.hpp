// Names of frames, which become names of files: no two inputs of one run share one.
#pragma once

#include "cli/frame_name.hpp"

#include <set>
#include <string>

namespace handoff::apps::sender {

std::string lower_case(std::string text);

/// Gives out names; a second "cat" becomes "cat-2", the next one "cat-3".
class Names {
public:
    std::string for_picture(const std::string& wanted);
    /// A video takes its name and every numbered() one.
    std::string for_video(const std::string& wanted);

private:
    std::set<std::string> pictures_;
    std::set<std::string> unnumbered_pictures_;
    std::set<std::string> videos_;
};

}  // namespace handoff::apps::sender
