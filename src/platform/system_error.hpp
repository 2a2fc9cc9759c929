// Turns what the operating system refused into a handoff::Error with a sentence.
#pragma once

#include <handoff/error.hpp>

#include <string>
#include <string_view>

namespace handoff::detail::platform {

/// "No such file or directory", thread-safe.
std::string words_for(int error_number);
/// Throws Error "<what>: <the system's words>"; EACCES and EPERM become permission_denied, ENOSPC, ENOMEM and EDQUOT
/// no_space, everything else system. A hint what to do is added where one is known.
[[noreturn]] void throw_system(std::string_view what, int error_number);

}  // namespace handoff::detail::platform
