// A table of participants in memory that a test shares with its children, and recovery handlers that count.
#pragma once

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>

#include "participants/registry.hpp"
#include "platform/scratch_path.hpp"
#include "platform/shared_anonymous.hpp"
#include "platform/shm_file.hpp"

namespace handoff::test {

inline constexpr std::uint32_t places = 4;

struct Table {
    std::array<detail::participants::ParticipantEntry, places> entries;
    std::array<std::atomic<int>, places> recovered{};  // how often a recovery was finished
    std::atomic<int> on_departure{0};
    std::atomic<int> out_of_order{0};  // recovered after the entry was inactive, or notified before it was
};

/// The table and its lock file. Made before the children are.
struct Meeting {
    Meeting() { BOOST_TEST_REQUIRE(detail::platform::publish(detail::platform::create_unlinked(0, 0600, ""), path)); }

    detail::participants::EntryWord word(std::uint32_t index) const {
        return detail::participants::EntryWord::decode(table->entries[index].word.load());
    }

    ScratchPath path;
    SharedAnonymous<Table> table;
};

/// One process's view of a Meeting, with a hook that runs in the middle of a recovery.
class Observer final : private detail::participants::RecoveryHandler {
public:
    using Hook = std::function<void(std::uint32_t, detail::participants::Role)>;

    explicit Observer(Meeting& meeting, Hook in_recovery = {})
        : meeting_(meeting),
          in_recovery_(std::move(in_recovery)),
          locks_(detail::platform::open_existing(meeting.path)),
          registry(meeting.table->entries.data(), places, locks_, *this) {}
    Observer(const Observer&) = delete;

private:
    void recover(std::uint32_t index, detail::participants::Role role) override {
        if (!meeting_.word(index).active) ++meeting_.table->out_of_order;
        going_ = index;
        if (in_recovery_) in_recovery_(index, role);
        ++meeting_.table->recovered[index];
    }
    void on_departure() override {
        if (meeting_.word(going_).active) ++meeting_.table->out_of_order;
        ++meeting_.table->on_departure;
    }

    Meeting& meeting_;
    Hook in_recovery_;
    detail::platform::LockFile locks_;
    std::uint32_t going_ = 0;

public:
    detail::participants::Registry registry;
};

/// A child that has joined and does nothing.
inline testing::Child participant_in(Meeting& meeting, detail::participants::Role role) {
    testing::Child child([&meeting, role](testing::Checkpoints& checkpoints) {
        Observer observer(meeting);
        observer.registry.join(role);
        checkpoints.stop_at("joined");
    });
    child.wait_for("joined");
    return child;
}

}  // namespace handoff::test
