// handoff testing: file descriptors that close themselves, and files that have no name.
#pragma once

#include <string>

namespace handoff::detail::testing {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();

    int get() const noexcept { return number_; }
    void close() noexcept;

private:
    int number_ = -1;
};

/// Throws std::runtime_error with the text of errno.
[[noreturn]] void fail(const std::string& what);
/// The result of a system call, unless it is -1: then like fail().
int checked(int answer, const std::string& call);

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};
Pipe make_pipe();

/// An empty file in memory, written at its end; closed by exec.
Descriptor memory_file(const char* label);
/// Its bytes from `offset` to the end. Does not change the file position, which the writer shares.
std::string read_from(const Descriptor& file, long offset);

}  // namespace handoff::detail::testing
