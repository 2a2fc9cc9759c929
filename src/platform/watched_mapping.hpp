// The mappings of this process, as signal handlers find them: rows of a fixed table, read without a lock.
//
// Thread safety: all members may be used by several threads. Signal safety: a handler may read rows(), and writes only
// `hole` and what `cut_short_mark` points to.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace handoff::detail::platform {

/// What a handler says of an address: a slot of a segment.
struct SlotPlaces {
    const char* segment;     ///< its name; lives as long as the mapping is watched
    std::size_t first_slot;  ///< bytes from the beginning of the mapping; the last slot ends with it
    std::size_t slot_stride;
};

/// A row of the table. Mappings beyond 2048 at once have none: signals keep their former effect there.
class WatchedMapping {
public:
    /// Written before `state` becomes watched, constant as long as it is; except `hole` and `cut_short`, which the
    /// handler of SIGBUS writes.
    struct Row {
        enum State : std::uint32_t { free, claimed, watched };
        std::atomic<std::uint32_t> state{free};
        std::atomic<std::uint32_t> fork_generation{0};
        std::atomic<bool> writable{false};
        std::atomic<bool> cut_short{false};
        /// This row's cut_short, or that of the first mapping of the file.
        std::atomic<std::atomic<bool>*> cut_short_mark{nullptr};
        std::atomic<std::uintptr_t> begin{0};
        std::atomic<std::size_t> bytes{0};
        std::atomic<std::uintptr_t> hole{0};        ///< from here to the end are zeros, or the mapping ends
        std::atomic<const char*> segment{nullptr};  ///< null: nothing is to be said of its slots
        std::atomic<std::size_t> first_slot{0};
        std::atomic<std::size_t> slot_stride{0};
    };

    WatchedMapping(void* address, std::size_t bytes, bool writable) noexcept;
    /// A second, read-only mapping of the file of `first`, which outlives it: a missing page in here cuts `first`
    /// short, too.
    WatchedMapping(void* address, std::size_t bytes, const WatchedMapping& first, const SlotPlaces& slots) noexcept;
    WatchedMapping(const WatchedMapping&) = delete;
    /// REQUIRES: still mapped, so that nothing else can be there while the row is in use.
    ~WatchedMapping();

    /// True if a missing page was touched. One relaxed load.
    bool was_cut_short() const noexcept { return cut_short_->load(std::memory_order_relaxed); }
    const std::atomic<bool>& cut_short() const noexcept { return *cut_short_; }

    static std::span<Row> rows() noexcept;

    static inline const std::atomic<bool> never{false};

private:
    static Row* claim() noexcept;
    void watch(Row& row, void* address, std::size_t bytes, bool writable) noexcept;

    Row* row_ = nullptr;
    const std::atomic<bool>* cut_short_ = &never;  ///< the row's
};

}  // namespace handoff::detail::platform
