// handoff: the types that may be passed to another process as bytes.
#pragma once

#include <type_traits>

namespace handoff {

/// No pointers to own memory, no constructors to run. A pointer inside such a struct still has no meaning in the other
/// process; no compiler can detect that.
template <class T>
concept Transferable =
    std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T> && !std::is_pointer_v<T> &&
    alignof(T) <= 64;

}  // namespace handoff
