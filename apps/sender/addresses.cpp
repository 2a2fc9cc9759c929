#include "sender/addresses.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

namespace handoff::apps::sender {

namespace {
constexpr std::string_view separator = "://";
}

bool is_address(const std::string& word) {
    const auto at = word.find(separator);
    if (at == std::string::npos || at == 0 || std::isalpha(static_cast<unsigned char>(word[0])) == 0) return false;
    return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(at), [](unsigned char character) {
        return std::isalnum(character) != 0 || character == '+' || character == '-' || character == '.';
    });
}

std::string without_password(std::string text) {
    for (auto at = text.find(separator); at != std::string::npos; at = text.find(separator, at)) {
        at += separator.size();
        const auto end = std::min(text.find_first_of("/?# ,'\"()", at), text.size());
        const auto sign = text.rfind('@', end);
        if (sign != std::string::npos && sign >= at && sign < end) text.erase(at, sign + 1 - at);
    }
    return text;
}

std::string name_of_address(const std::string& address) {
    std::string rest = without_password(address);
    rest.erase(0, rest.find(separator) + separator.size());
    rest.resize(std::min(rest.find_first_of("?#"), rest.size()));
    while (rest.ends_with('/')) rest.pop_back();
    const auto slash = rest.rfind('/');
    if (slash != std::string::npos) return std::filesystem::path(rest.substr(slash + 1)).stem().string();
    return rest.substr(0, rest.rfind(':'));
}

}  // namespace handoff::apps::sender
