// Where and when it was measured.
#pragma once

#include <string>

namespace bench {

struct Machine {
    std::string date;    ///< UTC
    std::string commit;  ///< of the sources; "+" behind it: with changes that are not committed
    std::string processor, kernel, governor, compiler;
    int cores = 0;
};

/// Throws nothing; what cannot be told is "unknown".
Machine this_machine();
/// One line for the page.
std::string words_of(const Machine& machine);

}  // namespace bench
