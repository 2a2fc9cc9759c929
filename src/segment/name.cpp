#include "segment/name.hpp"

#include <algorithm>

#include "platform/shm_file.hpp"

namespace handoff::detail::segment {
namespace {

bool is_allowed(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

Failure refused(std::string_view name, const std::string& why) {
    constexpr std::size_t shown = 40;
    const std::string quoted = name.size() > shown ? std::string(name.substr(0, shown)) + "..." : std::string(name);
    return {Errc::invalid_argument, "the name '" + quoted + "' " + why};
}

}  // namespace

result<void> check_name(std::string_view name) {
    if (name.empty()) return Failure(Errc::invalid_argument, "the name is empty. Give one, such as \"frames\"");
    if (name.size() > longest_name)
        return refused(name, "is " + std::to_string(name.size()) + " bytes long; " + std::to_string(longest_name) +
                                 " are allowed");
    if (!std::all_of(name.begin(), name.end(), is_allowed))
        return refused(name,
                       "holds a character that is not allowed. Use letters, digits, '.', '_' and '-' ('/' is not "
                       "part of a name)");
    if (name.ends_with(lock_suffix))
        return refused(name, "ends in .lock, which is reserved: older layouts kept their locks in such files");
    return success();
}

std::string segment_path(std::string_view name) {
    return std::string(platform::shm_directory) + "/handoff." + std::string(name);
}

std::string old_lock_path(std::string_view name) {
    return segment_path(name) + std::string(lock_suffix);
}

}  // namespace handoff::detail::segment
