// A name that Qt takes away is used behind our headers.
// EXPECT: expected
#include <handoff/handoff.hpp>

#define slots

struct Options {
    int slots = 8;
};
