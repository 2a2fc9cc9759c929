#include "cli/system_error.hpp"

#include <handoff/error.hpp>

#include <cerrno>
#include <system_error>

namespace handoff::apps {

namespace {

Errc code_of(int error_number) {
    switch (error_number) {
        case EACCES:
        case EPERM:
        case EROFS:
            return Errc::permission_denied;
        case ENOSPC:
        case EDQUOT:
            return Errc::no_space;
        case EEXIST:
            return Errc::already_exists;
        default:
            return Errc::system;
    }
}

}  // namespace

void throw_system(const std::string& what, int error_number, const std::string& advice) {
    throw Error(code_of(error_number), what + ": " + std::generic_category().message(error_number) + advice);
}

}  // namespace handoff::apps
