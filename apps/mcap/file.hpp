// The file under a recording. Every refusal is an Error that names the file.
#pragma once

#include "cli/new_file.hpp"
#include "mcap/bytes.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace handoff::apps::mcap {

/// Written from front to end. It gets its name when it is complete; see NewFile for what it is called before.
class OutputFile {
public:
    /// What becomes of a part that cannot be completed.
    enum class Unfinished { kept, removed };
    /// Makes the file. One that exists is refused (already_exists) unless `replace`.
    OutputFile(const std::string& path, bool replace, Unfinished unfinished = Unfinished::kept);

    /// Appends all of it with one system call where the kernel takes it so. If that fails, the file is cut back to what
    /// it was before, and the Error describes the problem and how much there is.
    void append(Bytes bytes);
    /// From now on it stays, under the name it has, where it is not completed: what is in it can be played. (Unless it
    /// is to be removed.)
    void keep_unfinished() noexcept {
        if (unfinished_ == Unfinished::kept) file_.leave_partial();
    }
    /// Appends the end, and gives the file its name. If an earlier write failed, it replaces no older file, since that
    /// is worth more than a part of a new one. The Error then names its path.
    void complete(Bytes end);
    std::uint64_t size() const noexcept { return file_.size(); }
    /// The name that it has when it is complete.
    const std::string& path() const noexcept { return file_.path(); }
    /// The name that it has now.
    const std::string& current_path() const noexcept { return file_.current_path(); }

private:
    NewFile file_;
    const Unfinished unfinished_;
    bool failed_ = false;
};

/// Read anywhere, in any order; small pieces that lie close to each other cost one system call together.
class InputFile {
public:
    explicit InputFile(std::string path);
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile();

    /// As it was when it was opened.
    std::uint64_t size() const noexcept { return size_; }
    const std::string& path() const noexcept { return path_; }
    /// Fewer than `count` bytes where the file ends before. Valid until the next call. REQUIRES: count <= window
    Bytes peek(std::uint64_t offset, std::size_t count);
    /// Fills `into`. Throws Error(damaged) if the file ends before: it was truncated meanwhile.
    void read(std::uint64_t offset, std::span<std::byte> into);

    static constexpr std::size_t window = 1 << 16;

private:
    std::size_t read_some(std::uint64_t offset, std::span<std::byte> into);

    std::string path_;
    int fd_;
    std::uint64_t size_;
    std::vector<std::byte> window_;
    std::uint64_t window_at_ = 0;
    std::size_t window_size_ = 0;
};

}  // namespace handoff::apps::mcap
