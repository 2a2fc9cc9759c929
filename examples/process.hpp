// What an example does before anything else, since its process is its own: errors of stdin, stdout and stderr become
// sentences.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>
#include <utility>

namespace example {

/// * A stream that is closed is replaced by one that refuses all access: else the next file that is opened, a segment,
///   say, would get its number, and what is printed would be written into it.
/// * A pipe without a reader (SIGPIPE) and a file that may not grow (SIGXFSZ, `ulimit -f`) are errors, not deaths.
/// * What stdout does not take throws std::ios_base::failure on the spot: see output_failed().
inline void prepare_process() {
    for (const auto& [number, flags] :
         {std::pair{STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_RDONLY}})
        if (::fcntl(number, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", flags);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    std::cout.exceptions(std::ios_base::badbit);
    std::cerr.tie(nullptr);  // the error message must not fail with it
}

/// Prints the error, and returns the exit code.
inline int output_failed() {
    std::cout.exceptions(std::ios_base::goodbit);
    std::cerr << "cannot write to stdout: it is closed, nobody reads it, or its disk is full\n";
    return 1;
}

}  // namespace example
