// The mappings of this process, as the kernel lists them.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace handoff::test {

/// Calls visit(begin, end, rights, path) for each; rights are like "rw-s".
template <class Visit>
void each_mapping(Visit&& visit) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0, end = 0;
        const auto dash = std::from_chars(line.data(), line.data() + line.size(), begin, 16).ptr;
        const auto space = std::from_chars(dash + 1, line.data() + line.size(), end, 16).ptr;
        const auto path = line.find('/');
        visit(begin, end, std::string_view(space + 1, 4),
              path == std::string::npos ? std::string_view() : std::string_view(line).substr(path));
    }
}

/// The rights of the mapping with that byte; "" if there is none.
inline std::string rights_at(const void* address) {
    std::string found;
    const auto byte = reinterpret_cast<std::uintptr_t>(address);
    each_mapping([&](std::uintptr_t begin, std::uintptr_t end, std::string_view rights, std::string_view) {
        if (byte >= begin && byte < end) found = rights;
    });
    return found;
}

/// The rights of all mappings of a file, removed or not, in the order of addresses.
inline std::string rights_of_file(const std::string& wanted) {
    std::string found;
    each_mapping([&](std::uintptr_t, std::uintptr_t, std::string_view rights, std::string_view path) {
        if (path == wanted || path == wanted + " (deleted)") found.append(found.empty() ? "" : " ").append(rights);
    });
    return found;
}

}  // namespace handoff::test
