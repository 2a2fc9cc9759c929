// An INPUT becomes a source of frames.
#pragma once

#include "cli/console.hpp"
#include "sender/inputs.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace handoff::apps::sender {

/// How bytes that come once are read.
enum class Reading : std::uint8_t {
    as_it_comes,  ///< a film that can be decoded from its beginning on
    from_a_copy,  ///< a picture, or a film whose index is at its end
};

/// By the first bytes, and whether there are more. Nothing: not known yet.
std::optional<Reading> reading_of(std::span<const std::byte> head, bool has_ended);

/// Opens what is no file, and keeps it open: opening it again would begin with other frames. Problems are reported when
/// the turn of the input comes.
void open_ahead(std::vector<Input>& inputs, Console& console);

/// Opens an input, or takes over what was opened ahead. Throws Unreadable.
std::shared_ptr<FrameSource> open_input(Input& input, Pixels pixels);

}  // namespace handoff::apps::sender
