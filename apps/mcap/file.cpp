#include "mcap/file.hpp"

#include "cli/system_error.hpp"
#include "cli/units.hpp"

#include <handoff/error.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace handoff::apps::mcap {

namespace {

int opened(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // never waits for a pipe's other end
    if (fd < 0) throw_system("cannot open " + path, errno);
    return fd;
}

/// What `work` throws, and what can be done about it.
template <class Work, class Advice>
decltype(auto) with_advice(const Work& work, const Advice& advice) {
    try {
        return work();
    } catch (const Error& error) {
        throw Error(static_cast<Errc>(error.code().value()), error.what() + advice(error));
    }
}

}  // namespace

OutputFile::OutputFile(const std::string& path, bool replace, Unfinished unfinished)
    : file_(with_advice([&] { return NewFile(path, replace ? NewFile::Older::replaced : NewFile::Older::kept); },
                        [](const Error& error) -> std::string {
                            if (error.code() != Errc::already_exists) return "";
                            return ". What is there already is only replaced with --force";
                        })),
      unfinished_(unfinished) {}

void OutputFile::append(Bytes bytes) {
    with_advice([&] { file_.append(bytes); },
                [&](const Error&) {
                    failed_ = true;
                    if (unfinished_ == Unfinished::removed) return std::string(". It is removed");
                    return ". The " + format_bytes(size()) + " that are in it already can be played";
                });
}

void OutputFile::complete(Bytes end) {
    with_advice(
        [&] {
            const bool is_whole = !failed_;
            append(end);
            if (is_whole) return file_.place();
            if (!file_.place_as(path())) throw Error(Errc::already_exists, path() + " is still the older one");
        },
        [&](const Error&) {
            if (unfinished_ == Unfinished::removed) return std::string();
            keep_unfinished();
            return ". The new one is in " + current_path();
        });
}

InputFile::InputFile(std::string path) : path_(std::move(path)), fd_(opened(path_)), window_(window) {
    struct stat status {};
    const int error_number = ::fstat(fd_, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
    if (error_number != 0) {
        ::close(fd_);
        throw_system("cannot read " + path_, error_number);
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
        if (got < 0) throw_system("cannot read " + path_, errno);
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

}  // namespace handoff::apps::mcap
