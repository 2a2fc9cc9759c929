// One flat JSON object, written key by key.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace handoff::apps {

class JsonObject {
public:
    JsonObject& add(std::string_view key, std::string_view text);
    JsonObject& add(std::string_view key, std::uint64_t number);
    /// As a string of digits: for numbers that can pass 2^53, above which many readers of JSON round.
    JsonObject& add_exact(std::string_view key, std::uint64_t number);
    /// With three digits behind the point; what is no number becomes 0.
    JsonObject& add(std::string_view key, double number);
    JsonObject& add(std::string_view key, std::span<const std::uint32_t> numbers);
    JsonObject& add_flag(std::string_view key, bool is_true);
    /// {"key": value, ...} on one line.
    std::string str() const;

private:
    void key(std::string_view name);
    std::string members_;
};

/// The text in quotes; control characters, quotes and bytes that are not UTF-8 are escaped or replaced.
std::string json_quoted(std::string_view text);

}  // namespace handoff::apps
