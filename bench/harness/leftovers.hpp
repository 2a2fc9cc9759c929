// What a trial may leave when its processes are killed.
#pragma once

#include <string>

namespace bench {

/// A name for a trial that nobody else has.
std::string trial_name();

/// Makes the directory of a trial; at its end removes that, and everything in /dev/shm and /tmp that has the name.
class Leftovers {
public:
    Leftovers(std::string name, std::string directory);
    Leftovers(const Leftovers&) = delete;
    Leftovers& operator=(const Leftovers&) = delete;
    ~Leftovers();

private:
    std::string name_, directory_;
};

}  // namespace bench
