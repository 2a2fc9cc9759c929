// Files in shared memory (/dev/shm): created without a name, named when they are complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "platform/descriptor.hpp"

namespace handoff::detail::platform {

/// The directory of the segments.
inline constexpr const char* shm_directory = "/dev/shm";

/// The status of an open file.
struct FileStatus {
    std::uint64_t size_bytes = 0;
    std::uint64_t reserved_bytes = 0;  ///< memory that it has: less than its size if there are holes in it
    std::uint64_t inode = 0;
    std::uint64_t device = 0;
    std::uint32_t owner_uid = 0;
    std::uint32_t owner_gid = 0;
    std::uint32_t mode = 0;   ///< permission bits
    std::uint64_t links = 0;  ///< names that it has
    bool is_regular = false;
};

enum class Access : std::uint8_t { read_write, read_only };

/// Opens an existing regular file. Never follows a symbolic link, never waits, never survives exec. An empty Descriptor
/// means that there is no such file. Throws Error: permission_denied (naming owner, mode and this user), not_a_segment
/// for anything but a regular file (naming its type), system.
Descriptor open_existing(const std::string& path, Access access = Access::read_write);
FileStatus status_of(int fd);
/// The same of a name, without opening it; nothing if there is no such file.
std::optional<FileStatus> status_of_name(const std::string& path) noexcept;
/// Reads the first bytes of a file; returns how many there were. Throws Error(system).
std::size_t read_beginning(int fd, std::span<std::byte> bytes);
/// True if both descriptors are of one file.
bool is_same_file(int one, int other) noexcept;
/// True if `path` names that very file, not one that replaced it.
bool is_named(const std::string& path, int fd) noexcept;
/// True if an open file has no name any more: the last one was removed. False if that is not known.
bool has_lost_its_name(int fd) noexcept;
/// True if a file of that name exists, of any type.
bool name_exists(const std::string& path) noexcept;
/// Does a name fit a shell pattern (*, ?, [...])?
bool fits_pattern(const std::string& name, const std::string& pattern) noexcept;

/// A file without a name, `size_bytes` long, memory reserved, with exactly these rights (the umask does not apply) and
/// group (empty: this process's). If the process is killed, nothing of it stays. Throws Error: no_space,
/// permission_denied, invalid_argument (unknown group), system.
Descriptor create_unlinked(std::uint64_t size_bytes, std::uint32_t mode, const std::string& group);
/// Name of a group; its number if it has none or that is not known. Each thread caches the last answer of the system.
std::string group_name(std::uint32_t gid);
/// Links the file under its name. False if that name is taken.
bool publish(const Descriptor& file, const std::string& path);
/// Removes the name; processes that have the file open keep it. False if not permitted: /dev/shm is sticky, so only
/// the file's owner may.
bool remove_name(const std::string& path) noexcept;

}  // namespace handoff::detail::platform
