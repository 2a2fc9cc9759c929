#include "cli/frame_name.hpp"

#include <algorithm>

namespace handoff::apps {

namespace {

constexpr std::size_t least_digits = 6;
constexpr std::string_view gap = "...";

bool is_inside_a_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/// Takes the digits off the front of `text`, and gives them without leading zeros.
std::string_view take_number(std::string_view& text) {
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    std::string_view number = text.substr(0, end);
    text.remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

/// Below, at or above 0.
int compared(std::string_view left, std::string_view right) {
    while (!left.empty() && !right.empty()) {
        if (is_digit(left.front()) && is_digit(right.front())) {
            const std::string_view number = take_number(left);
            const std::string_view other = take_number(right);
            if (number.size() != other.size()) return number.size() < other.size() ? -1 : 1;
            if (const int order = number.compare(other); order != 0) return order;
            continue;
        }
        if (left.front() != right.front())
            return static_cast<unsigned char>(left.front()) < static_cast<unsigned char>(right.front()) ? -1 : 1;
        left.remove_prefix(1);
        right.remove_prefix(1);
    }
    return left.empty() ? (right.empty() ? 0 : -1) : 1;
}

}  // namespace

std::string numbered(std::string_view name, std::uint64_t number) {
    const std::string text = std::to_string(number);
    return std::string(name) + "-" + std::string(least_digits - std::min(least_digits, text.size()), '0') + text;
}

std::size_t bytes_of_whole_characters(std::string_view text, std::size_t at_most) noexcept {
    std::size_t kept = std::min(text.size(), at_most);
    while (kept > 0 && kept < text.size() && is_inside_a_character(text[kept])) --kept;
    return kept;
}

std::string shortened(std::string_view name, std::size_t at_most) {
    if (name.size() <= at_most) return std::string(name);
    const std::size_t front = bytes_of_whole_characters(name, (at_most - gap.size()) / 2);
    std::size_t back = name.size() - (at_most - gap.size() - front);
    while (back < name.size() && is_inside_a_character(name[back])) ++back;
    return std::string(name.substr(0, front)).append(gap).append(name.substr(back));
}

bool comes_before(std::string_view left, std::string_view right) noexcept {
    const int order = compared(left, right);
    return order != 0 ? order < 0 : left < right;  // 07 and 7 are two names
}

}  // namespace handoff::apps
