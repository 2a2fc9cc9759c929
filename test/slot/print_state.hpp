// Lets Boost.Test print the state of a slot.
#pragma once

#include <iterator>
#include <ostream>

#include "slot/slots_layout.hpp"

namespace handoff::detail::slot {

inline std::ostream& boost_test_print_type(std::ostream& out, SlotState state) {
    constexpr const char* names[] = {"free",      "loaned", "ready",    "taken",
                                     "processed", "failed", "given_up", "published"};
    const auto number = static_cast<unsigned>(state);
    return number < std::size(names) ? out << names[number] : out << "state " << number;
}

}  // namespace handoff::detail::slot
