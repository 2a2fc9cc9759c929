// Files in the machine's shared memory (/dev/shm): made without a name, named when they are whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "platform/descriptor.hpp"

namespace handoff::detail::platform {

/// Where segments live.
inline constexpr const char* shm_directory = "/dev/shm";

/// What the file system says of an open file.
struct FileStatus {
    std::uint64_t size_bytes = 0;
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
/// means that there is no such file. Throws Error: permission_denied (naming owner, mode and us), not_a_segment for
/// anything but a regular file (saying what it is), system.
Descriptor open_existing(const std::string& path, Access access = Access::read_write);
FileStatus status_of(int fd);
/// The same of a name, without opening it; nothing if there is no such file.
std::optional<FileStatus> status_of_name(const std::string& path) noexcept;
/// Reads the first bytes of a file; returns how many there were. Throws Error(system).
std::size_t read_beginning(int fd, std::span<std::byte> bytes);
/// True if both descriptors are of one file.
bool is_same_file(int one, int other) noexcept;
/// True if `path` names that very file (and not one that took its place).
bool is_named(const std::string& path, int fd) noexcept;
/// True if no name is left of an open file: somebody removed the last one. False if nobody can tell.
bool has_lost_its_name(int fd) noexcept;
/// True if something of that name is there, whatever it is.
bool name_exists(const std::string& path) noexcept;
/// Does a name fit a shell pattern (*, ?, [...])?
bool fits_pattern(const std::string& name, const std::string& pattern) noexcept;

/// A file without a name, `size_bytes` long, memory reserved, with exactly these rights (the umask does not count) and
/// group (empty: ours). Killed at any moment, nothing of it stays. Throws Error: no_space, permission_denied,
/// invalid_argument (unknown group), system.
Descriptor create_nameless(std::uint64_t size_bytes, std::uint32_t mode, const std::string& group);
/// Name of a group; its number, if it has none or nobody can tell. Asks the system once in a row for each thread.
std::string group_name(std::uint32_t gid);
/// Gives it its name. False if that name is taken.
bool publish(const Descriptor& file, const std::string& path);
/// Removes the name; those who have the file open keep it. False if that is not allowed: /dev/shm is sticky, so only
/// the file's owner may.
bool remove_name(const std::string& path) noexcept;

}  // namespace handoff::detail::platform
