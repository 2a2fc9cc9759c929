// What SIGBUS means to a mapping: the file was cut short by somebody, and what is touched is not there any more.
//
// Every mapping of ours has a row in a fixed table. Once survive_bus_errors() was called, a touch of a missing page in
// one of them puts private zeros there, from that page to the end, and the row says so; the touch then goes on.
//
// Signal safety: the handler reads the table, calls mmap and madvise, and writes one word; it takes no lock and no
// memory. Thread safety: all members may be used by several threads.
#pragma once

#include <atomic>
#include <cstddef>

namespace handoff::detail::platform {

/// Installs the handler, once. Whatever handler there was gets every SIGBUS that is not ours. Throws Error(system).
void survive_bus_errors();

/// A row of the table. With more than 1024 mappings at once the rest have none: there SIGBUS stays what it was.
class WatchedMapping {
public:
    WatchedMapping() = default;
    WatchedMapping(void* address, std::size_t bytes, bool writable) noexcept;
    WatchedMapping(const WatchedMapping&) = delete;
    WatchedMapping(WatchedMapping&& other) noexcept;
    WatchedMapping& operator=(WatchedMapping&&) = delete;
    /// REQUIRES: still mapped, so that nothing else can be there while the row says it is ours.
    ~WatchedMapping();

    /// True if something was missing when it was touched. One relaxed load.
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
