// The INPUT words of the command line, as a list of files.
#pragma once

#include "sender/content.hpp"
#include "sender/pixels.hpp"

#include <cstdint>
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
};

/// Folders become their pictures and videos (known by their content, else by their extension), sorted by name, without
/// subfolders; everything else is taken as it is.
InputList list_inputs(const std::vector<std::string>& words);

/// Bytes of the largest frame among them that is not above the limit, from headers where possible. 0: none is readable.
std::uint64_t largest_frame(const std::vector<Input>& inputs, std::uint64_t limit_bytes,
                            Pixels pixels = Pixels::automatic);

}  // namespace handoff::apps::sender
