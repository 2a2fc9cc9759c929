// A std::string points into its own process.
// EXPECT: constraint|Transferable
#include <handoff/typed.hpp>

#include <string>

using Words = handoff::TypedSender<std::string>;
Words words("words");
