// The processes that some contenders need beside their trials.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

#include "harness/trial.hpp"

namespace bench {

/// Started when they are first needed, ended with this.
class Daemons {
public:
    Daemons() = default;
    Daemons(const Daemons&) = delete;
    Daemons& operator=(const Daemons&) = delete;
    ~Daemons();

    /// Starts the entrant's daemon, if it has one and it does not run yet, and sees a first trial through, so that no
    /// trial that counts pays for its beginning. The words for what went wrong; empty if nothing did.
    std::string ensure(const Entrant& entrant);

private:
    std::map<std::string, pid_t> running_;
    std::map<std::string, std::string> broken_;
};

}  // namespace bench
