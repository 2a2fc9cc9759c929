// The broadcast protocol: a pin against a loan, and a copy that is overwritten.
#include "broadcast/broadcast.hpp"
#include "scenarios.hpp"
#include "segment/geometry.hpp"

namespace weak {

namespace {

using handoff::detail::broadcast::Broadcast;
using handoff::detail::broadcast::BroadcastCell;
using handoff::detail::broadcast::BroadcastControl;
using handoff::detail::broadcast::Look;
using handoff::detail::slot::Held;
using handoff::detail::slot::SharedData;
using handoff::detail::slot::Slots;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;

constexpr auto seq_cst = std::memory_order_seq_cst;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::uint32_t slot_count = 2;
constexpr std::uint64_t first = 1;  // history 1

/// A topic in plain memory, in which message 1 is published in slot 0.
class Topic {
public:
    Topic() : control_(::new (memory_) BroadcastControl), slots_(memory_ + slots_at, geometry()) {
        ::new (&control_->cells[0]) handoff::detail::sync::SharedWord(BroadcastCell{first, 0}.encode());
        slots_.place();
        control_->tail.store(first + 1);
        slots_[0].sequence.store(first);
        slots_[0].control.store(SlotWord{1, 0, 0, false, SlotState::published}.encode());
        broadcast_.emplace(*control_, handoff::detail::sync::Condition(control_->published, nullptr), 1, slots_);
    }

    const Broadcast* operator->() const { return &*broadcast_; }
    const std::byte* word(std::uint32_t slot, std::size_t index) const {
        return slots_.payload_area(slot).data() + 8 * index;
    }
    Kind kind_of(const void* address) const {
        if (address == &control_->tail) return Kind::tail;
        if (address == &control_->cells[0]) return Kind::cell;
        if (address == &control_->published) return Kind::condition;
        if (address == &control_->last_evicted) return Kind::hint;
        for (std::uint32_t slot = 0; slot < slot_count; ++slot) {
            if (address == &slots_[slot].control) return Kind::slot_word;
            if (address == &slots_[slot].pins) return Kind::pins;
        }
        return Kind::other;
    }

private:
    static constexpr std::size_t slots_at = 1024;
    static handoff::detail::segment::Geometry geometry() {
        handoff::detail::segment::Blueprint blueprint;
        blueprint.participant_count = 2;
        blueprint.slot_count = slot_count;
        blueprint.slot_header_bytes = sizeof(SharedData);
        blueprint.payload_bytes = 16;
        handoff::detail::segment::Geometry geometry;
        check(handoff::detail::segment::lay_out(blueprint, geometry), "the shape is invalid");
        geometry.slots_offset = 0;
        return geometry;
    }

    alignas(64) std::byte memory_[8192] = {};
    BroadcastControl* control_;
    Slots slots_;
    std::optional<Broadcast> broadcast_;
};

Topic& topic() {
    static Topic topic;
    return topic;
}
Kind kind_of(const void* address) {
    return topic().kind_of(address);
}

// ---- pinned: plain reads and writes ---------------------------------------------------------------------------------

void write_plain(const Held& held, std::uint64_t message) {
    plain_write(topic().word(held.slot, 0), message);
    plain_write(topic().word(held.slot, 1), message);
}
void publish_one() {
    const auto held = topic()->loan(0);
    if (!held) return;  // both slots are kept or pinned
    write_plain(*held, 2);
    check(topic()->publish(*held).has_value(), "publish refused");
}
void overwrite_one() {
    const auto held = topic()->loan(1);
    if (held) write_plain(*held, 3);
}
void pin_one() {
    const Look look = topic()->pin(first, 1);
    check(look.outcome == Look::Outcome::message, "no message, though one is there");
    const std::uint64_t expected = look.position == first ? 0 : 2;  // what is there from the start is 0
    check(plain_read(topic().word(look.slot, 0)) == expected, "the pinned message is another one");
    check(plain_read(topic().word(look.slot, 1)) == expected, "the pinned message changed");
    topic()->unpin(look.slot, 1);
}

// ---- copied: the writer's stores are plain instructions, the reader's loads too --------------------------------

void write_racing(const Held& held, std::uint64_t message) {
    store({topic().word(held.slot, 0), 0}, message, relaxed);
    store({topic().word(held.slot, 1), 0}, message, relaxed);
}
void publish_racing(std::uint64_t message) {
    const auto held = topic()->loan(0);
    check(held.has_value(), "no slot, though nobody else holds any");
    write_racing(*held, message);
    check(topic()->publish(*held).has_value(), "publish refused");
}
void publish_two() {
    publish_racing(first + 1);
    publish_racing(first + 2);
}
void copy_one() {
    const Look look = topic()->find(first);
    check(look.outcome == Look::Outcome::message, "no message, though one is there");
    const std::uint64_t one = load({topic().word(look.slot, 0), 0}, relaxed);
    const std::uint64_t two = load({topic().word(look.slot, 1), 0}, relaxed);
    if (!topic()->still_there(look)) return;
    const std::uint64_t expected = look.position == first ? 0 : look.position;
    check(one == expected && two == expected, "a copy that was found valid is torn");
}

Weakening without(const char* name, bool release_fence, bool acquire_fence) {
    Weakening weakening;
    weakening.name = name;
    weakening.drop_release_fence = release_fence;
    weakening.drop_acquire_fence = acquire_fence;
    return weakening;
}

}  // namespace

std::vector<Test> broadcast_tests() {
    topic();  // made before anything is explored
    return {{{"topic: one pins, one evicts, one loans", {pin_one, publish_one, overwrite_one}, kind_of},
             {{Weakening(), false},
              {Weakening("pins and cell: acquire, release", {Kind::pins, Kind::cell}, acquire, acq_rel), true},
              {Weakening("looks at cells are acquires", {Kind::cell}, acquire, seq_cst), true},
              {Weakening("pins are set and cleared with acquire, release", {Kind::pins}, seq_cst, acq_rel), true},
              {Weakening("looks at pins are acquires", {Kind::pins}, acquire, seq_cst), true},
              {Weakening("slot words: acquire, release", {Kind::slot_word}, acquire, acq_rel), false}}},
            {{"topic: one copies, one publishes twice", {copy_one, publish_two}, kind_of},
             {{Weakening(), false},
              {without("no release fence in try_loan", true, false), true},
              {without("no acquire fence in still_there", false, true), true},
              {Weakening("everything else: acquire, release",
                         {Kind::pins, Kind::cell, Kind::slot_word, Kind::tail, Kind::condition}, acquire, acq_rel),
               false},
              {Weakening("tail: relaxed", {Kind::tail}, relaxed, relaxed), true},
              {Weakening("cell: looks are relaxed", {Kind::cell}, relaxed, acq_rel), true},
              {Weakening("the link is relaxed", {Kind::cell}, acquire, relaxed), true},
              {Weakening("slot words: looks are relaxed", {Kind::slot_word}, relaxed, release), true}}}};
}

}  // namespace weak
