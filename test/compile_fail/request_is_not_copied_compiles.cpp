#include <handoff/channel.hpp>

#include <utility>

handoff::Request once(handoff::Request& request) {
    return handoff::Request(std::move(request));
}
