// Whether an MPEG transport stream is whole: ends where its last frame does, and misses no packets before that.
#pragma once

#include <string>
#include <string_view>

namespace handoff::apps::sender {

/// Why the film in this file seems to be cut or to have a hole, from its last 20,000 packets (3.7 MB): no length is
/// written anywhere, and decoders silently show the part of a frame that is there. Empty for other files and where this
/// is not known. A frame that ends exactly with its packet, one in 184, is taken for a cut one, if none before it did.
std::string_view why_transport_stream_incomplete(const std::string& path);

}  // namespace handoff::apps::sender
