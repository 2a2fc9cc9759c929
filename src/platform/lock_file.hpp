// Locks on single bytes of a file, held by the kernel for one open file description (F_OFD_SETLK).
//
// Why these and no mutex, pid or heartbeat: the kernel releases them when the holder is killed, at any point; a stopped
// or busy holder keeps them; they are seen across PID namespaces and are never mistaken for a reused pid.
// Death: the lock is released after the dead process's memory was unmapped, so it can write nothing any more.
// Threads: two threads that share one LockFile do not exclude each other; put a mutex of the process in front.
#pragma once

#include <cstdint>
#include <string>

#include "platform/descriptor.hpp"
#include "platform/shm_file.hpp"

namespace handoff::detail::platform {

class LockFile {
public:
    LockFile() = default;
    /// Takes over `file` (O_RDWR, opened for this purpose alone). Closed in children of fork.
    explicit LockFile(Descriptor file);
    /// Opens an existing file, as open_existing() does; empty if there is none. No child of fork() ever has it, even if
    /// another thread forks at that moment.
    static LockFile open(const std::string& path, Access access);
    LockFile(LockFile&& other) noexcept = default;
    LockFile& operator=(LockFile&& other) noexcept;
    ~LockFile();

    /// True if now held exclusively. False: another descriptor holds it in some way. Throws Error on anything else.
    bool try_exclusive(std::uint64_t byte);
    /// True if now held, shared with others. False: another descriptor holds it exclusively.
    bool try_shared(std::uint64_t byte);
    void unlock(std::uint64_t byte) noexcept;
    /// True if another open file description holds the byte in a way that excludes an exclusive lock here.
    bool is_held_by_another(std::uint64_t byte) const noexcept;

    int descriptor() const noexcept { return file_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(file_); }

private:
    void close() noexcept;
    bool try_lock(short type, std::uint64_t byte);

    Descriptor file_;
    std::uint32_t fork_generation_ = 0;
};

}  // namespace handoff::detail::platform
