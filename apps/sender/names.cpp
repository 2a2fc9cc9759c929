#include "sender/names.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace handoff::apps::sender {

namespace {

constexpr std::size_t digits = 6;

/// "cat-000042" -> "cat"; the name itself if it has no such number.
std::string without_number(const std::string& name) {
    const auto dash = name.rfind('-');
    if (dash == std::string::npos || name.size() - dash - 1 < digits) return name;
    const bool is_number = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dash) + 1, name.end(),
                                       [](char character) { return character >= '0' && character <= '9'; });
    return is_number ? name.substr(0, dash) : name;
}

template <class IsTaken>
std::string first_free(const std::string& wanted, IsTaken is_taken) {
    std::string name = wanted;
    for (unsigned number = 2; is_taken(name); ++number) name = wanted + "-" + std::to_string(number);
    return name;
}

}  // namespace

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
    return text;
}

std::string Names::for_picture(const std::string& wanted) {
    std::string name = first_free(wanted, [&](const std::string& candidate) {
        return pictures_.contains(candidate) || videos_.contains(candidate) ||
               videos_.contains(without_number(candidate));
    });
    pictures_.insert(name);
    unnumbered_pictures_.insert(without_number(name));
    return name;
}

std::string Names::for_video(const std::string& wanted) {
    std::string name = first_free(wanted, [&](const std::string& candidate) {
        return pictures_.contains(candidate) || videos_.contains(candidate) || unnumbered_pictures_.contains(candidate);
    });
    videos_.insert(name);
    return name;
}

}  // namespace handoff::apps::sender
