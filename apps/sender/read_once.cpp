#include "sender/read_once.hpp"

#include "cli/waits.hpp"
#include "sender/frame_source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace handoff::apps::sender {

namespace {

constexpr std::size_t chunk_bytes = 64U << 10U;

std::string format(int error) {
    return std::generic_category().message(error);
}

/// True if reading will not wait. A pipe that is not open for writing yet keeps poll() waiting, too.
bool has_something(int descriptor, std::chrono::milliseconds timeout) {
    pollfd waiting{descriptor, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(timeout.count())) > 0;
}

std::filesystem::path folder_of_copies() {
    std::error_code ignored;
    const std::filesystem::path folder = std::filesystem::temp_directory_path(ignored);
    return folder.empty() ? "/tmp" : folder;
}

Unreadable no_place(const std::string& shown, int error) {
    return Unreadable(shown + ": it is needed whole before its first picture, and cannot be kept in " +
                      folder_of_copies().string() + ": " + format(error) +
                      "; set TMPDIR to a folder with space, or send what can be read as it comes: MPEG-TS, Matroska, "
                      "motion JPEG");
}

int unlinked_file(const std::string& shown) {
    std::string name = folder_of_copies() / "handoff-sender-XXXXXX";
    const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) throw no_place(shown, errno);
    ::unlink(name.c_str());
    return descriptor;
}

}  // namespace

std::shared_ptr<ReadOnce> ReadOnce::pipe(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) throw Unreadable(path + ": the pipe cannot be opened: " + format(errno));
    return std::shared_ptr<ReadOnce>(new ReadOnce(descriptor, true, path));
}

std::shared_ptr<ReadOnce> ReadOnce::standard_input(const std::string& shown) {
    if (::isatty(STDIN_FILENO) == 1)
        throw Unreadable(shown + ": stdin is a terminal: pipe a film or a picture into sender, or name a file");
    return std::shared_ptr<ReadOnce>(new ReadOnce(STDIN_FILENO, false, shown));
}

ReadOnce::ReadOnce(int descriptor, bool owned, std::string shown)
    : descriptor_(descriptor), owned_(owned), shown_(std::move(shown)) {}

ReadOnce::~ReadOnce() {
    if (owned_) ::close(descriptor_);
}

std::span<const std::byte> ReadOnce::look(std::size_t wanted) {
    while (head_.size() < wanted && !ended_) {
        const std::size_t had = head_.size();
        head_.resize(std::min(wanted, had + chunk_bytes));
        head_.resize(had + read_more(std::span(head_).subspan(had)));
    }
    return std::span(head_).first(std::min(wanted, head_.size()));
}

std::size_t ReadOnce::read(std::span<std::byte> target) {
    const std::size_t left = head_.size() - head_read_;
    if (left == 0) return read_more(target);
    const std::size_t some = std::min(left, target.size());
    std::memcpy(target.data(), head_.data() + head_read_, some);
    head_read_ += some;
    if (head_read_ == head_.size()) {
        head_ = {};
        head_read_ = 0;
    }
    return some;
}

bool ReadOnce::came_soon() const {
    for (int slices = 0; slices < 10; ++slices)
        if (ended_ || stop_requested() || has_something(descriptor_, slice)) return true;
    return false;
}

std::size_t ReadOnce::read_more(std::span<std::byte> target) {
    while (!ended_ && !stop_requested()) {
        if (!has_something(descriptor_, slice)) continue;
        const ssize_t count = ::read(descriptor_, target.data(), target.size());
        if (count > 0) return static_cast<std::size_t>(count);
        if (count == 0) break;
        if (errno != EAGAIN && errno != EINTR) throw Unreadable(shown_ + ": cannot be read: " + format(errno));
    }
    ended_ = true;
    return 0;
}

Copy::Copy(ReadOnce& source, const std::string& shown) : Copy(unlinked_file(shown)) {
    std::array<std::byte, chunk_bytes> bytes;
    while (const std::size_t count = source.read(bytes)) {
        for (std::size_t written = 0; written < count;) {
            const ssize_t some = ::write(descriptor_, bytes.data() + written, count - written);
            if (some < 0 && errno == EINTR) continue;
            if (some < 0) throw no_place(shown, errno);
            written += static_cast<std::size_t>(some);
        }
    }
}

Copy::~Copy() {
    ::close(descriptor_);
}

}  // namespace handoff::apps::sender
