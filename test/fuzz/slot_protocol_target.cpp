// The slot protocol of the channel over bytes that others change at will, in plain memory: what reaches beyond a part
// by one byte is seen.
#include <deque>
#include <optional>

#include "fuzz/input.hpp"
#include "queue/board.hpp"

using namespace handoff::test;
using namespace handoff::detail::queue;
using handoff::detail::participants::Role;
using handoff::detail::slot::SlotState;

namespace {

class Play {
public:
    explicit Play(const BoardShape& shape) : board_(shape), scribbler_(regions()) {}

    void run(const Step& step) {
        if (step.is_scribble) return scribbler_.apply(step.scribble);
        const std::uint64_t number = step.number();
        const auto slot = static_cast<std::uint32_t>(number % board_.shape().slots);
        const auto sequence = number >> 8 & 3;
        const auto dead = static_cast<std::uint32_t>(number % board_.shape().players);
        switch (step.operation % 14) {
            case 0:
            case 1:
                return loan(number);
            case 2:
                return with(loans_, [&](const Held& loan) { (void)sender_->commit(loan, number % 2 == 0); });
            case 3:
                return with(loans_, [&](const Held& loan) { sender_->return_loan(loan); });
            case 4:
                return take();
            case 5:
                return with(requests_, [&](const Held& held) { (void)receiver_->answer(held, SlotState::processed); });
            case 6:
                return with(requests_, [&](const Held& held) { (void)receiver_->answer(held, SlotState::failed); });
            case 7:
                return with(requests_, [&](const Held& held) { receiver_->give_back(held); });
            case 8:
                return (void)sender_->is_answered(slot, sequence);
            case 9:
                return (void)sender_->withdraw(slot, sequence);
            case 10:
                return sender_->abandon(slot, sequence);
            case 11:
                return sender_->release(slot, sequence);
            case 12:
                return sender_->recover(dead);
            default:
                sender_.reap();
                (void)sender_.registry().describe(dead);
                (void)receiver_->was_ready();
        }
    }

private:
    std::vector<Region> regions() {
        auto* control = reinterpret_cast<std::byte*>(&board_.control());
        auto* slots = reinterpret_cast<std::byte*>(&board_.slots()[0]);
        auto* entries = reinterpret_cast<std::byte*>(board_.entries());
        const auto stride = static_cast<std::size_t>(reinterpret_cast<std::byte*>(&board_.slots()[1]) - slots);
        const std::size_t entry_bytes = sizeof(handoff::detail::participants::ParticipantEntry);
        return {{control, 1, 0, sizeof(ChannelControl)},
                {control + sizeof(ChannelControl), 1, 0, Board::control_bytes(board_.shape()) - sizeof(ChannelControl)},
                {slots, board_.shape().slots, stride, 8},
                {slots, board_.shape().slots, stride, 64},
                {slots, 1, 0, stride * board_.shape().slots},
                {entries, board_.shape().players, entry_bytes, 8},
                {entries, 1, 0, entry_bytes * board_.shape().players}};
    }

    template <class Action>
    static void with(std::deque<Held>& things, Action&& action) {
        if (things.empty()) return;
        const Held held = things.front();
        things.pop_front();
        action(held);
    }

    void loan(std::uint64_t number) {
        const auto held = sender_->loan();
        if (!held) return;
        require(held->slot < board_.shape().slots, "there is such a slot");
        board_.slots()[held->slot].sender.store(sender_.registry().my_id());
        board_.slots()[held->slot].sequence.store(number >> 8 & 3);
        fill(board_.slots().payload_area(held->slot), number);
        loans_.push_back(*held);
    }

    void take() {
        const Claim claim = receiver_->take();
        if (claim.outcome != RingOutcome::ok) return;
        require(claim.slot < board_.shape().slots, "there is such a slot");
        touch(board_.slots().payload_area(claim.slot));
        fill(board_.slots().reply_area(claim.slot), 1);
        requests_.push_back({claim.slot, claim.word});
    }

    Board board_;
    Player sender_{board_, Role::sender}, receiver_{board_, Role::receiver};
    Scribbler scribbler_;
    std::deque<Held> loans_, requests_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto shape = input.next<std::uint8_t>();
    Play play({.slots = 3, .cells = 8, .players = 4, .settings = {shape / 2 % 3U, shape % 2 != 0, false}});
    while (!input.is_empty()) play.run(input.next_step());
    return 0;
}
