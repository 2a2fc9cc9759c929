// handoff: which types may cross a process border as they are.
#pragma once

#include <type_traits>

namespace handoff {

/// No pointers to own memory, no constructors to run. A pointer inside such a struct still means nothing to the other
/// side; no compiler can see that.
template <class T>
concept Transferable =
    std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T> && !std::is_pointer_v<T> &&
    alignof(T) <= 64;

}  // namespace handoff
