// The INPUT words of the command line, as a list of files.
#pragma once

#include "sender/content.hpp"
#include "sender/other_files.hpp"
#include "sender/pixels.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace handoff::apps::sender {

struct Input {
    std::string path;
    std::string name;  ///< base name without extension, different for every input
    InputKind kind = InputKind::picture;
};

struct InputList {
    std::vector<Input> inputs;
    std::vector<std::string> problems;  ///< one sentence per word that leads nowhere
    OtherFiles others;                  ///< in the folders
};

/// Folders become their pictures and videos (known by their content, else by their extension), in the order of
/// their names, numbers in them by their value, without subfolders; everything else is taken as it is.
InputList list_inputs(const std::vector<std::string>& words);

/// A frame of an input, from its header where possible.
struct FrameSize {
    std::uint64_t bytes = 0;
    Input input;
    std::size_t page = 1;
};

/// The largest frame of each of them, and all pages of those that have some, that are not above the limit: the largest
/// first. What cannot be read is left out.
std::deque<FrameSize> frame_sizes(const std::vector<Input>& inputs, std::uint64_t limit_bytes,
                                  Pixels pixels = Pixels::automatic);

}  // namespace handoff::apps::sender
