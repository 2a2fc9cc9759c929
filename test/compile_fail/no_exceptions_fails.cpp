// FLAGS: -fno-exceptions
// EXPECT: handoff needs exceptions: constructors report errors by throwing
// ERRORS: 2
#include <handoff/typed.hpp>

int main() {
    handoff::TypedSender<int> sender("numbers");
}
