// What the operating system refused, as an Error.
#pragma once

#include <string>

namespace handoff::apps {

/// Throws Error "<what>: <the system's words><advice>": permission_denied (EACCES, EPERM, EROFS), no_space (ENOSPC,
/// EDQUOT), already_exists (EEXIST), else system.
[[noreturn]] void throw_system(const std::string& what, int error_number, const std::string& advice = "");

}  // namespace handoff::apps
