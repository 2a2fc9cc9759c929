#include "tool/recording/file.hpp"

#include "common/units.hpp"

#include <handoff/error.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace handoff::apps::tool::recording {

namespace {

[[noreturn]] void refuse(const std::string& what, int error_number, const std::string& advice = "") {
    const Errc code = error_number == EACCES || error_number == EPERM    ? Errc::permission_denied
                      : error_number == ENOSPC || error_number == EDQUOT ? Errc::no_space
                      : error_number == EEXIST                           ? Errc::already_exists
                                                                         : Errc::system;
    throw Error(code, what + ": " + std::generic_category().message(error_number) + advice);
}

int opened(const std::string& path, int flags, const std::string& what, const std::string& advice = "") {
    constexpr mode_t mode = 0666;                                               // less what the umask takes away
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, mode);  // never waits for a pipe's other end
    if (fd < 0) refuse(what + " " + path, errno, errno == ENXIO ? ". Nobody reads from that pipe" : advice);
    return fd;
}

}  // namespace

OutputFile::OutputFile(std::string path, bool replace)
    : path_(std::move(path)),
      fd_(opened(path_, O_WRONLY | O_CREAT | (replace ? O_TRUNC : O_EXCL), "cannot create",
                 replace ? "" : ". What is there already is only replaced with --force")) {
    ::fcntl(fd_, F_SETFL, O_WRONLY);  // a pipe that is full makes us wait
}

OutputFile::~OutputFile() {
    ::close(fd_);
}

void OutputFile::append(Bytes bytes) {
    const std::uint64_t before = size_;
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            const int error_number = written < 0 ? errno : EIO;
            if (::ftruncate(fd_, static_cast<off_t>(before)) == 0 && ::lseek(fd_, 0, SEEK_END) >= 0) size_ = before;
            refuse("cannot write " + path_, error_number,
                   ". The " + bytes_in_words(before) + " that are in it already can be played");
        }
        size_ += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

InputFile::InputFile(std::string path)
    : path_(std::move(path)), fd_(opened(path_, O_RDONLY, "cannot open")), window_(window) {
    struct stat status {};
    const int error_number = ::fstat(fd_, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
    if (error_number != 0) {
        ::close(fd_);
        refuse("cannot read " + path_, error_number);
    }
    if (!S_ISREG(status.st_mode)) {
        ::close(fd_);
        throw Error(Errc::system, "cannot read " + path_ +
                                      ": it is a pipe or a device, and a recording is read from both ends. Write it to "
                                      "a file first");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
    ::close(fd_);
}

std::size_t InputFile::read_some(std::uint64_t offset, std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got = ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse("cannot read " + path_, errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Bytes InputFile::peek(std::uint64_t offset, std::size_t count) {
    if (offset >= size_) return {};
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset));
    if (offset < window_at_ || offset + count > window_at_ + window_size_) {
        window_size_ = 0;
        window_size_ = read_some(
            offset,
            std::span(window_).first(static_cast<std::size_t>(std::min<std::uint64_t>(window, size_ - offset))));
        window_at_ = offset;
    }
    const std::size_t at = static_cast<std::size_t>(offset - window_at_);
    return Bytes(window_).subspan(at, std::min(count, window_size_ - at));
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> into) {
    if (read_some(offset, into) != into.size()) throw Error(Errc::damaged, path_ + " became shorter while it was read");
}

}  // namespace handoff::apps::tool::recording
