// What the scenarios of all patterns need.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "platform/shm_file.hpp"
#include "prove/testimony.hpp"
#include "segment/name.hpp"

namespace handoff::prove {

inline void remove_segment(const std::string& name) {
    platform::remove_name(segment::segment_path(name));
    platform::remove_name(segment::lock_path(name));
}

/// Nothing was said, and there is no segment of that name.
inline void begin_anew(const std::string& name, Testimony& testimony) {
    remove_segment(name);
    std::memset(static_cast<void*>(&testimony), 0, sizeof testimony);
}

/// In the hands of an operation, until its process is killed.
template <class T>
std::shared_ptr<T> kept(T&& value) {
    return std::make_shared<T>(std::move(value));
}

}  // namespace handoff::prove
