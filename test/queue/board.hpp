// A channel in plain memory, and players on it that can die in the middle: the protocol step by step, without threads.
//
// Every part lies in an allocation of its own, as large as the segment would make it, so that AddressSanitizer sees an
// access beyond it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <string>

#include "participants/registry.hpp"
#include "platform/lock_file.hpp"
#include "queue/queue_layout.hpp"
#include "queue/ring.hpp"
#include "queue/slot_protocol.hpp"
#include "slot/print_state.hpp"
#include "slot/slots.hpp"

namespace handoff::detail::queue {

struct BoardShape {
    std::uint32_t slots = 3;
    std::uint32_t cells = 8;  ///< few, so that rounds wrap all the time
    std::uint32_t players = 4;
    Settings settings{10, false, false};
    std::uint32_t payload_bytes = sizeof(std::uint64_t);  ///< with large_payload the slot freed last is loaned next
    bool shared = false;                                  ///< with children of fork, in pages of its own
};

/// A few slots of this size do not fit into a cache.
inline constexpr std::uint32_t large_payload = 1024 * 1024;

class Board {
public:
    explicit Board(const BoardShape& shape = {});
    Board(const Board&) = delete;

    const BoardShape& shape() const noexcept { return shape_; }
    ChannelControl& control() const noexcept { return *control_; }
    participants::ParticipantEntry* entries() const noexcept { return entries_; }
    const slot::Slots& slots() const noexcept { return slots_; }
    const Ring& ring() const noexcept { return ring_; }
    FreeMap free_map() const noexcept { return {control_->cells + shape_.cells, shape_.slots}; }
    /// Of the control, the cells and the map of free slots.
    static std::size_t control_bytes(const BoardShape& shape) noexcept;
    /// The same lock file, opened once more: what another process would hold.
    platform::LockFile open_locks() const;

    slot::SlotWord word(std::uint32_t slot) const { return slot::SlotWord::decode(slots_[slot].control.load()); }
    slot::SlotState state(std::uint32_t slot) const { return word(slot).state; }
    void set(std::uint32_t slot, const slot::SlotWord& word) const { slots_[slot].control.store(word.encode()); }
    std::uint32_t count(slot::SlotState state) const;
    CellWord cell(std::uint64_t position) const {
        return CellWord::decode(control_->cells[position % shape_.cells].load());
    }
    /// Cells that were ever filled.
    std::uint32_t full_cells() const;
    /// Writes a number where the message's bytes are.
    void write(std::uint32_t slot, std::uint64_t message) const;
    std::uint64_t read(std::uint32_t slot) const;
    /// An empty queue whose next position is this one.
    void start_at(std::uint64_t position) const;

    // What a player that is killed half-way leaves behind; each is one instruction of the protocol.
    /// link() killed before it moved the tail.
    void fill_cell_without_moving_tail(std::uint32_t slot) const;
    /// take() killed after it claimed the slot of the oldest cell.
    void claim_without_passing(std::uint32_t slot, std::uint32_t taker) const;

private:
    using Memory = std::shared_ptr<std::byte>;
    static Memory zeroed(std::size_t bytes, bool shared);
    static segment::Geometry geometry_of(const BoardShape& shape);

    BoardShape shape_;
    segment::Geometry geometry_;
    Memory entries_memory_, control_memory_, slots_memory_;
    participants::ParticipantEntry* entries_;
    ChannelControl* control_;
    slot::Slots slots_;
    Ring ring_;
    std::string lock_path_;
    platform::Descriptor lock_file_;
};

/// A participant. Destroyed without leave(), it is dead: the kernel drops its lock, nothing else happens.
class Player final : private participants::RecoveryHandler {
public:
    Player(const Board& board, participants::Role role);

    const SlotProtocol* operator->() const noexcept { return &protocol_; }
    participants::Registry& registry() noexcept { return registry_; }
    std::uint32_t index() const noexcept { return registry_.me(); }
    bool reap() noexcept { return registry_.reap(); }
    void leave() { registry_.leave(); }
    std::uint32_t recoveries() const noexcept { return recoveries_; }

    /// Loans a slot and writes everything that commit() requires into it. REQUIRES: a slot is free.
    Held prepare(std::uint64_t message);
    /// prepare() and commit(); answers the slot. REQUIRES: a slot is free.
    std::uint32_t send(std::uint64_t message, bool awaited);
    /// Takes the oldest message, which must be there.
    Held take() const;

private:
    void recover(std::uint32_t index, participants::Role role) override;
    void on_departure() override {}

    const Board& board_;
    platform::LockFile locks_;
    participants::Registry registry_;
    SlotProtocol protocol_;
    std::uint32_t recoveries_ = 0;
};

std::ostream& boost_test_print_type(std::ostream& out, RingOutcome outcome);
std::ostream& boost_test_print_type(std::ostream& out, Withdrawal withdrawal);

}  // namespace handoff::detail::queue
