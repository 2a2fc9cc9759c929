// What a channel is and how a handle behaves are two things: one pair of braces cannot say both.
// EXPECT: no matching (function|constructor)
#include <handoff/channel.hpp>

using namespace std::chrono_literals;

void open() {
    handoff::Receiver receiver("x", {.slot_count = 8, .attach_timeout = 1s});
}
