// A redelivered request must be intact.
// EXPECT: read-only|const-qualified
#include <handoff/channel.hpp>

void scribble(const handoff::Request& request) {
    request.payload()[0] = std::byte{1};
}
