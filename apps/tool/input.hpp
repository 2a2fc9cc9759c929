// Messages from stdin, read with a limit: it takes no more memory than one message may have.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace handoff::apps::tool {

class Input {
public:
    /// What a message can have at most, and why, as in "... is what a message of 'frames' can hold".
    struct Limit {
        std::size_t bytes;
        std::string reason;
    };
    explicit Input(Limit limit) : limit_(std::move(limit)) {}

    /// All there is, up to its end; nothing if the program was asked to end before. Throws Error: too_large, as soon as
    /// there is more than fits; system, where stdin cannot be read.
    std::optional<std::string> all();
    /// The next line without its newline; nothing at the end, or if the program was asked to end. Throws as all().
    std::optional<std::string> line();

private:
    /// What was read and not yet taken, and more if there is none; empty at the end, and if asked to end.
    std::string_view some();
    void keep(std::string& message, std::string_view bytes, const std::string& what) const;

    Limit limit_;
    std::uint64_t lines_ = 0;
    std::array<char, 1 << 16> buffer_;
    std::size_t at_ = 0;
    std::size_t size_ = 0;
};

}  // namespace handoff::apps::tool
