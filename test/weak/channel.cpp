// The slot protocol and the ring: payload, description and reply are plain, one exchange publishes them.
#include <fcntl.h>
#include <sys/mman.h>

#include "queue/slot_protocol.hpp"
#include "scenarios.hpp"
#include "segment/geometry.hpp"

namespace weak {

namespace {

using handoff::detail::participants::ParticipantEntry;
using handoff::detail::participants::Registry;
using handoff::detail::participants::Role;
using handoff::detail::queue::CellWord;
using handoff::detail::queue::ChannelControl;
using handoff::detail::queue::Held;
using handoff::detail::queue::Ring;
using handoff::detail::queue::RingOutcome;
using handoff::detail::queue::Settings;
using handoff::detail::queue::SlotProtocol;
using handoff::detail::queue::Withdrawal;
using handoff::detail::slot::SharedData;
using handoff::detail::slot::Slots;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;
namespace platform = handoff::detail::platform;

constexpr auto seq_cst = std::memory_order_seq_cst;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::uint32_t players = 3;
constexpr std::uint32_t cells = 4;
constexpr std::uint32_t slot_count = 1;

class Channel;

/// A participant that never dies.
class Player final : private handoff::detail::participants::RecoveryHandler {
public:
    Player(Channel& channel, Role role);
    const SlotProtocol* operator->() const { return &protocol_; }
    std::uint64_t id() const { return id_; }

private:
    void recover(std::uint32_t, Role) override {}
    void on_departure() override {}

    platform::LockFile locks_;
    Registry registry_;
    SlotProtocol protocol_;
    std::uint64_t id_;
};

/// A channel with one slot in plain memory. Everything that lies in the slot beside its atomics is one plain word here.
class Channel {
public:
    Channel()
        : lock_file_(memfd_create("weak", MFD_CLOEXEC)),
          entries(reinterpret_cast<ParticipantEntry*>(memory_ + entries_at)),
          control(::new (memory_) ChannelControl),
          slots(memory_ + slots_at, geometry()),
          ring(*control, cells, slots) {
        for (std::uint32_t index = 0; index < cells; ++index)
            ::new (&control->cells[index]) handoff::detail::sync::SharedWord;
        for (std::uint32_t index = 0; index < players; ++index) ::new (entries + index) ParticipantEntry;
        handoff::detail::queue::FreeMap(control->cells + cells, slot_count).place();
        slots.place();
    }
    platform::LockFile open_locks() const {
        return platform::LockFile(platform::Descriptor(dup_open(lock_file_.get())));
    }
    const std::byte* payload() const { return slots.payload_area(0).data(); }
    const std::byte* reply() const { return slots.payload_area(0).data() + 8; }
    Kind kind_of(const void* address) const {
        if (address == &control->tail) return Kind::tail;
        if (address == &control->head) return Kind::head;
        if (address == &slots[0].control) return Kind::slot_word;
        if (address == &control->last_freed) return Kind::hint;
        for (std::uint32_t index = 0; index < cells; ++index)
            if (address == &control->cells[index]) return Kind::cell;
        if (address == &control->ready || address == &control->freed || address == &control->ready_to_watch ||
            address == &control->freed_to_watch)
            return Kind::condition;
        for (std::uint32_t index = 0; index < players; ++index)
            if (address == &entries[index].answered) return Kind::condition;
        return Kind::other;
    }

private:
    static int dup_open(int fd);
    static handoff::detail::segment::Geometry geometry();

    static constexpr std::size_t entries_at = 2048, slots_at = entries_at + players * sizeof(ParticipantEntry);
    alignas(64) std::byte memory_[slots_at + 2048] = {};
    platform::Descriptor lock_file_;

public:
    ParticipantEntry* entries;
    ChannelControl* control;
    Slots slots;
    Ring ring;
    Settings settings{0, false, false};
};

handoff::detail::segment::Geometry Channel::geometry() {
    handoff::detail::segment::Blueprint blueprint;
    blueprint.participant_count = players;
    blueprint.slot_count = slot_count;
    blueprint.slot_header_bytes = sizeof(SharedData);
    blueprint.payload_bytes = 16;
    handoff::detail::segment::Geometry geometry;
    check(handoff::detail::segment::lay_out(blueprint, geometry), "the shape is invalid");
    geometry.slots_offset = 0;
    return geometry;
}

int Channel::dup_open(int fd) {
    return open(("/proc/self/fd/" + std::to_string(fd)).c_str(), O_RDWR | O_CLOEXEC);
}

Player::Player(Channel& channel, Role role)
    : locks_(channel.open_locks()),
      registry_(channel.entries, players, locks_, *this),
      protocol_(*channel.control, channel.slots, channel.ring, registry_, channel.settings) {
    registry_.join(role);
    id_ = registry_.my_id();
}

struct Setup {
    Channel channel;
    Player sender{channel, Role::sender}, one{channel, Role::receiver}, other{channel, Role::receiver};
};
Setup& setup() {
    static Setup setup;
    return setup;
}
SharedData& slot() {
    return setup().channel.slots[0];
}
Kind kind_of(const void* address) {
    return setup().channel.kind_of(address);
}

/// Nothing is queued; everything is as new.
void start_empty() {
    auto& channel = setup().channel;
    for (std::uint32_t index = 0; index < cells; ++index) channel.control->cells[index].store(0);
    channel.control->head.store(0);
    channel.control->tail.store(0);
    slot().control.store(0);
}
/// Message 0 is queued at the last position of the first round, behind requests that were withdrawn.
void start_wrapped() {
    auto& channel = setup().channel;
    for (std::uint32_t index = 0; index < cells; ++index)
        channel.control->cells[index].store(CellWord::naming(0, 0, index).encode());
    channel.control->head.store(0);
    channel.control->tail.store(cells);
    slot().control.store(SlotWord{cells - 1, 0, 0, false, SlotState::ready}.encode());
    slot().sender.store(setup().sender.id());
    slot().sequence.store(0);
    slot().sent_ns.store(0);
}

// ---- what each does; messages are numbers, a reply is the number plus 100 ------------------------------------------

/// False: no slot was free.
bool send(std::uint64_t number, bool awaited) {
    const auto held = setup().sender->loan();
    if (!held) return false;
    plain_write(setup().channel.payload(), number);
    slot().sender.store(setup().sender.id(), relaxed);
    slot().sequence.store(number, relaxed);
    slot().sent_ns.store(static_cast<std::int64_t>(number), relaxed);
    check(setup().sender->commit(*held, awaited).has_value(), "commit refused");
    return true;
}
bool collect(std::uint64_t number) {
    const auto answered = setup().sender->is_answered(0, number);
    check(answered.has_value(), "the slot is not the sender's any more");
    if (!answered.assume_value()) return false;
    check(plain_read(setup().channel.reply()) == number + 100, "the reply is another one");
    setup().sender->release(0, number);
    return true;
}
void work(const Player& player, bool gives_back) {
    const auto claim = player->take();
    check(claim.outcome != RingOutcome::damaged, "damaged");
    if (claim.outcome != RingOutcome::ok) return;
    const std::uint64_t number = plain_read(setup().channel.payload());
    check(slot().sequence.load(relaxed) == number && slot().sender.load(relaxed) == setup().sender.id() &&
              slot().sent_ns.load(relaxed) == static_cast<std::int64_t>(number),
          "payload and description are of different messages");
    if (gives_back) return player->give_back({claim.slot, claim.word});
    plain_write(setup().channel.reply(), number + 100);
    check(player->answer({claim.slot, claim.word}, SlotState::processed).has_value(), "answer refused");
}

void request_and_send_again() {
    check(send(1, true), "no slot");
    if (collect(1)) send(2, false);
}
void withdraw_and_send_again() {
    check(send(1, true), "no slot");
    const Withdrawal outcome = setup().sender->withdraw(0, 1);
    check(outcome != Withdrawal::lost, "withdraw lost the slot");
    if (outcome == Withdrawal::answered) check(collect(1), "answered, and then not");
    send(2, false);
}
void send_one() {
    check(send(1, false), "no slot");
}
void receive_one() {
    work(setup().one, false);
}
void receive_two() {
    work(setup().one, false);
    work(setup().one, false);
}
void receive_and_give_back() {
    work(setup().one, true);
}
/// What a cell names is not passed: no other receiver takes it.
void take_what_is_named() {
    const bool named = CellWord::decode(setup().channel.control->cells[0].load()).full;
    const auto claim = setup().one->take();
    check(!named || claim.outcome == RingOutcome::ok, "a queued message was passed");
    if (claim.outcome == RingOutcome::ok)
        check(plain_read(setup().channel.payload()) == 1, "the payload is another one");
}
void look_for_more() {
    check(setup().other->take().outcome != RingOutcome::damaged, "damaged");
}
void other_receives() {
    work(setup().other, false);
}

std::vector<Trial> trials() {
    return {
        {Weakening(), false},
        {Weakening("slot words and cells: acquire, release", {Kind::slot_word, Kind::cell}, acquire, acq_rel), false},
        {Weakening("slot words: changes do not acquire", {Kind::slot_word}, acquire, release), false},
        {Weakening("slot words: looks and changes do not acquire", {Kind::slot_word}, relaxed, release), true},
        {Weakening("slot words: changes do not release", {Kind::slot_word}, seq_cst, acquire), true}};
}

/// commit()'s store, and the exchange on the cell behind it, which carries it to the taker.
std::vector<Trial> trials_of_commit() {
    return {
        {Weakening(), false},
        {Weakening("slot words and cells: acquire, release", {Kind::slot_word, Kind::cell}, acquire, acq_rel), false},
        {Weakening::of_release_stores("commit's store is relaxed", Kind::slot_word), false},
        {Weakening("cells: changes do not release", {Kind::cell}, seq_cst, acquire), true},
        {Weakening("cells: looks do not acquire", {Kind::cell}, relaxed, acq_rel), true}};
}

}  // namespace

std::vector<Test> channel_tests() {
    setup();  // made before anything is explored
    return {
        {{"channel: request, answer, the slot is used again",
          {request_and_send_again, receive_two},
          kind_of,
          start_empty},
         trials()},
        {{"channel: commit against take", {send_one, take_what_is_named}, kind_of, start_empty}, trials_of_commit()},
        {{"channel: withdraw against take and answer",
          {withdraw_and_send_again, receive_one},
          kind_of,
          start_empty,
          [] {},
          100},
         {{Weakening(), false}}},
        {{"channel: given back, another receives",
          {send_one, receive_and_give_back, other_receives},
          kind_of,
          start_empty},
         {{Weakening(), false},
          {Weakening("slot words and cells: acquire, release", {Kind::slot_word, Kind::cell}, acquire, acq_rel), false},
          {Weakening("head and tail: acquire, release", {Kind::head, Kind::tail}, acquire, acq_rel), false}}},
        {{"channel: two receive, the ring has wrapped", {receive_one, look_for_more}, kind_of, start_wrapped},
         {{Weakening(), false},
          {Weakening("head, tail, cells: acquire, release", {Kind::head, Kind::tail, Kind::cell}, acquire, acq_rel),
           false}}}};
}

}  // namespace weak
