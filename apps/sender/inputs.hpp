// The INPUT words of the command line, as a list of files, pipes, addresses and cameras.
#pragma once

#include "sender/content.hpp"
#include "sender/frame_source.hpp"
#include "sender/other_files.hpp"
#include "sender/pixels.hpp"
#include "sender/read_once.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace handoff::apps::sender {

enum class Access : std::uint8_t {
    file,     ///< can be opened again and again
    once,     ///< a pipe, or stdin: what was read is gone
    address,  ///< rtsp://..., http://...
    camera,   ///< /dev/video0
};

struct Input {
    std::string path;
    std::string name;  ///< base name without extension, different for every input
    InputKind kind = InputKind::picture;
    Access access = Access::file;

    // Filled in when it is opened ahead: see opening.hpp.
    std::string shown;                    ///< what it is called instead of `path`; empty: `path`
    std::shared_ptr<FrameSource> opened;  ///< goes on from its first frame
    std::shared_ptr<Copy> copy;           ///< `path` is in it
    std::string problem;                  ///< why it cannot be opened
    bool used_up = false;                 ///< stdin was read
};

/// A sentence about an input, with what it is called at its beginning instead of its path.
std::string with_shown_name(const Input& input, const std::string& sentence);

struct InputList {
    std::vector<Input> inputs;
    std::vector<std::string> problems;  ///< one sentence per word that leads nowhere
    OtherFiles others;                  ///< in the folders
};

/// Folders become their pictures and videos (known by their content, else by their extension), in the order of
/// their names, numbers in them by their value, without subfolders; everything else is taken as it is. "-" is stdin.
InputList list_inputs(const std::vector<std::string>& words);

/// A frame of an input, from its header where possible.
struct FrameSize {
    std::uint64_t bytes = 0;
    Input input;
    std::size_t page = 1;
};

/// The largest frame of each of them, and all pages of those that have some, that are not above the limit: the largest
/// first. What cannot be read is left out; what is no file counts where it was opened ahead.
std::deque<FrameSize> frame_sizes(const std::vector<Input>& inputs, std::uint64_t limit_bytes,
                                  Pixels pixels = Pixels::automatic);

}  // namespace handoff::apps::sender
