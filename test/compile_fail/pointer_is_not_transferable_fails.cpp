// An address means nothing in another process.
// EXPECT: constraint|Transferable
#include <handoff/typed.hpp>

using Numbers = handoff::TypedSender<int*>;
Numbers numbers("numbers");
