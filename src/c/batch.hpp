// Batches: the C++ interface takes values in a row, the C interface has a handle for each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "c/abi_guard.hpp"

namespace handoff::detail::c {

/// Places for at most `most` values; a channel never has more than `slots`.
template <class T>
std::vector<T> places_for(std::size_t most, std::size_t slots) {
    return std::vector<T>(std::min(most, slots));
}

/// Turns the first `count` values into handles, all of them or none.
template <class T, class H>
void hand_out(std::vector<T>& values, std::size_t count, H** handles) {
    std::vector<std::unique_ptr<H>> made;
    made.reserve(count);
    for (std::size_t at = 0; at < count; ++at) made.push_back(std::unique_ptr<H>(new H{std::move(values[at])}));
    for (std::size_t at = 0; at < count; ++at) handles[at] = made[at].release();
}

/// Takes what the handles hold, and ends them. Throws Error if one of them is null: then none has ended.
template <class T, class H>
std::vector<T> take_all(H** handles, std::size_t count, const char* what) {
    for (std::size_t at = 0; at < count; ++at)
        if (place(handles, "the batch")[at] == nullptr)
            handle(handles[at], (what + (" number " + std::to_string(at) + " of the batch")).c_str());
    std::vector<T> values;
    values.reserve(count);
    for (std::size_t at = 0; at < count; ++at) values.push_back(take(&handles[at], what));
    return values;
}

}  // namespace handoff::detail::c
