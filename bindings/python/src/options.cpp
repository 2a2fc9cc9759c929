#include "options.hpp"

namespace handoff::python {

std::chrono::nanoseconds time_until(Deadline deadline) {
    if (deadline.is_never()) return std::chrono::nanoseconds::max();
    return std::chrono::nanoseconds(deadline.at_ns()) - std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace handoff::python
