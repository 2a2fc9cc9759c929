// Whether an MPEG transport stream ends where its last frame does.
#pragma once

#include <string>
#include <string_view>

namespace handoff::apps::sender {

/// Why the film in this file seems to be cut, from the packets at its end: no length is written anywhere, and decoders
/// show what is there of the last frame without a word. Empty for other files and where nothing can be said. A frame
/// that ends exactly with its packet, one in 184, is taken for a cut one, if none before it did.
std::string_view why_transport_stream_incomplete(const std::string& path);

}  // namespace handoff::apps::sender
