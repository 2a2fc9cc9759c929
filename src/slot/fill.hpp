// Sending bytes in one call: the checks and the copy.
#pragma once

#include <handoff/error.hpp>
#include <handoff/loan.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace handoff::detail::slot {

Failure message_too_large(const std::string& name, std::size_t bytes, std::size_t capacity);

/// REQUIRES: message.size() <= loan.payload().size()
inline void fill(Loan& loan, std::span<const std::byte> message) {
    (void)loan.resize(message.size());
    std::copy(message.begin(), message.end(), loan.payload().begin());
}

}  // namespace handoff::detail::slot
