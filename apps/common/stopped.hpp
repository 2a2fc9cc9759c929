// Whether those who should answer were stopped.
#pragma once

#include <string>

namespace handoff::apps {

/// "; receiver detector (pid 812) is stopped (by a signal or a debugger): `kill -CONT 812` lets it go on" where every
/// living receiver of that channel is stopped; "" otherwise, and where that cannot be known.
std::string stopped_receivers(const std::string& channel);

}  // namespace handoff::apps
