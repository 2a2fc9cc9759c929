// handoff testing: messages of a child process to its parent, in memory that the parent owns: none is lost when the
// child dies, and writing one never blocks.
#pragma once

#include "testing/descriptor.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::detail::testing {

class Mailbox {
public:
    enum class Kind : char { reached, stopping, line, failure, returned };
    struct Letter {
        Kind kind;
        std::string text;
    };

    Mailbox();

    /// Child: one letter, whole or not at all.
    void put(Kind kind, std::string_view text);
    /// Parent: the letters that came since the last call.
    std::vector<Letter> take();
    /// Parent: returns when a letter comes, or later.
    void wait(std::chrono::nanoseconds at_most);

private:
    Descriptor letters_;
    Descriptor event_;
    long read_ = 0;
};

}  // namespace handoff::detail::testing
