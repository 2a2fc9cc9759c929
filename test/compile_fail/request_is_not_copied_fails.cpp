// A request is answered by one.
// EXPECT: deleted function|implicitly[- ]deleted
#include <handoff/channel.hpp>

handoff::Request twice(handoff::Request& request) {
    return handoff::Request(request);
}
