// Random operations, deaths and recoveries of a few players, done on a board and on a plain model.
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "queue/board.hpp"
#include "queue/model.hpp"

namespace handoff::detail::queue {

using slot::SlotState;
using slot::SlotWord;

inline constexpr std::uint32_t places = 3;

struct Participant {
    std::unique_ptr<Player> player;  ///< none: dead
    std::uint64_t number = 0;
    std::uint64_t unrecovered = 0;  ///< number of the dead player whose entry is still active
};

class RandomWalk {
public:
    RandomWalk(const BoardShape& shape, std::uint64_t seed) : random_(seed), board_(shape), queue_(shape.cells) {
        for (Participant& participant : participants_) join(participant);
    }

    void step() {
        Participant& participant = participants_[pick(places)];
        if (participant.player == nullptr) return pick(3) == 0 ? revive(participant) : survivors_reap();
        switch (pick(12)) {
            case 0:
            case 1:
                return loan(participant);
            case 2:
            case 3:
                return commit(participant);
            case 4:
            case 5:
                return take(participant);
            case 6:
            case 7:
                return answer(participant);
            case 8:
                return give_back(participant);
            case 9:
                return stop_waiting(participant);
            case 10:
                return collect(participant);
            default:
                return pick(8) == 0 ? die(participant) : interrupted_step(participant);
        }
    }

    void compare() const {
        for (std::uint32_t slot = 0; slot < board_.shape().slots; ++slot) {
            const SlotWord word = board_.word(slot);
            const auto found = messages_.find(slot);
            if (found == messages_.end()) {
                BOOST_REQUIRE_MESSAGE(word.state == SlotState::free, "slot " << slot << " should be free");
                continue;
            }
            const ModelMessage& expected = found->second;
            BOOST_TEST_REQUIRE(word.state == expected.state);
            BOOST_TEST_REQUIRE(word.deliveries == expected.deliveries);
            if (expected.state != SlotState::loaned) BOOST_TEST_REQUIRE(word.awaited == expected.awaited);
            BOOST_TEST_REQUIRE(board_.read(slot) == expected.id);
        }
        BOOST_TEST_REQUIRE(board_.control().redelivered.load() == redelivered_);
        BOOST_TEST_REQUIRE(board_.control().given_up.load() == given_up_);
        BOOST_TEST_REQUIRE(board_.control().failed.load() == failed_);
        BOOST_TEST_REQUIRE(board_.control().withdrawn.load() == withdrawn_);
    }

    /// Everybody is recovered, everything is taken in order and answered: each message is accounted for.
    void finish() {
        for (Participant& participant : participants_) {
            if (participant.player != nullptr) die(participant);
        }
        join(participants_[0]);
        compare();
        while (queue_.front()) {
            take(participants_[0]);
            answer(participants_[0]);
            compare();
        }
        const Participant& participant = participants_[0];
        BOOST_TEST((*participant.player)->take().outcome == RingOutcome::empty);
        BOOST_TEST(board_.count(SlotState::free) == board_.shape().slots);
        BOOST_TEST(sent_ == ended_);
    }

    std::uint64_t sent() const { return sent_; }
    std::uint64_t deaths() const { return deaths_; }

private:
    std::uint32_t pick(std::uint32_t count) { return static_cast<std::uint32_t>(random_() % count); }

    /// A slot for which the condition holds, at random.
    template <class Condition>
    std::optional<std::uint32_t> slot_where(Condition&& condition) {
        std::vector<std::uint32_t> candidates;
        for (const auto& [slot, message] : messages_)
            if (condition(message)) candidates.push_back(slot);
        if (candidates.empty()) return std::nullopt;
        return candidates[pick(static_cast<std::uint32_t>(candidates.size()))];
    }
    Held held(std::uint32_t slot) const { return {slot, board_.word(slot).encode()}; }

    void end(std::uint32_t slot) {
        if (messages_.at(slot).state != SlotState::loaned) ++ended_;
        messages_.erase(slot);
        if (!recovering_)
            last_freed_ = slot;
        else if (last_freed_ == slot)
            last_freed_ = ChannelControl::no_slot;  // what a recovery frees is cold
    }
    void join(Participant& participant);
    void revive(Participant& participant);
    void die(Participant& participant);
    void survivors_reap();
    void recover_in_model(std::uint64_t dead);
    void end_without_answer(std::uint32_t slot, bool link);
    void loan(Participant& participant);
    void commit(Participant& participant);
    void take(Participant& participant);
    void answer(Participant& participant);
    void give_back(Participant& participant);
    void stop_waiting(Participant& participant);
    void collect(Participant& participant);
    void interrupted_step(Participant& participant);

    std::mt19937_64 random_;
    Board board_;
    ModelQueue queue_;
    std::map<std::uint32_t, ModelMessage> messages_;   ///< slot -> what is in it
    std::map<std::uint32_t, std::uint64_t> unlinked_;  ///< ready slots that the dead player did not link
    Participant participants_[places];
    std::uint32_t last_freed_ = 0;
    bool recovering_ = false;
    std::uint64_t players_ = 0, ids_ = 0, sent_ = 0, ended_ = 0, deaths_ = 0;
    std::uint64_t redelivered_ = 0, given_up_ = 0, failed_ = 0, withdrawn_ = 0;
};

}  // namespace handoff::detail::queue
