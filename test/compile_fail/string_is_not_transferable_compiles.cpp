#include <handoff/typed.hpp>

struct Word {
    char letters[32];
};
using Words = handoff::TypedSender<Word>;
Words words("words");
