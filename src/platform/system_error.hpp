// Turns a failed system call into a handoff::Error with a message.
#pragma once

#include <handoff/error.hpp>

#include <string>
#include <string_view>

namespace handoff::detail::platform {

/// "No such file or directory", thread-safe.
std::string words_for(int error_number);
/// Throws Error "<what>: <the system's words>"; EACCES and EPERM become permission_denied, ENOSPC, ENOMEM and EDQUOT
/// no_space, everything else system. Adds a hint what to do if one is known.
[[noreturn]] void throw_system(std::string_view what, int error_number);

}  // namespace handoff::detail::platform
