// A topic in plain memory: the protocol step by step, without threads.
//
// Every part lies in an allocation of its own, as large as the segment would make it, so that AddressSanitizer sees an
// access beyond it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <vector>

#include "broadcast/broadcast.hpp"
#include "slot/print_state.hpp"

namespace handoff::detail::broadcast {

struct BroadcastShape {
    std::uint32_t history = 3;
    std::uint32_t loans = 2;
    std::uint32_t pins = 2;

    std::uint32_t slots() const noexcept { return BroadcastSettings{history, loans, pins, false}.slots(); }
};

class BroadcastBoard {
public:
    explicit BroadcastBoard(const BroadcastShape& shape = {});
    BroadcastBoard(const BroadcastBoard&) = delete;

    const BroadcastShape& shape() const noexcept { return shape_; }
    BroadcastControl& control() const noexcept { return *control_; }
    const Slots& slots() const noexcept { return slots_; }
    const Broadcast* operator->() const noexcept { return &broadcast_; }

    SlotWord word(std::uint32_t slot) const { return SlotWord::decode(slots_[slot].control.load()); }
    SlotState state(std::uint32_t slot) const { return word(slot).state; }
    std::uint64_t pins(std::uint32_t slot) const { return slots_[slot].pins.load(); }
    std::uint32_t count(SlotState state) const;
    /// The cell that this sequence belongs into.
    BroadcastCell cell(std::uint64_t sequence) const {
        return BroadcastCell::decode(control_->cells[sequence % shape_.history].load());
    }
    void set_cell(std::uint64_t sequence, const BroadcastCell& cell) const {
        control_->cells[sequence % shape_.history].store(cell.encode());
    }
    bool is_kept(std::uint32_t slot) const;
    /// As after very many messages, all of them gone: the next gets this sequence.
    void start_at(std::uint64_t sequence, std::uint32_t generation) const;

    /// Fills the payload; an actor stops after each word.
    void write(std::uint32_t slot, std::uint64_t message) const;
    /// The message in the slot, if all its words agree; an actor stops before each word.
    std::optional<std::uint64_t> read(std::uint32_t slot) const;
    /// Loans a slot, writes, publishes; returns the sequence. REQUIRES: a slot is free.
    std::uint64_t publish(std::uint32_t me, std::uint64_t message) const;

private:
    static constexpr std::uint32_t payload_words = 4;
    using Memory = std::shared_ptr<std::byte>;
    static Memory zeroed(std::size_t bytes);
    static segment::Geometry geometry_of(const BroadcastShape& shape);

    BroadcastShape shape_;
    segment::Geometry geometry_;
    Memory control_memory_, slots_memory_;
    BroadcastControl* control_;
    Slots slots_;
    Broadcast broadcast_;
};

std::ostream& boost_test_print_type(std::ostream& out, Look::Outcome outcome);

}  // namespace handoff::detail::broadcast
