// Programs whose stdin, stdout or stderr is closed, full or read-only.
#pragma once

#include <handoff/testing.hpp>

#include <string>
#include <vector>

namespace handoff::test {

/// What a shell does before it becomes the program, and what it gives the program then.
struct Streams {
    std::string preparation;
    std::string redirections;
};

/// stdout is a pipe whose reader has left.
inline const Streams unread{
    R"(f=$(mktemp -u) && mkfifo "$f" && exec 3<>"$f" 4>"$f" 3<&- && rm "$f";)",
    ">&4 4>&-",
};
inline const Streams full_disk{"", ">/dev/full"};
/// `ulimit -f`: no file may have more than 512 bytes.
inline const Streams small_files{R"(f=$(mktemp) && exec 4>"$f" && rm "$f" && ulimit -f 1;)", ">&4 4>&-"};
inline const Streams closed_stdin{"", "<&-"}, closed_stdout{"", ">&-"}, closed_stderr{"", "2>&-"};
inline const Streams all_closed{"", "<&- >&- 2>&-"};

inline testing::Program start_with(const Streams& streams, const std::string& program,
                                   const std::vector<std::string>& arguments,
                                   const testing::ProgramOptions& options = {}) {
    const std::string script = streams.preparation + R"( exec "$0" "$@" )" + streams.redirections;
    std::vector<std::string> words{"-c", script, program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return testing::Program("/bin/sh", words, options);
}

}  // namespace handoff::test
