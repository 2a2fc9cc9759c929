#include "platform/printable.hpp"

#include <algorithm>
#include <cstddef>

namespace handoff::detail::platform {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// The length that the first byte announces; 0 if no character begins with it.
std::size_t announced_length(unsigned lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return 2;
    if (lead >= 0xe0 && lead < 0xf0) return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// True if the available part of a character is well-formed and no control character.
bool is_shown(std::string_view part) {
    const unsigned lead = byte_at(part, 0);
    if (part.size() == 1) return lead >= 0x20 && lead != 0x7f;
    const unsigned second = byte_at(part, 1);
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
    if (!std::all_of(part.begin() + 1, part.end(), continues)) return false;
    const bool is_overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool is_beyond = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    const bool is_control = lead == 0xc2 && second < 0xa0;
    return !is_overlong && !is_beyond && !is_control;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = announced_length(byte_at(text, 0));
        const std::string_view part = text.substr(0, std::max<std::size_t>(length, 1));
        const bool is_good = length != 0 && is_shown(part);
        if (is_good && part.size() < length) break;  // cut in half
        if (is_good)
            shown += part;
        else
            shown += '?';
        text.remove_prefix(is_good ? length : 1);
    }
    return shown;
}

}  // namespace handoff::detail::platform
