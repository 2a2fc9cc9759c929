#include "queue/board.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <stdexcept>

#include "segment/geometry.hpp"

namespace handoff::detail::queue {

using participants::ParticipantEntry;
using participants::Role;
using slot::SharedData;
using slot::SlotState;
using slot::SlotWord;

Board::Memory Board::zeroed(std::size_t bytes, bool shared) {
    if (shared) {
        void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) throw std::bad_alloc();
        return {static_cast<std::byte*>(pages), [bytes](std::byte* memory) { munmap(memory, bytes); }};
    }
    Memory memory(static_cast<std::byte*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64)), std::free);
    if (memory == nullptr) throw std::bad_alloc();
    std::memset(memory.get(), 0, bytes);
    return memory;
}

segment::Geometry Board::geometry_of(const BoardShape& shape) {
    segment::Blueprint blueprint;
    blueprint.participant_count = shape.players;
    blueprint.slot_count = shape.slots;
    blueprint.slot_header_bytes = sizeof(SharedData);
    blueprint.payload_bytes = shape.payload_bytes;
    blueprint.reply_bytes = sizeof(std::uint64_t);
    segment::Geometry geometry;
    if (!segment::lay_out(blueprint, geometry)) throw std::logic_error("the board's shape is invalid");
    geometry.slots_offset = 0;
    return geometry;
}

std::size_t Board::control_bytes(const BoardShape& shape) noexcept {
    return sizeof(ChannelControl) + (shape.cells + FreeMap::words_for(shape.slots)) * sizeof(sync::SharedWord);
}

Board::Board(const BoardShape& shape)
    : shape_(shape),
      geometry_(geometry_of(shape)),
      entries_memory_(zeroed(shape.players * sizeof(ParticipantEntry), shape.shared)),
      control_memory_(zeroed(control_bytes(shape), shape.shared)),
      slots_memory_(zeroed(shape.slots * geometry_.slot_stride, shape.shared)),
      entries_(reinterpret_cast<ParticipantEntry*>(entries_memory_.get())),
      control_(::new (control_memory_.get()) ChannelControl),
      slots_(slots_memory_.get(), geometry_),
      ring_(*control_, shape.cells, slots_),
      lock_file_(memfd_create("board", MFD_CLOEXEC)) {
    for (std::uint32_t index = 0; index < shape.players; ++index) ::new (entries_ + index) ParticipantEntry;
    for (std::uint32_t index = 0; index < shape.cells; ++index) ::new (&control_->cells[index]) sync::SharedWord;
    free_map().place();
    slots_.place();
    lock_path_ = "/proc/self/fd/" + std::to_string(lock_file_.get());
}

platform::LockFile Board::open_locks() const {
    platform::Descriptor file(open(lock_path_.c_str(), O_RDWR | O_CLOEXEC));
    if (!file) throw std::runtime_error("the board's lock file cannot be opened once more");
    return platform::LockFile(std::move(file));
}

std::uint32_t Board::count(SlotState wanted) const {
    std::uint32_t found = 0;
    for (std::uint32_t slot = 0; slot < slots_.count(); ++slot)
        if (state(slot) == wanted) ++found;
    return found;
}

void Board::write(std::uint32_t slot, std::uint64_t message) const {
    std::memcpy(slots_.payload_area(slot).data(), &message, sizeof message);
}

std::uint64_t Board::read(std::uint32_t slot) const {
    std::uint64_t message = 0;
    std::memcpy(&message, slots_.payload_area(slot).data(), sizeof message);
    return message;
}

void Board::start_at(std::uint64_t position) const {
    control_->head.store(position);
    control_->tail.store(position);
    for (std::uint64_t ahead = 0; ahead < shape_.cells; ++ahead) {
        const std::uint64_t at = position + ahead;
        control_->cells[at % shape_.cells].store(
            CellWord::empty(static_cast<std::uint32_t>(at / shape_.cells)).encode());
    }
}

std::uint32_t Board::full_cells() const {
    std::uint32_t full = 0;
    for (std::uint32_t index = 0; index < shape_.cells; ++index)
        if (cell(index).full) ++full;
    return full;
}

void Board::fill_cell_without_moving_tail(std::uint32_t slot) const {
    const std::uint64_t tail = control_->tail.load();
    const Ring linker(ring_);  // what it knows dies with it
    BOOST_REQUIRE(linker.link(slot, word(slot).generation) == RingOutcome::ok);
    control_->tail.store(tail);
}

void Board::claim_without_passing(std::uint32_t slot, std::uint32_t taker) const {
    SlotWord taken = word(slot);
    BOOST_REQUIRE(taken.state == SlotState::ready);
    taken.owner = static_cast<std::uint16_t>(taker);
    taken.state = SlotState::taken;
    set(slot, taken);
}

Player::Player(const Board& board, Role role)
    : board_(board),
      locks_(board.open_locks()),
      registry_(board.entries(), board.shape().players, locks_, *this),
      protocol_(board.control(), board.slots(), board.ring(), registry_, board.shape().settings) {
    registry_.join(role);
}

Held Player::prepare(std::uint64_t message) {
    const auto held = protocol_.loan();
    BOOST_REQUIRE(held.has_value());
    SharedData& slot = board_.slots()[held->slot];
    slot.sender.store(registry_.my_id());
    slot.sequence.store(message);
    board_.write(held->slot, message);
    return *held;
}

std::uint32_t Player::send(std::uint64_t message, bool awaited) {
    const Held held = prepare(message);
    BOOST_REQUIRE((protocol_.commit(held, awaited) == Outcome::ok));
    protocol_.notify_committed(1);
    return held.slot;
}

Held Player::take() const {
    const Claim claim = protocol_.take();
    BOOST_REQUIRE(claim.outcome == RingOutcome::ok);
    return {claim.slot, claim.word};
}

void Player::recover(std::uint32_t index, Role) {
    ++recoveries_;
    protocol_.recover(index);
}

std::ostream& boost_test_print_type(std::ostream& out, RingOutcome outcome) {
    return out << (outcome == RingOutcome::ok ? "ok" : outcome == RingOutcome::empty ? "empty" : "damaged");
}

std::ostream& boost_test_print_type(std::ostream& out, Withdrawal withdrawal) {
    constexpr const char* names[] = {"taken_back", "left_to_receiver", "answered", "lost"};
    return out << names[static_cast<int>(withdrawal)];
}

}  // namespace handoff::detail::queue
