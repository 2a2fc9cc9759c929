#include "sender/stoppable.hpp"

namespace handoff::apps::sender {

namespace {
bool left_behind = false;  // the main thread alone writes and reads it
}

void note_thread_left_behind() noexcept {
    left_behind = true;
}

bool some_thread_was_left_behind() noexcept {
    return left_behind;
}

}  // namespace handoff::apps::sender
