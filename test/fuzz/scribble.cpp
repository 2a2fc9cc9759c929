#include "fuzz/scribble.hpp"

#include <atomic>
#include <limits>

#include "broadcast/broadcast_layout.hpp"
#include "participants/participants_layout.hpp"
#include "queue/queue_layout.hpp"
#include "slot/slots_layout.hpp"

namespace handoff::test {
namespace {

using detail::broadcast::BroadcastCell;
using detail::participants::EntryWord;
using detail::queue::CellWord;
using detail::slot::SlotWord;

/// A slot word near the one that is there: any owner, any state, a generation that was, is or will be.
std::uint64_t like_a_slot_word(std::uint64_t now, std::uint64_t value) noexcept {
    SlotWord word = SlotWord::decode(now);
    word.generation += static_cast<std::uint32_t>(value % 3) - 1;
    word.owner = static_cast<std::uint16_t>((value >> 8) % 6);
    word.deliveries = static_cast<std::uint8_t>(value >> 16);
    word.awaited = (value >> 24 & 1) != 0;
    word.state = static_cast<detail::slot::SlotState>((value >> 32) % 9);
    return word.encode();
}

std::uint64_t like_a_cell(std::uint64_t now, std::uint64_t value) noexcept {
    CellWord cell = CellWord::decode(now);
    cell.round += static_cast<std::uint32_t>(value % 5) - 2;
    cell.generation = static_cast<std::uint32_t>(value >> 8) % 4;
    cell.full = (value >> 16 & 1) != 0;
    cell.slot = static_cast<std::uint16_t>((value >> 24) % 12);
    return cell.encode();
}

std::uint64_t like_a_broadcast_cell(std::uint64_t now, std::uint64_t value) noexcept {
    BroadcastCell cell = BroadcastCell::decode(now);
    cell.sequence += value % 13 - 6;
    cell.slot = static_cast<std::uint16_t>((value >> 8) % 16);
    return cell.encode();
}

std::uint64_t like_an_entry(std::uint64_t now, std::uint64_t value) noexcept {
    EntryWord word = EntryWord::decode(now);
    word.generation += static_cast<std::uint32_t>(value % 3) - 1;
    word.role = static_cast<detail::participants::Role>((value >> 8) % 8);
    word.active = (value >> 16 & 1) != 0;
    return word.encode();
}

std::uint64_t at_the_edge(std::uint64_t value) noexcept {
    constexpr std::uint64_t one = 1;
    constexpr std::uint64_t edges[] = {
        0,         std::numeric_limits<std::uint64_t>::max(), one << 63, (one << 63) - 1, one << 48, one << 40,
        one << 32, std::numeric_limits<std::uint32_t>::max()};
    return edges[value % 8] + (value >> 8) % 3 - 1;
}

}  // namespace

std::uint64_t& Region::word(std::size_t index) const noexcept {
    const std::size_t in_block = bytes / sizeof(std::uint64_t);
    std::byte* block = first + index / in_block * stride;
    return *reinterpret_cast<std::uint64_t*>(block + index % in_block * sizeof(std::uint64_t));
}

void Scribbler::apply(const Scribble& scribble) const noexcept {
    const Region& region = regions_[scribble.where % regions_.size()];
    const auto at = [&](std::uint64_t index) { return std::atomic_ref(region.word(index % region.words())); };
    const auto word = at(scribble.which);
    const std::uint64_t now = word.load(std::memory_order_relaxed), value = scribble.value;
    const auto put = [&](std::uint64_t bits) { word.store(bits, std::memory_order_relaxed); };
    switch (scribble.how % 10) {
        case 0:
            return put(value);
        case 1:
            return put(value % 20);  // small numbers are the dangerous ones
        case 2:
            return put(like_a_slot_word(now, value));
        case 3:
            return put(like_a_cell(now, value));
        case 4:
            return put(like_a_broadcast_cell(now, value));
        case 5:
            return put(like_an_entry(now, value));
        case 6:
            return put(at_the_edge(value));
        case 7:
            return put(now + value % 5 - 2);
        case 8:
            return put(now ^ std::uint64_t{1} << value % 64);
        default: {  // two words change places
            const auto other = at(value);
            put(other.exchange(now, std::memory_order_relaxed));
        }
    }
}

Scribbler Scribbler::over(std::byte* base, const detail::segment::SegmentHeader& shape) {
    const bool is_channel = shape.kind == static_cast<std::uint32_t>(detail::segment::Kind::channel);
    const std::size_t control_bytes =
        is_channel ? sizeof(detail::queue::ChannelControl) : sizeof(detail::broadcast::BroadcastControl);
    std::byte* control = base + shape.control_offset;
    std::byte* cells = control + control_bytes;
    const auto cells_bytes = static_cast<std::size_t>(base + shape.slots_offset - cells);
    std::byte* slots = base + shape.slots_offset;
    const auto of_each_slot = [&](std::size_t bytes) {
        return Region{slots, shape.slot_count, shape.slot_stride, bytes};
    };
    return Scribbler({
        {base, 1, 0, sizeof(detail::segment::SegmentHeader)},
        {base + shape.participants_offset, shape.participant_count, sizeof(detail::participants::ParticipantEntry),
         sizeof(detail::participants::ParticipantEntry)},
        {base + shape.participants_offset, shape.participant_count, sizeof(detail::participants::ParticipantEntry), 8},
        {control, 1, 0, control_bytes},
        {cells, 1, 0, cells_bytes},
        {cells, 1, 0, cells_bytes < 64 ? cells_bytes : 64},
        of_each_slot(8),
        of_each_slot(64),
        of_each_slot(sizeof(detail::slot::SharedData)),
        {base, 1, 0, shape.segment_bytes},
    });
}

}  // namespace handoff::test
