#include "common/json.hpp"

#include "common/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace handoff::apps {

namespace {

/// Length of the well-formed UTF-8 character at the front; 0 if there is none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned lead = byte(0);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t at = 1; at < length; ++at)
        if ((byte(at) & 0xC0U) != 0x80) return 0;
    if (length == 3 && ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F))) return 0;
    if (length == 4 && ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F))) return 0;
    return length;
}

std::string escaped(char character) {
    static constexpr std::string_view hex = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') return {'\\', character};
    if (code >= 0x20) return {character};
    return {'\\', 'u', '0', '0', hex[code >> 4U], hex[code & 15U]};
}

}  // namespace

std::string json_quoted(std::string_view text) {
    std::string quoted = "\"";
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0)
            quoted += "\\ufffd";
        else if (length == 1)
            quoted += escaped(text.front());
        else
            quoted += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return quoted + '"';
}

void JsonObject::key(std::string_view name) {
    if (!members_.empty()) members_ += ", ";
    members_ += json_quoted(name) + ": ";
}

JsonObject& JsonObject::add(std::string_view name, std::string_view text) {
    key(name);
    members_ += json_quoted(text);
    return *this;
}

JsonObject& JsonObject::add(std::string_view name, std::uint64_t number) {
    key(name);
    members_ += std::to_string(number);
    return *this;
}

JsonObject& JsonObject::add(std::string_view name, double number) {
    key(name);
    members_ += fixed(std::isfinite(number) ? number : 0, 3);
    return *this;
}

JsonObject& JsonObject::add_flag(std::string_view key, bool is_true) {
    this->key(key);
    members_ += is_true ? "true" : "false";
    return *this;
}

std::string JsonObject::str() const {
    return "{" + members_ + "}";
}

}  // namespace handoff::apps
