#include "platform/lock_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "platform/process.hpp"
#include "platform/system_error.hpp"

namespace handoff::detail::platform {
namespace {

struct flock range_of(short type, std::uint64_t byte) noexcept {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>(byte);
    range.l_len = 1;
    return range;
}

[[noreturn]] void throw_refused(std::string_view what, int error_number) {
    throw Error(Errc::system,
                std::string(what) + " failed: " + words_for(error_number) +
                    ". Without F_OFD_SETLK and F_OFD_GETLK of fcntl() nobody would notice a death. Allow "
                    "them in the seccomp profile of this program or container (Linux has them since 3.15)");
}

}  // namespace

LockFile::LockFile(Descriptor file) : file_(std::move(file)), fork_generation_(fork_generation()) {
    if (file_) close_in_children(file_.get());
}

LockFile LockFile::open(const std::string& path, Access access) {
    LockFile locks;
    locks.fork_generation_ = fork_generation();
    locks.file_ = open_and_close_in_children([&] { return open_existing(path, access); });
    // Checked once, here, where it can be reported: later "refused" would look like "alive".
    struct flock range = range_of(F_WRLCK, 0);
    if (locks.file_ && fcntl(locks.file_.get(), F_OFD_GETLK, &range) != 0)
        throw_refused("asking who holds a lock on " + path, errno);
    return locks;
}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
    if (this != &other) {
        close();
        file_ = std::move(other.file_);
        fork_generation_ = other.fork_generation_;
    }
    return *this;
}

LockFile::~LockFile() {
    close();
}

void LockFile::close() noexcept {
    if (!file_) return;
    if (fork_generation_ != fork_generation()) {
        (void)file_.release();  // closed when this child was forked; the number may belong to another file by now
        return;
    }
    close_everywhere(file_);
}

bool LockFile::try_lock(short type, std::uint64_t byte) {
    struct flock range = range_of(type, byte);
    while (fcntl(file_.get(), F_OFD_SETLK, &range) != 0) {
        if (errno == EAGAIN) return false;  // not EACCES: Linux returns that only if the lock was not even tried
        if (errno != EINTR) throw_refused("locking a byte of a segment", errno);
    }
    return true;
}

bool LockFile::try_exclusive(std::uint64_t byte) {
    return try_lock(F_WRLCK, byte);
}
bool LockFile::try_shared(std::uint64_t byte) {
    return try_lock(F_RDLCK, byte);
}

void LockFile::unlock(std::uint64_t byte) noexcept {
    struct flock range = range_of(F_UNLCK, byte);
    fcntl(file_.get(), F_OFD_SETLK, &range);
}

bool LockFile::is_held_by_another(std::uint64_t byte) const noexcept {
    struct flock range = range_of(F_WRLCK, byte);
    if (fcntl(file_.get(), F_OFD_GETLK, &range) != 0) return true;  // unknown: never declare a living one dead
    return range.l_type != F_UNLCK;
}

}  // namespace handoff::detail::platform
