// Ctrl-C ends the run after the trial under way, so that nothing stays behind.
#pragma once

#include <stdexcept>

namespace bench {

struct Interrupted : std::runtime_error {
    Interrupted() : std::runtime_error("interrupted") {}
};

/// From now on SIGINT, SIGTERM and SIGHUP are only remembered.
void catch_interrupts();
/// Throws Interrupted if one of them has come.
void check_interrupts();

}  // namespace bench
