#include "platform/watched_mapping.hpp"

#include "platform/process.hpp"

namespace handoff::detail::platform {

namespace {

constexpr std::size_t most_mappings = 2048;
constexpr auto relaxed = std::memory_order_relaxed;  // the row's state orders everything else in it

constinit WatchedMapping::Row table[most_mappings];

static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "a signal handler may touch only what takes no lock");

}  // namespace

std::span<WatchedMapping::Row> WatchedMapping::rows() noexcept {
    return table;
}

WatchedMapping::Row* WatchedMapping::claim() noexcept {
    for (Row& row : table) {
        std::uint32_t expected = Row::free;
        // Pairs with the release in the destructor: the last user's writes come before these.
        if (row.state.compare_exchange_strong(expected, Row::claimed, std::memory_order_acquire)) return &row;
    }
    return nullptr;
}

void WatchedMapping::watch(Row& row, void* address, std::size_t bytes, bool writable) noexcept {
    row.begin.store(reinterpret_cast<std::uintptr_t>(address), relaxed);
    row.bytes.store(bytes, relaxed);
    row.hole.store(reinterpret_cast<std::uintptr_t>(address) + bytes, relaxed);
    row.writable.store(writable, relaxed);
    row.cut_short.store(false, relaxed);
    row.fork_generation.store(fork_generation(), relaxed);
    row.state.store(Row::watched, std::memory_order_release);  // pairs with the handlers: a watched row is complete
    row_ = &row;
    cut_short_ = &row.cut_short;
}

WatchedMapping::WatchedMapping(void* address, std::size_t bytes, bool writable) noexcept {
    Row* const row = claim();
    if (row == nullptr) return;
    row->cut_short_mark.store(&row->cut_short, relaxed);
    row->segment.store(nullptr, relaxed);
    watch(*row, address, bytes, writable);
}

WatchedMapping::WatchedMapping(void* address, std::size_t bytes, const WatchedMapping& first,
                               const SlotPlaces& slots) noexcept {
    if (first.row_ == nullptr) return;  // zeros in here that nobody is told of would be worse than SIGBUS
    Row* const row = claim();
    if (row == nullptr) return;
    row->cut_short_mark.store(&first.row_->cut_short, relaxed);
    row->first_slot.store(slots.first_slot, relaxed);
    row->slot_stride.store(slots.slot_stride, relaxed);
    row->segment.store(slots.segment, relaxed);
    watch(*row, address, bytes, false);
}

WatchedMapping::~WatchedMapping() {
    if (row_ != nullptr) row_->state.store(Row::free, std::memory_order_release);  // pairs with the next claim
}

}  // namespace handoff::detail::platform
