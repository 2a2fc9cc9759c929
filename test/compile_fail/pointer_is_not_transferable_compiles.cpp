#include <handoff/typed.hpp>

using Numbers = handoff::TypedSender<int>;
Numbers numbers("numbers");
