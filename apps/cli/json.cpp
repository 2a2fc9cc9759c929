#include "cli/json.hpp"

#include "cli/units.hpp"
#include "cli/utf8.hpp"

#include <algorithm>
#include <cmath>

namespace handoff::apps {

namespace {

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

JsonObject& JsonObject::add_exact(std::string_view name, std::uint64_t number) {
    return add(name, std::to_string(number));
}

JsonObject& JsonObject::add(std::string_view name, double number) {
    key(name);
    members_ += fixed(std::isfinite(number) ? number : 0, 3);
    return *this;
}

JsonObject& JsonObject::add(std::string_view name, std::span<const std::uint32_t> numbers) {
    key(name);
    std::string list;
    for (const std::uint32_t number : numbers) list += (list.empty() ? "" : ", ") + std::to_string(number);
    members_ += "[" + list + "]";
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
