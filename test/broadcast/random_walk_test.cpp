// Publishers and subscribers in random interleaving, stopped at every change of a shared word, dying there and being
// recovered by recoverers that die as well. After each step, everything that is promised is looked at.
//
// The seed is in every message; HANDOFF_WALK_SEED=n runs that one alone.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "broadcast/actor.hpp"
#include "broadcast/board.hpp"

namespace random_walk_test {

using namespace handoff::detail::broadcast;
using handoff::test::Actor;
using Outcome = Look::Outcome;

constexpr std::uint32_t publishers = 3, subscribers = 3, participants = publishers + subscribers;
constexpr std::size_t pins_each = 2;

#ifdef __SANITIZE_ADDRESS__
constexpr int walk_steps = 4'000;  // AddressSanitizer makes it ten times as long
#else
constexpr int walk_steps = 40'000;
#endif

struct WalkShape {
    std::uint32_t history;
    std::uint64_t first_sequence = 0;  ///< 0: where a new topic starts
    std::uint32_t first_generation = 0;
    int steps = walk_steps;
};

/// A message that a subscriber holds.
struct Pinned {
    Look look;
    std::uint64_t message;
};

struct Participant {
    std::optional<Actor> actor;  ///< what it does at this moment
    bool is_dead = false;
    std::optional<Actor> recoverer;
    // A publisher:
    std::uint64_t message = 0;  ///< that it is about to publish
    std::optional<std::uint64_t> published;
    // A subscriber:
    std::uint64_t next = 0;
    std::deque<Pinned> held;
    std::uint64_t got = 0, lost = 0, started_at = 0;
};

class RandomWalk {
public:
    RandomWalk(const WalkShape& shape, std::uint64_t seed)
        : shape_(shape),
          random_(seed),
          board_({.history = shape.history, .loans = publishers, .pins = subscribers * pins_each}) {
        if (shape.first_sequence != 0) board_.start_at(shape.first_sequence, shape.first_generation);
        last_ = board_.control().tail.load() - 1;
        for (Participant& participant : participants_) participant.next = participant.started_at = last_ + 1;
    }

    void step() {
        if (random_() % 1000 == 0) pace_ = 1 << random_() % 7;
        if (random_() % pace_ == 0) current_ = static_cast<std::uint32_t>(random_() % participants);
        const std::uint32_t index = current_;
        Participant& participant = participants_[index];
        if (participant.is_dead) {
            recover(index);
        } else if (participant.actor) {
            if (random_() % 250 == 0) return die(participant);
            if (!participant.actor->step()) participant.actor.reset();
        } else if (index < publishers) {
            participant.actor.emplace([this, index] { publish(index); });
        } else {
            begin_reading(index);
        }
        look_around();
    }

    /// Everybody who is not dead finishes; the dead are recovered; what is left is whole and free.
    void finish() {
        for (std::uint32_t index = 0; index < participants; ++index) {
            while (participants_[index].actor && !participants_[index].is_dead) {
                if (!participants_[index].actor->step()) participants_[index].actor.reset();
                look_around();
            }
            if (participants_[index].is_dead) board_->recover(index);
            for (const Pinned& pinned : participants_[index].held) board_->unpin(pinned.look.slot, pin_bit(index));
            participants_[index].held.clear();
        }
        for (std::uint32_t slot = 0; slot < board_.shape().slots(); ++slot) BOOST_TEST(board_.pins(slot) == 0U);
        BOOST_TEST(board_.count(SlotState::loaned) == 0U);
        std::uint32_t free = 0;
        while (board_->loan(0)) ++free;
        BOOST_TEST(free == board_.shape().slots() - std::min<std::uint64_t>(shape_.history, messages_.size()));
    }

    std::uint64_t published() const { return messages_.size(); }
    std::uint64_t deaths = 0, recoveries = 0, got = 0, lost = 0, copied = 0;

private:
    // ---- what they do, stopped at every change ----------------------------------------------------------------------
    void publish(std::uint32_t index) {
        Participant& participant = participants_[index];
        const auto held = board_->loan(index);
        BOOST_REQUIRE_MESSAGE(held.has_value(), "no slot for a publisher");
        BOOST_REQUIRE_MESSAGE(!board_.is_kept(held->slot), "a kept slot was loaned");
        participant.message = ++last_message_;
        board_.write(held->slot, participant.message);
        if (random_() % 16 == 0) return board_->return_loan(*held);
        const auto sequence = board_->publish(*held);
        BOOST_REQUIRE(sequence.has_value());
        BOOST_REQUIRE_MESSAGE(messages_.count(*sequence) == 1, "a sequence that nobody saw");
        BOOST_REQUIRE_MESSAGE(messages_.at(*sequence) == participant.message, "somebody else's sequence");
    }
    void begin_reading(std::uint32_t index) {
        Participant& participant = participants_[index];
        if (!participant.held.empty() && (participant.held.size() == pins_each || random_() % 2 == 0)) {
            const Look look = participant.held.front().look;
            participant.held.pop_front();
            participant.actor.emplace([this, look, index] { board_->unpin(look.slot, pin_bit(index)); });
        } else if (random_() % 3 == 0) {
            participant.actor.emplace([this, index] { copy(index); });
        } else {
            participant.actor.emplace([this, index] { pin(index); });
        }
    }
    void pin(std::uint32_t index) {
        Participant& participant = participants_[index];
        const std::uint64_t newest_before = last_;
        const Look look = board_->pin(participant.next, pin_bit(index));
        if (look.outcome == Outcome::nothing) {
            BOOST_REQUIRE_MESSAGE(participant.next > newest_before, "a message was overlooked");
            return;
        }
        advance(participant, look);
        participant.held.push_back({look, messages_.at(look.position)});
    }
    void copy(std::uint32_t index) {
        Participant& participant = participants_[index];
        const std::uint64_t newest_before = last_;
        const Look look = board_->find(participant.next);
        if (look.outcome == Outcome::nothing) {
            BOOST_REQUIRE_MESSAGE(participant.next > newest_before, "a message was overlooked");
            return;
        }
        const auto content = board_.read(look.slot);
        if (!board_->still_there(look)) return;
        advance(participant, look);
        BOOST_REQUIRE_MESSAGE((content == messages_.at(look.position)), "a torn or wrong copy");
        ++copied;
    }
    /// Nothing that was skipped may be there still.
    void advance(Participant& participant, const Look& look) {
        BOOST_REQUIRE(look.outcome == Outcome::message);
        BOOST_REQUIRE_MESSAGE(messages_.count(look.position) == 1, "a message that nobody published");
        BOOST_REQUIRE(look.position >= participant.next);
        if (look.position > participant.next)
            BOOST_REQUIRE_MESSAGE(look.position - 1 + shape_.history <= last_, "a message was skipped that is there");
        lost += look.position - participant.next;
        ++got;
        participant.next = look.position + 1;
    }

    // ---- death ------------------------------------------------------------------------------------------------------
    void die(Participant& participant) {
        ++deaths;
        participant.actor.reset();
        participant.is_dead = true;
    }
    void recover(std::uint32_t index) {
        Participant& participant = participants_[index];
        if (!participant.recoverer) {
            participant.held.clear();
            participant.recoverer.emplace([this, index] { board_->recover(index); });
        }
        if (random_() % 50 == 0) return participant.recoverer.reset();  // it died, too
        if (participant.recoverer->step()) return;
        ++recoveries;
        participant.recoverer.reset();
        participant.is_dead = false;
        participant.next = last_ + 1;
        for (std::uint32_t slot = 0; slot < board_.shape().slots(); ++slot) {
            BOOST_REQUIRE_MESSAGE((board_.pins(slot) & pin_bit(index)) == 0, "a pin of the dead was left");
            const SlotWord word = board_.word(slot);
            BOOST_REQUIRE_MESSAGE(word.state != SlotState::loaned || word.owner != index,
                                  "a loan of the dead was left");
        }
    }

    // ---- what everybody may rely on, at every moment ----------------------------------------------------------------
    void look_around() {
        see_new_message();
        std::set<std::uint16_t> kept;
        for (std::uint64_t sequence = oldest(); sequence <= last_; ++sequence) {
            const BroadcastCell cell = board_.cell(sequence);
            BOOST_REQUIRE_MESSAGE(cell.sequence == sequence, "a kept message is missing");
            BOOST_REQUIRE_MESSAGE(kept.insert(cell.slot).second, "one slot is named twice");
            BOOST_REQUIRE_MESSAGE((content_of(cell.slot) == messages_.at(sequence)), "a kept message was overwritten");
            const SlotState state = board_.state(cell.slot);
            BOOST_REQUIRE_MESSAGE(state == SlotState::published || state == SlotState::loaned, "a kept slot is free");
        }
        for (std::uint32_t index = publishers; index < participants; ++index) {
            for (const Pinned& held : participants_[index].held) {
                BOOST_REQUIRE_MESSAGE((board_.pins(held.look.slot) & pin_bit(index)) != 0, "a pin was taken away");
                BOOST_REQUIRE_MESSAGE((content_of(held.look.slot) == held.message), "a pinned message was overwritten");
            }
        }
    }
    std::uint64_t oldest() const {
        const std::uint64_t start = shape_.first_sequence != 0 ? shape_.first_sequence : shape_.history;
        return std::max(start, last_ + 1 - std::min<std::uint64_t>(shape_.history, last_ + 1 - start));
    }
    /// At most one message can have been linked since the last look.
    void see_new_message() {
        const BroadcastCell cell = board_.cell(last_ + 1);
        if (cell.sequence != last_ + 1) return;
        ++last_;
        const auto content = content_of(cell.slot);
        BOOST_REQUIRE_MESSAGE(content.has_value(), "a torn message was linked");
        BOOST_REQUIRE_MESSAGE(ids_.insert(*content).second, "a message was linked twice");
        messages_[last_] = *content;
    }
    std::optional<std::uint64_t> content_of(std::uint32_t slot) const { return board_.read(slot); }

    WalkShape shape_;
    std::mt19937_64 random_;
    BroadcastBoard board_;
    Participant participants_[participants];
    std::uint32_t current_ = 0;                        ///< whose turn it is
    std::uint64_t pace_ = 1;                           ///< steps that one does before another one's turn, about
    std::map<std::uint64_t, std::uint64_t> messages_;  ///< sequence -> content
    std::set<std::uint64_t> ids_;
    std::uint64_t last_ = 0;  ///< newest sequence that was linked
    std::uint64_t last_message_ = 0;
};

void walk(const WalkShape& shape, std::uint64_t seed) {
    RandomWalk walk(shape, seed);
    for (int step = 0; step < shape.steps; ++step) {
        BOOST_TEST_CONTEXT("HANDOFF_WALK_SEED=" << seed << ", history " << shape.history << ", step " << step) {
            walk.step();
        }
    }
    BOOST_TEST_CONTEXT("HANDOFF_WALK_SEED=" << seed << ", history " << shape.history << ", at the end") {
        walk.finish();
    }
    BOOST_TEST_MESSAGE("seed " << seed << ", history " << shape.history << ": " << walk.published() << " published, "
                               << walk.got << " got, " << walk.lost << " lost, " << walk.copied << " copied, "
                               << walk.deaths << " deaths, " << walk.recoveries << " recoveries");
    BOOST_TEST(walk.published() > static_cast<std::uint64_t>(shape.steps) / 100);
    BOOST_TEST(walk.got > static_cast<std::uint64_t>(shape.steps) / 200);
    BOOST_TEST(walk.copied > 0U);
    BOOST_TEST(walk.deaths > static_cast<std::uint64_t>(shape.steps) / 2000);
    BOOST_TEST(walk.recoveries > 0U);
}

void walk_all_seeds(const WalkShape& shape) {
    if (const char* seed = std::getenv("HANDOFF_WALK_SEED")) return walk(shape, std::strtoull(seed, nullptr, 10));
    for (std::uint64_t seed = 1; seed <= 4; ++seed) walk(shape, seed);
}

}  // namespace random_walk_test

BOOST_AUTO_TEST_SUITE(random_walk_test)

BOOST_AUTO_TEST_CASE(a_history_of_one) {
    walk_all_seeds({.history = 1});
}

BOOST_AUTO_TEST_CASE(a_history_of_two_whose_sequences_leave_32_bits) {
    walk_all_seeds({.history = 2, .first_sequence = (std::uint64_t{1} << 32) - 100, .first_generation = 0xffffffe0});
}

BOOST_AUTO_TEST_CASE(a_history_of_three) {
    walk_all_seeds({.history = 3});
}

BOOST_AUTO_TEST_CASE(a_new_seed_every_time) {
    walk_all_seeds({.history = 5});
    if (std::getenv("HANDOFF_WALK_SEED") == nullptr) walk({.history = 4}, std::random_device{}());
}

BOOST_AUTO_TEST_SUITE_END()
