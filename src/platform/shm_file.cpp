#include "platform/shm_file.hpp"

#include <fcntl.h>
#include <fnmatch.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "platform/system_error.hpp"

namespace handoff::detail::platform {
namespace {

std::string octal(std::uint32_t mode) {
    char text[16];
    std::snprintf(text, sizeof text, "%04o", mode);
    return text;
}

[[noreturn]] void throw_not_permitted(const std::string& path) {
    struct stat status {};
    std::string sentence = "permission denied for " + path;
    if (lstat(path.c_str(), &status) == 0)
        sentence += ": owner uid " + std::to_string(status.st_uid) + ", group gid " + std::to_string(status.st_gid) +
                    ", mode " + octal(status.st_mode & 07777) + ", you are uid " + std::to_string(geteuid()) +
                    ". Let its owner create it with a wider mode or a common group";
    throw Error(Errc::permission_denied, sentence);
}

FileStatus as_file_status(const struct stat& status) noexcept {
    constexpr std::uint64_t block_bytes = 512;  // whatever the file system's is
    return {static_cast<std::uint64_t>(status.st_size),
            static_cast<std::uint64_t>(status.st_blocks) * block_bytes,
            status.st_ino,
            status.st_dev,
            status.st_uid,
            status.st_gid,
            status.st_mode & 07777U,
            status.st_nlink,
            S_ISREG(status.st_mode)};
}

[[noreturn]] void throw_not_regular(const std::string& path, const char* what, const char* remove) {
    throw Error(Errc::not_a_segment, path + " is " + what +
                                         ", not a segment of handoff. If nobody needs it, remove it (`" + remove + " " +
                                         path + "`)");
}

/// Throws Error(not_a_segment) for anything that is no regular file.
void check_regular(const std::string& path, mode_t mode) {
    if (S_ISREG(mode)) return;
    if (S_ISLNK(mode)) throw_not_regular(path, "a symbolic link", "rm");
    if (S_ISDIR(mode)) throw_not_regular(path, "a directory", "rm -r");
    if (S_ISSOCK(mode)) throw_not_regular(path, "a socket", "rm");
    if (S_ISFIFO(mode)) throw_not_regular(path, "a named pipe (FIFO)", "rm");
    throw_not_regular(path, S_ISBLK(mode) ? "a block device" : "a character device", "rm");
}

gid_t group_id(const std::string& name) {
    std::vector<char> buffer(16 * 1024);
    struct group entry {};
    struct group* found = nullptr;
    int error = 0;
    while ((error = getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found)) == ERANGE)
        buffer.resize(2 * buffer.size());  // a group with very many members
    if (error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO)
        throw_system("looking up the group '" + name + "'", error);
    if (found == nullptr)
        throw Error(Errc::invalid_argument, "there is no group '" + name + "' on this machine (see `getent group`)");
    return found->gr_gid;
}

/// Throws Error(no_space) if the file system has less than that available. Allocates nothing.
void check_room(const Descriptor& file, std::uint64_t bytes) {
    struct statvfs system {};
    if (fstatvfs(file.get(), &system) == 0 && system.f_blocks > 0 && bytes / system.f_frsize > system.f_bavail)
        throw_system("reserving " + std::to_string(bytes) + " bytes in " + shm_directory, ENOSPC);
}

/// Reserves the memory now: ENOSPC here instead of SIGBUS at the first touch.
void reserve(const Descriptor& file, std::uint64_t size_bytes) {
    struct rlimit largest {};
    if (getrlimit(RLIMIT_FSIZE, &largest) == 0 && size_bytes > largest.rlim_cur)  // the kernel would send SIGXFSZ
        throw Error(Errc::no_space, "the segment needs " + std::to_string(size_bytes) +
                                        " bytes, but this process may make no file larger than " +
                                        std::to_string(largest.rlim_cur) +
                                        ". Use fewer slots or a smaller payload, or raise `ulimit -f`");
    // All at once: then the kernel refuses at once what can never fit. On older kernels (Linux 6.1, say) any signal
    // makes tmpfs release everything and return EINTR, and a profiler's timer with a shorter period than the call
    // would block this for ever: from then on in pieces.
    std::uint64_t piece_bytes = size_bytes;
    for (std::uint64_t done = 0; done < size_bytes;) {
        const std::uint64_t piece = std::min(piece_bytes, size_bytes - done);
        const int error = posix_fallocate(file.get(), static_cast<off_t>(done), static_cast<off_t>(piece));
        if (error == 0) done += piece;
        if (error == EINTR) {
            check_room(file, size_bytes - done);  // in pieces, a file that cannot fit would take everything first
            piece_bytes = 1 << 20;
        }
        if (error != 0 && error != EINTR)
            throw_system("reserving " + std::to_string(size_bytes) + " bytes in " + shm_directory, error);
    }
}

}  // namespace

Descriptor open_existing(const std::string& path, Access access) {
    // Checked before it is opened: opening a device may have an effect, and its mode may forbid opening what is no
    // segment anyway. O_NONBLOCK, and a check of the open file: a pipe may have replaced it meanwhile.
    struct stat status {};
    if (lstat(path.c_str(), &status) == 0) check_regular(path, status.st_mode);
    Descriptor file = above_stdio(
        open(path.c_str(), (access == Access::read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file) {
        if (fstat(file.get(), &status) != 0) throw_system("asking for the status of " + path, errno);
        check_regular(path, status.st_mode);
        return file;
    }
    switch (errno) {
        case ENOENT:
            return file;
        case EACCES:
        case EPERM:
            throw_not_permitted(path);
        case ELOOP:
            throw_not_regular(path, "a symbolic link", "rm");
        default:
            throw_system("opening " + path, errno);
    }
}

FileStatus status_of(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0) throw_system("asking for the status of a segment", errno);
    return as_file_status(status);
}

std::optional<FileStatus> status_of_name(const std::string& path) noexcept {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return std::nullopt;
    return as_file_status(status);
}

std::size_t read_beginning(int fd, std::span<std::byte> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
        if (count == 0) break;
        if (count < 0 && errno != EINTR) throw_system("reading the beginning of a segment", errno);
        if (count > 0) done += static_cast<std::size_t>(count);
    }
    return done;
}

bool is_named(const std::string& path, int fd) noexcept {
    struct stat named {};
    struct stat open_file {};
    return fstat(fd, &open_file) == 0 && lstat(path.c_str(), &named) == 0 && named.st_ino == open_file.st_ino &&
           named.st_dev == open_file.st_dev;
}

bool is_same_file(int one, int other) noexcept {
    struct stat first {};
    struct stat second {};
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_ino == second.st_ino &&
           first.st_dev == second.st_dev;
}

bool has_lost_its_name(int fd) noexcept {
    struct stat status {};
    return fstat(fd, &status) == 0 && status.st_nlink == 0;
}

bool name_exists(const std::string& path) noexcept {
    struct stat named {};
    return lstat(path.c_str(), &named) == 0;
}

bool fits_pattern(const std::string& name, const std::string& pattern) noexcept {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

Descriptor create_unlinked(std::uint64_t size_bytes, std::uint32_t mode, const std::string& group) {
    const gid_t gid = group.empty() ? static_cast<gid_t>(-1) : group_id(group);
    Descriptor file = above_stdio(open(shm_directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file) throw_system(std::string("making a file in ") + shm_directory, errno);
    if (!group.empty() && fchown(file.get(), static_cast<uid_t>(-1), gid) != 0)
        throw_system("giving the segment to group " + group, errno);
    if (fchmod(file.get(), mode) != 0) throw_system("setting the segment's mode", errno);
    reserve(file, size_bytes);
    return file;
}

std::string group_name(std::uint32_t gid) {
    struct Known {
        std::uint32_t gid;
        std::string name;
    };
    thread_local std::optional<Known> known;  // a lookup may read files or ask another machine
    if (known && known->gid == gid) return known->name;
    std::vector<char> buffer(1024);
    struct group entry {};
    struct group* found = nullptr;
    while (getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) == ERANGE) buffer.resize(2 * buffer.size());
    known = Known{gid, found != nullptr ? found->gr_name : std::to_string(gid)};
    return known->name;
}

bool publish(const Descriptor& file, const std::string& path) {
    const std::string anonymous = "/proc/self/fd/" + std::to_string(file.get());
    if (linkat(AT_FDCWD, anonymous.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno == ENOENT && !name_exists(anonymous))
        throw Error(Errc::system, "naming " + path + " failed: there is no " + anonymous + ". Is /proc mounted?");
    throw_system("naming " + path, errno);
}

bool remove_name(const std::string& path) noexcept {
    return unlink(path.c_str()) == 0;
}

}  // namespace handoff::detail::platform
