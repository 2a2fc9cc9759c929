#include "platform/system_error.hpp"

#include <cerrno>
#include <system_error>

namespace handoff::detail::platform {
namespace {

Errc code_for(int error_number) {
    switch (error_number) {
        case EACCES:
        case EPERM:
            return Errc::permission_denied;
        case ENOSPC:
        case ENOMEM:
        case EDQUOT:
            return Errc::no_space;
        default:
            return Errc::system;
    }
}

const char* hint_for(int error_number) {
    switch (error_number) {
        case EMFILE:
            return ". This process has no descriptor left. A handle takes 2 (one more while it creates its segment, "
                   "one more for descriptor()): close some, or raise `ulimit -n`";
        case ENFILE:
            return ". The machine has no descriptor left: raise fs.file-max";
        case ENOENT:
            return ". Is /dev/shm mounted?";
        default:
            return "";
    }
}

}  // namespace

std::string words_for(int error_number) {
    return std::generic_category().message(error_number);
}

void throw_system(std::string_view what, int error_number) {
    throw Error(code_for(error_number),
                std::string(what) + " failed: " + words_for(error_number) + hint_for(error_number));
}

}  // namespace handoff::detail::platform
