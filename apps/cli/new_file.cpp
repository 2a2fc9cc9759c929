#include "cli/new_file.hpp"

#include "cli/frame_name.hpp"
#include "cli/system_error.hpp"

#include <handoff/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

namespace fs = std::filesystem;

namespace handoff::apps {

namespace {

constexpr std::string_view partial_suffix = ".partial";
constexpr std::size_t number_digits = 8;

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Where the links lead; the file itself need not exist. Empty: to an open file of a process (/dev/stdout), which has
/// no name that it could be given again.
fs::path followed(fs::path path) {
    constexpr int as_many_as_the_kernel = 40;
    std::error_code error;
    for (int links = 0; links < as_many_as_the_kernel && fs::is_symlink(path, error); ++links) {
        const fs::path folder = fs::canonical(folder_of(path), error);
        if (folder.string().starts_with("/proc/")) return {};
        path = folder / fs::read_symlink(path, error);
    }
    return path;
}

std::string random_number() {
    std::string digits(number_digits, '0');
    std::random_device random;
    for (char& digit : digits) digit = "0123456789abcdef"[random() % 16];
    return digits;
}

/// Cuts the name so that there is room for the part that makes it unique.
fs::path partial_name(const fs::path& target) {
    std::string name = target.filename().string();
    const std::string end = "." + random_number() + std::string(partial_suffix);
    const std::size_t kept = bytes_of_whole_characters(name, std::size_t{NAME_MAX} - end.size());
    return folder_of(target) / (name.substr(0, kept) + end);
}

/// Renames where nothing has the new name. Where a file system cannot do that in one step, a hard link does the same.
bool rename_to_free_name(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if ((errno == EINVAL || errno == ENOSYS) && ::link(from.c_str(), to.c_str()) == 0) {
        ::unlink(from.c_str());
        return true;
    }
    if (errno == EEXIST) return false;
    throw_system("cannot write " + to, errno, ": it cannot be renamed from " + from);
}

}  // namespace

NewFile::NewFile(std::string path, Older older) : path_(std::move(path)), older_(older), target_(path_) {
    if (older_ != Older::avoided && find_target())
        open_directly();
    else
        open_partial();
}

NewFile::~NewFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!partial_.empty() && !leave_) ::unlink(partial_.c_str());
}

/// True: it is nothing that could be replaced by a file.
bool NewFile::find_target() {
    struct stat status {};
    const bool exists = ::stat(path_.c_str(), &status) == 0;
    if (!exists && errno != ENOENT) throw_system("cannot write " + path_, errno);
    if (exists && older_ == Older::kept) throw_system("cannot write " + path_, EEXIST);
    target_ = followed(path_).string();
    return exists && (!S_ISREG(status.st_mode) || target_.empty());
}

void NewFile::open_directly() {
    placed_ = path_;
    fd_ = ::open(path_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);  // no wait for a pipe's reader
    if (fd_ < 0)
        throw_system("cannot write " + path_, errno, errno == ENXIO ? ". No process reads from that pipe" : "");
    ::fcntl(fd_, F_SETFL, O_WRONLY);  // a pipe that is full makes us wait
}

void NewFile::open_partial() {
    struct stat older {};
    const bool replaces = older_ == Older::replaced && ::stat(target_.c_str(), &older) == 0;
    // Renaming asks for the folder's permission only: a file that was made read-only stays.
    if (replaces && ::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0)
        throw_system("cannot write " + path_, errno);
    const mode_t mode = replaces ? older.st_mode & 0777U : 0666U;  // a new one: less what the umask takes away
    partial_ = partial_name(target_).string();
    fd_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd_ < 0) {
        partial_.clear();
        throw_system(
            "cannot write " + path_, errno,
            errno == EACCES ? ": it is written beside its place and renamed, and its folder takes no new file" : "");
    }
    if (!replaces) return;
    if (::fchown(fd_, older.st_uid, older.st_gid) != 0) (void)!::fchown(fd_, static_cast<uid_t>(-1), older.st_gid);
    ::fchmod(fd_, mode);
}

void NewFile::append(std::span<const std::byte> bytes) {
    const std::uint64_t before = size_;
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            const int error_number = written < 0 ? errno : EIO;
            if (::ftruncate(fd_, static_cast<off_t>(before)) == 0 && ::lseek(fd_, 0, SEEK_END) >= 0) size_ = before;
            throw_system("cannot write " + path_, error_number);
        }
        size_ += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

/// A network file system reports only here what it could not write.
void NewFile::finish() {
    if (fd_ >= 0 && ::close(std::exchange(fd_, -1)) != 0 && errno != EINTR)
        throw_system("cannot write " + path_, errno);
}

void NewFile::place() {
    finish();
    if (partial_.empty()) return;
    if (older_ == Older::kept && !rename_to_free_name(partial_, target_)) throw_system("cannot write " + path_, EEXIST);
    if (older_ == Older::replaced && ::rename(partial_.c_str(), target_.c_str()) != 0)
        throw_system("cannot write " + path_, errno);
    partial_.clear();
    placed_ = path_;
}

bool NewFile::place_as(const std::string& path) {
    finish();
    if (partial_.empty()) return true;
    if (!rename_to_free_name(partial_, path)) return false;
    partial_.clear();
    placed_ = path;
    return true;
}

bool is_partial_file(const fs::path& path) {
    return path.extension() == partial_suffix;
}

}  // namespace handoff::apps
