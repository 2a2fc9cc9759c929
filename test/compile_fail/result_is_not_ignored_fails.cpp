// An ignored error is a lost message.
// EXPECT: nodiscard|unused-result
#include <handoff/channel.hpp>

void finish(handoff::Request& request) {
    request.processed();
}
