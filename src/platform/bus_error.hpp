// SIGBUS in a mapping: another process truncated the file, and a missing page was touched.
//
// Every mapping of the library has a row in a fixed table. After survive_bus_errors(), a touch of a missing page in one
// of them maps private zeros there, from that page to the end, and marks the row; the touch then goes on.
//
// Signal safety: the handler reads the table, calls mmap and madvise, and writes one word; it takes no lock and
// allocates nothing. Thread safety: all members may be used by several threads.
#pragma once

#include <atomic>
#include <cstddef>

namespace handoff::detail::platform {

/// Installs the handler, once. The previous handler gets every SIGBUS outside these mappings. Throws Error(system).
void survive_bus_errors();

/// A row of the table. Mappings beyond 1024 at once have none: SIGBUS keeps its former effect there.
class WatchedMapping {
public:
    WatchedMapping() = default;
    WatchedMapping(void* address, std::size_t bytes, bool writable) noexcept;
    WatchedMapping(const WatchedMapping&) = delete;
    WatchedMapping(WatchedMapping&& other) noexcept;
    WatchedMapping& operator=(WatchedMapping&&) = delete;
    /// REQUIRES: still mapped, so that nothing else can be there while the row is in use.
    ~WatchedMapping();

    /// True if a missing page was touched. One relaxed load.
    bool was_cut_short() const noexcept { return cut_short_->load(std::memory_order_relaxed); }

private:
    static inline const std::atomic<bool> never{false};
    struct Row;
    static Row table[];
    friend class BusErrorHandler;

    Row* row_ = nullptr;
    const std::atomic<bool>* cut_short_ = &never;  ///< the row's
};

}  // namespace handoff::detail::platform
