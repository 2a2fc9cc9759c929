// Names of channels, topics and latest values, and the files behind them.
#pragma once

#include <handoff/error.hpp>

#include <string>
#include <string_view>

namespace handoff::detail::segment {

inline constexpr std::size_t longest_name = 200;
inline constexpr std::string_view lock_suffix = ".lock";

/// 1 to 200 letters, digits, '.', '_' or '-', not ending in ".lock". Errors: invalid_argument, with the reason.
result<void> check_name(std::string_view name);
/// "/dev/shm/handoff.<name>"
std::string segment_path(std::string_view name);
/// "/dev/shm/handoff.<name>.lock": the separate lock file of the layouts before 4.
std::string old_lock_path(std::string_view name);

}  // namespace handoff::detail::segment
