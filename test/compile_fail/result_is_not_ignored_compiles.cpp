#include <handoff/channel.hpp>

void finish(handoff::Request& request) {
    request.processed().value();
}
