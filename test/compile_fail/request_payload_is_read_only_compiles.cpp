#include <handoff/channel.hpp>

void answer(const handoff::Request& request) {
    request.reply()[0] = request.payload()[0];
}
