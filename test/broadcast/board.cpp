#include "broadcast/board.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

#include "broadcast/actor.hpp"
#include "segment/geometry.hpp"

namespace handoff::detail::broadcast {

using test::Actor;

BroadcastBoard::Memory BroadcastBoard::zeroed(std::size_t bytes) {
    Memory memory(static_cast<std::byte*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64)), std::free);
    if (memory == nullptr) throw std::bad_alloc();
    std::memset(memory.get(), 0, bytes);
    return memory;
}

segment::Geometry BroadcastBoard::geometry_of(const BroadcastShape& shape) {
    segment::Blueprint blueprint;
    blueprint.participant_count = 2;
    blueprint.slot_count = shape.slots();
    blueprint.slot_header_bytes = sizeof(SharedData);
    blueprint.payload_bytes = payload_words * sizeof(std::uint64_t);
    segment::Geometry geometry;
    if (!segment::lay_out(blueprint, geometry)) throw std::logic_error("the board's shape is invalid");
    geometry.slots_offset = 0;
    return geometry;
}

BroadcastBoard::BroadcastBoard(const BroadcastShape& shape)
    : shape_(shape),
      geometry_(geometry_of(shape)),
      control_memory_(zeroed(sizeof(BroadcastControl) + shape.history * sizeof(sync::SharedWord))),
      slots_memory_(zeroed(shape.slots() * geometry_.slot_stride)),
      control_(::new (control_memory_.get()) BroadcastControl),
      slots_(slots_memory_.get(), geometry_),
      broadcast_(*control_, {control_->published, nullptr}, shape.history, slots_) {
    slots_.place();
    for (std::uint32_t index = 0; index < shape.history; ++index) ::new (&control_->cells[index]) sync::SharedWord;
    start_at(shape.history, 0);
}

void BroadcastBoard::start_at(std::uint64_t sequence, std::uint32_t generation) const {
    control_->tail.store(sequence);
    for (std::uint64_t before = sequence - shape_.history; before < sequence; ++before)
        set_cell(before, {before, BroadcastCell::no_slot});
    for (std::uint32_t slot = 0; slot < slots_.count(); ++slot)
        slots_[slot].control.store(SlotWord{generation, 0, 0, false, SlotState::free}.encode());
}

std::uint32_t BroadcastBoard::count(SlotState wanted) const {
    std::uint32_t found = 0;
    for (std::uint32_t slot = 0; slot < slots_.count(); ++slot)
        if (state(slot) == wanted) ++found;
    return found;
}

bool BroadcastBoard::is_kept(std::uint32_t slot) const {
    for (std::uint64_t index = 0; index < shape_.history; ++index)
        if (cell(index).slot == slot) return true;
    return false;
}

void BroadcastBoard::write(std::uint32_t slot, std::uint64_t message) const {
    for (std::uint32_t word = 0; word < payload_words; ++word) {
        std::memcpy(slots_.payload_area(slot).data() + word * sizeof message, &message, sizeof message);
        Actor::pause();
    }
}

std::optional<std::uint64_t> BroadcastBoard::read(std::uint32_t slot) const {
    std::uint64_t words[payload_words];
    for (std::uint32_t word = 0; word < payload_words; ++word) {
        Actor::pause();
        std::memcpy(&words[word], slots_.payload_area(slot).data() + word * sizeof words[0], sizeof words[0]);
    }
    for (const std::uint64_t word : words)
        if (word != words[0]) return std::nullopt;
    return words[0];
}

std::uint64_t BroadcastBoard::publish(std::uint32_t me, std::uint64_t message) const {
    const auto held = broadcast_.loan(me);
    if (!held) throw std::runtime_error("no slot was free");
    write(held->slot, message);
    return broadcast_.publish(*held).value();
}

std::ostream& boost_test_print_type(std::ostream& out, Look::Outcome outcome) {
    constexpr const char* names[] = {"nothing", "message", "damaged"};
    return out << names[static_cast<unsigned>(outcome)];
}

}  // namespace handoff::detail::broadcast
