// Bytes that can be read once: from a pipe or stdin.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace handoff::apps::sender {

/// All waiting ends when the program is asked to end: then it looks as if the bytes had ended.
class ReadOnce {
public:
    /// Opens a named pipe, without waiting for a writer. Throws Unreadable.
    static std::shared_ptr<ReadOnce> pipe(const std::string& path);
    /// stdin. Throws Unreadable if it is a terminal.
    static std::shared_ptr<ReadOnce> standard_input(const std::string& shown);
    ~ReadOnce();
    ReadOnce(const ReadOnce&) = delete;
    ReadOnce& operator=(const ReadOnce&) = delete;

    /// The first `wanted` bytes, fewer only if the end comes before; read() gives them again. Not after read(). Throws
    /// Unreadable.
    std::span<const std::byte> look(std::size_t wanted);
    /// Waits for bytes and reads some of them; 0 at the end. Throws Unreadable.
    std::size_t read(std::span<std::byte> target);
    /// True if bytes, or the end, came within a second.
    bool came_soon() const;
    bool has_ended() const noexcept { return ended_; }

private:
    ReadOnce(int descriptor, bool owned, std::string shown);
    std::size_t read_more(std::span<std::byte> target);

    const int descriptor_;
    const bool owned_;
    const std::string shown_;
    bool ended_ = false;
    std::vector<std::byte> head_;  ///< looked at, not read
    std::size_t head_read_ = 0;
};

/// A file without a name that holds what came once: it can be opened again and again while this lives.
class Copy {
public:
    /// Waits for the end of `source`. Throws Unreadable if there is no space.
    Copy(ReadOnce& source, const std::string& shown);
    ~Copy();
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    /// Where it can be opened, by this process.
    std::string path() const { return "/dev/fd/" + std::to_string(descriptor_); }

private:
    explicit Copy(int descriptor) noexcept : descriptor_(descriptor) {}

    const int descriptor_;
};

}  // namespace handoff::apps::sender
