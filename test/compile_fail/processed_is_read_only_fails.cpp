// What came back is evidence.
// EXPECT: read-only|const-qualified
#include <handoff/channel.hpp>

void scribble(const handoff::Processed& processed) {
    processed.reply()[0] = std::byte{1};
}
