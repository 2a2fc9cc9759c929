// Chooses the implementation of conditions. One build, one choice: it is part of the layout's fingerprint.
#pragma once

#include <concepts>
#include <cstdint>

#ifdef HANDOFF_SYNC_BOOST
#include "sync/boost_condition.hpp"
#else
#include "sync/futex_condition.hpp"
#endif

namespace handoff::detail::sync {

/// An object in shared memory on which processes sleep until another one changes the state.
template <class T>
concept ConditionLike = requires(T condition, bool (*predicate)()) {
    { condition.wait_until(std::int64_t{}, predicate) } -> std::same_as<bool>;
    condition.notify(std::uint32_t{});
    condition.notify_all();
    { T::name } -> std::convertible_to<const char*>;
};

#ifdef HANDOFF_SYNC_BOOST
using Condition = BoostCondition;
#else
using Condition = FutexCondition;
#endif
static_assert(ConditionLike<Condition>);

/// The implementation of conditions in this build, as a number for the fingerprint of a layout.
constexpr std::uint64_t condition_code() noexcept {
    std::uint64_t code = sizeof(Condition);
    for (const char* letter = Condition::name; *letter != '\0'; ++letter)
        code = code << 8 ^ static_cast<unsigned char>(*letter);
    return code;
}

}  // namespace handoff::detail::sync
