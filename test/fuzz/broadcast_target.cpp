// The broadcast protocol of topic and latest value over bytes that others change at will, in plain memory: what reaches
// beyond a part by one byte is seen.
#include <array>
#include <cstdlib>
#include <deque>
#include <memory>
#include <new>

#include "broadcast/broadcast.hpp"
#include "fuzz/input.hpp"
#include "segment/geometry.hpp"
#include "slot/copy_out.hpp"

using namespace handoff::test;
using namespace handoff::detail::broadcast;
using handoff::detail::segment::Geometry;

namespace {

constexpr std::uint32_t me = 1, other = 2;
constexpr std::size_t payload_bytes = 40;

Geometry geometry_of(std::uint32_t slots) {
    handoff::detail::segment::Blueprint blueprint;
    blueprint.slot_count = slots;
    blueprint.slot_header_bytes = sizeof(SharedData);
    blueprint.payload_bytes = payload_bytes;
    Geometry geometry;
    require(handoff::detail::segment::lay_out(blueprint, geometry), "such a topic can be");
    geometry.slots_offset = 0;
    return geometry;
}

class Play {
public:
    explicit Play(const BroadcastSettings& settings)
        : settings_(settings),
          geometry_(geometry_of(settings.slots())),
          control_memory_(zeroed(control_bytes())),
          slots_memory_(zeroed(geometry_.slot_count * geometry_.slot_stride)),
          control_(::new (control_memory_.get()) BroadcastControl),
          slots_(slots_memory_.get(), geometry_),
          broadcast_(*control_, {control_->published, nullptr}, settings.history, slots_),
          scribbler_(regions()) {
        slots_.place();
        control_->tail.store(settings.history);
        for (std::uint32_t cell = 0; cell < settings.history; ++cell)
            ::new (&control_->cells[cell])
                handoff::detail::sync::SharedWord(BroadcastCell{cell, BroadcastCell::no_slot}.encode());
    }

    void run(const Step& step) {
        if (step.is_scribble) return scribbler_.apply(step.scribble);
        const std::uint64_t number = step.number();
        const std::uint64_t position = number % 4 == 0 ? number : broadcast_.first() + number % 16;
        switch (step.operation % 10) {
            case 0:
            case 1:
                return loan(number);
            case 2:
            case 3:
                return publish();
            case 4:
                if (!loans_.empty()) broadcast_.return_loan(loans_.back());
                return;
            case 5:
                return pin(broadcast_.pin(position, pin_bit(other)));
            case 6:
                if (!pinned_.empty()) broadcast_.unpin(pinned_.front(), pin_bit(other)), pinned_.pop_front();
                return;
            case 7:
                return copy(broadcast_.find(position));
            case 8:
                return (void)broadcast_.newest(), (void)broadcast_.oldest();
            default:
                return broadcast_.recover(static_cast<std::uint32_t>(number % 64));
        }
    }

private:
    using Memory = std::unique_ptr<std::byte, decltype(&std::free)>;
    static Memory zeroed(std::size_t bytes) {
        Memory memory(static_cast<std::byte*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64)), std::free);
        std::memset(memory.get(), 0, bytes);
        return memory;
    }
    std::size_t control_bytes() const noexcept { return sizeof(BroadcastControl) + 8 * std::size_t{settings_.history}; }

    std::vector<Region> regions() const {
        std::byte* control = control_memory_.get();
        std::byte* slots = slots_memory_.get();
        const std::size_t count = geometry_.slot_count, stride = geometry_.slot_stride;
        return {{control, 1, 0, sizeof(BroadcastControl)},
                {control + sizeof(BroadcastControl), 1, 0, 8 * std::size_t{settings_.history}},
                {slots, count, stride, 8},
                {slots, count, stride, 24},
                {slots + offsetof(SharedData, pins), count, stride, 8},
                {slots, 1, 0, count * stride}};
    }

    void loan(std::uint64_t number) {
        const auto held = broadcast_.loan(me);
        if (!held) return;
        require(held->slot < slots_.count(), "there is such a slot");
        fill(slots_.payload_area(held->slot), number);
        if (loans_.size() < 4) loans_.push_back(*held);
    }
    void publish() {
        if (loans_.empty()) return;
        const Held loan = loans_.front();
        loans_.pop_front();
        if (!broadcast_.publish(loan)) broadcast_.return_loan(loan);
    }
    void pin(const Look& look) {
        if (look.outcome != Look::Outcome::message) return;
        require(look.slot < slots_.count(), "there is such a slot");
        touch(slots_.payload_area(look.slot));
        pinned_.push_back(look.slot);
    }
    void copy(const Look& look) const {
        if (look.outcome != Look::Outcome::message) return;
        require(look.slot < slots_.count(), "there is such a slot");
        std::array<std::byte, payload_bytes> buffer{};
        handoff::detail::slot::copy_out(slots_.payload_area(look.slot), buffer);
        (void)broadcast_.still_there(look);
    }

    BroadcastSettings settings_;
    Geometry geometry_;
    Memory control_memory_, slots_memory_;
    BroadcastControl* control_;
    Slots slots_;
    Broadcast broadcast_;
    Scribbler scribbler_;
    std::deque<Held> loans_;
    std::deque<std::uint32_t> pinned_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto shape = input.next<std::uint8_t>();
    Play play({.history = 1U + shape % 4U, .loans = 2, .pin_budget = shape / 4 % 3U, .persistent = false});
    while (!input.is_empty()) play.run(input.next_step());
    return 0;
}
