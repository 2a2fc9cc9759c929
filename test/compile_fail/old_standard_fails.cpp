// One sentence instead of a page of errors from inside a header.
// FLAGS: -std=c++17
// EXPECT: handoff needs C\+\+20: compile with -std=c\+\+20
// ERRORS: 2
#include <handoff/channel.hpp>

int main() {
    handoff::Sender sender("frames");
}
