// A dead participant is recovered, once, by any that notices; a living one is not, however slow.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "participants/fixture.hpp"
#include "platform/asleep.hpp"
#include "platform/refusal.hpp"

namespace reap_test {

using namespace handoff::test;
using handoff::detail::participants::EntryWord;
using handoff::detail::participants::Role;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

/// How often the main thread of that process has gone to sleep.
long sleeps_of(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    std::string word;
    while (file >> word && word != "voluntary_ctxt_switches:") {
    }
    long sleeps = 0;
    file >> sleeps;
    return sleeps;
}

struct Full : Meeting {
    /// Living participants in all places but the first.
    std::vector<std::unique_ptr<Observer>> occupy_the_rest() {
        std::vector<std::unique_ptr<Observer>> others;
        // Each joins while the first place is not to be had: its byte is held by a lock file of its own.
        handoff::detail::platform::LockFile first(handoff::detail::platform::open_existing(path));
        const bool held = first.try_exclusive(1);
        for (std::uint32_t i = 1; i < places; ++i) {
            others.push_back(std::make_unique<Observer>(*this));
            others.back()->registry.join(Role::receiver);
        }
        if (held) first.unlock(1);
        return others;
    }
};
}  // namespace reap_test

BOOST_FIXTURE_TEST_SUITE(reap_test, Full)

BOOST_AUTO_TEST_CASE(a_stopped_participant_is_never_reaped) {
    Observer observer(*this);
    Child other = participant_in(*this, Role::receiver);
    other.stop();
    for (int i = 0; i < 100; ++i) BOOST_TEST(!observer.registry.reap());
    BOOST_TEST(word(0).active);
    BOOST_TEST(observer.registry.has_living(Role::receiver));
    BOOST_TEST(table->recovered[0] == 0);
}

BOOST_AUTO_TEST_CASE(nobody_reaps_himself_nor_the_living_of_the_same_process) {
    Observer first(*this);
    Observer second(*this);
    first.registry.join(Role::sender);
    second.registry.join(Role::receiver);
    BOOST_TEST(!first.registry.reap());
    BOOST_TEST(!second.registry.reap());
    BOOST_TEST(first.registry.active(Role::sender) == 1u);
    BOOST_TEST(first.registry.active(Role::receiver) == 1u);
}

BOOST_AUTO_TEST_CASE(a_killed_participant_counts_until_it_is_reaped_but_does_not_live) {
    Observer observer(*this);
    participant_in(*this, Role::receiver).kill();
    BOOST_TEST(observer.registry.active(Role::receiver) == 1u);
    BOOST_TEST(!observer.registry.has_living(Role::receiver));
    BOOST_TEST(observer.registry.reap());
    BOOST_TEST(observer.registry.active(Role::receiver) == 0u);
    BOOST_TEST(table->recovered[0] == 1);
    BOOST_TEST(table->on_departure == 1);
    BOOST_TEST(table->out_of_order == 0);
    BOOST_TEST(!observer.registry.reap());
    BOOST_TEST(table->recovered[0] == 1);
    Observer newcomer(*this);
    newcomer.registry.join(Role::receiver);
    BOOST_TEST(newcomer.registry.me() == 0u);
}

BOOST_AUTO_TEST_CASE(the_dead_are_recovered_with_their_place_and_role) {
    std::string seen;
    Observer observer(*this, [&](std::uint32_t index, Role role) {
        seen += std::to_string(index) + (role == Role::sender ? "s " : "r ");
    });
    {
        Child sender = participant_in(*this, Role::sender);
        Child receiver = participant_in(*this, Role::receiver);
        sender.kill();
        receiver.kill();
    }
    BOOST_TEST(observer.registry.reap());
    BOOST_TEST(seen == "0s 1r ");
}

BOOST_AUTO_TEST_CASE(the_place_of_a_dead_participant_goes_to_a_newcomer_who_recovers_it_first) {
    participant_in(*this, Role::receiver).kill();
    const auto dead_generation = word(0).generation;
    Observer observer(*this);
    observer.registry.join(Role::sender);
    BOOST_TEST(observer.registry.me() == 0u);
    BOOST_TEST(word(0).generation == dead_generation + 1);
    BOOST_TEST((word(0).role == Role::sender));
    BOOST_TEST(table->recovered[0] == 1);
}

BOOST_AUTO_TEST_CASE(a_table_full_of_dead_takes_a_newcomer_who_recovers_them_all) {
    std::vector<Child> children;
    for (std::uint32_t i = 0; i < places; ++i) children.push_back(participant_in(*this, Role::receiver));
    for (auto& child : children) child.kill();
    Observer observer(*this);
    observer.registry.join(Role::sender);
    BOOST_TEST(observer.registry.active(Role::receiver) == 0u);
    for (std::uint32_t i = 0; i < places; ++i) BOOST_TEST(table->recovered[i] == 1);
}

BOOST_AUTO_TEST_CASE(of_many_who_notice_a_death_exactly_one_recovers) {
    constexpr int deaths = 20'000;
    SharedAnonymous<std::atomic<bool>> over;
    std::vector<Child> reapers;
    for (int i = 0; i < 3; ++i)
        reapers.emplace_back([&](Checkpoints&) {
            Observer observer(*this);
            while (!*over) observer.registry.reap();
        });
    // What a participant that joins and dies leaves: an active entry whose byte is not held.
    handoff::detail::platform::LockFile locks(handoff::detail::platform::open_existing(path));
    int died = 0;
    while (died < deaths)
        for (std::uint32_t index = 0; index < places; ++index) {
            if (word(index).active || !locks.try_exclusive(1 + index)) continue;
            if (!word(index).active) {
                table->entries[index].word.store(EntryWord{1, Role::receiver, true}.encode());
                ++died;
            }
            locks.unlock(1 + index);
        }
    HANDOFF_CHECK_EVENTUALLY(!word(0).active && !word(1).active && !word(2).active && !word(3).active);
    *over = true;
    for (auto& reaper : reapers) reaper.wait();
    int recovered = 0;
    for (const auto& times : table->recovered) recovered += times;
    BOOST_TEST(recovered == died);
    BOOST_TEST(table->on_departure == recovered);
    BOOST_TEST(table->out_of_order == 0);
}

BOOST_AUTO_TEST_CASE(a_recovery_whose_reaper_is_killed_is_repeated_by_the_next) {
    participant_in(*this, Role::receiver).kill();
    for (int death = 0; death < 3; ++death) {
        Child reaper([&](Checkpoints&) {
            Observer observer(*this, [](std::uint32_t, Role) { raise(SIGKILL); });
            observer.registry.reap();
        });
        BOOST_TEST(reaper.ends_within(handoff::testing::default_timeout));
        BOOST_CHECK_THROW(reaper.wait(), handoff::testing::ChildFailed);
        BOOST_TEST(word(0).active);
        BOOST_TEST(table->recovered[0] == 0);
    }
    Observer observer(*this, [](std::uint32_t, Role role) { BOOST_TEST((role == Role::receiver)); });
    BOOST_TEST(observer.registry.reap());
    BOOST_TEST(table->recovered[0] == 1);
    BOOST_TEST(!word(0).active);
}

/// The dead recoverer left the bit behind. Kept, it would make others wait for a recovery that never comes.
BOOST_AUTO_TEST_CASE(a_newcomer_in_a_place_whose_recoverer_died_does_not_seem_to_be_recovered) {
    participant_in(*this, Role::receiver).kill();
    Child reaper([&](Checkpoints& checkpoints) {
        Observer observer(*this, [&](std::uint32_t, Role) { checkpoints.stop_at("recovering"); });
        observer.registry.reap();
    });
    reaper.wait_for("recovering");
    reaper.kill();
    BOOST_TEST_REQUIRE((word(0).active && word(0).recovering));
    Observer newcomer(*this);
    newcomer.registry.join(Role::sender);
    BOOST_TEST_REQUIRE(newcomer.registry.me() == 0u);
    BOOST_TEST(!word(0).recovering);
}

BOOST_AUTO_TEST_CASE(a_leaver_killed_while_it_gives_back_is_recovered_by_the_next) {
    Child leaver([&](Checkpoints&) {
        Observer observer(*this, [](std::uint32_t, Role) { raise(SIGKILL); });
        observer.registry.join(Role::sender);
        observer.registry.leave();
    });
    BOOST_TEST(leaver.ends_within(handoff::testing::default_timeout));
    BOOST_CHECK_THROW(leaver.wait(), handoff::testing::ChildFailed);
    Observer observer(*this);
    BOOST_TEST(observer.registry.reap());
    BOOST_TEST(table->recovered[0] == 1);
}

BOOST_AUTO_TEST_CASE(while_somebody_recovers_nobody_else_does_and_no_newcomer_takes_the_place) {
    participant_in(*this, Role::receiver).kill();
    Child reaper([&](Checkpoints& checkpoints) {
        Observer observer(*this, [&](std::uint32_t, Role) { checkpoints.stop_at("recovering"); });
        observer.registry.reap();
    });
    reaper.wait_for("recovering");
    Observer observer(*this);
    BOOST_TEST(!observer.registry.reap());
    observer.registry.join(Role::sender);
    BOOST_TEST(observer.registry.me() == 1u);
    BOOST_TEST(table->recovered[0] == 0);
    reaper.go_on();
    reaper.wait();
    BOOST_TEST(table->recovered[0] == 1);
}

/// Threads of one handle share its lock file, where they do not exclude each other.
BOOST_AUTO_TEST_CASE(two_threads_of_one_handle_do_not_recover_the_same_participant_at_once) {
    participant_in(*this, Role::receiver).kill();
    std::atomic<int> inside{0}, most{0};
    std::atomic<bool> second_began{false};
    Observer observer(*this, [&](std::uint32_t, Role) {
        most = std::max(most.load(), ++inside);
        // Until the other thread sleeps in front of us, or is in here, too.
        BOOST_TEST(handoff::testing::eventually([&] { return most > 1 || (second_began && others_are_asleep()); }));
        --inside;
    });
    std::thread second([&] {
        if (!handoff::testing::eventually([&] { return inside > 0; })) return;
        second_began = true;
        observer.registry.reap();
    });
    BOOST_TEST(observer.registry.reap());
    second.join();
    BOOST_TEST(most == 1);
    BOOST_TEST(table->recovered[0] == 1);
}

BOOST_AUTO_TEST_CASE(a_newcomer_in_the_place_of_a_dead_participant_has_none_of_its_numbers) {
    participant_in(*this, Role::subscriber).kill();
    auto& counters = table->entries[0].counters;
    for (auto* counter : {&counters.messages, &counters.bytes, &counters.finished, &counters.failed, &counters.returned,
                          &counters.timeouts, &counters.lost})
        counter->set(7);
    counters.reserved_pins = 7;  // out of the topic's budget
    counters.waiting = 7;        // "it waits as we do": the stream would end too early
    table->entries[0].delay.add(1'000);
    table->entries[0].work.add(1'000);
    Observer observer(*this);
    observer.registry.join(Role::receiver);
    BOOST_TEST_REQUIRE(observer.registry.me() == 0u);
    for (auto* counter : {&counters.messages, &counters.bytes, &counters.finished, &counters.failed, &counters.returned,
                          &counters.timeouts, &counters.lost})
        BOOST_TEST(counter->load() == 0u);
    BOOST_TEST(counters.reserved_pins == 0u);
    BOOST_TEST(counters.waiting == 0u);
    for (std::size_t bucket = 0; bucket < handoff::detail::sync::LatencyHistogram::bucket_count; ++bucket) {
        BOOST_TEST(table->entries[0].delay.count_in(bucket) == 0u);
        BOOST_TEST(table->entries[0].work.count_in(bucket) == 0u);
    }
}

/// The recovery takes longer than the ten tries of a newcomer that finds every place taken.
BOOST_AUTO_TEST_CASE(a_newcomer_waits_for_the_place_that_somebody_else_is_recovering) {
    participant_in(*this, Role::receiver).kill();
    const auto others = occupy_the_rest();
    Child reaper([&](Checkpoints& checkpoints) {
        Observer observer(*this, [&](std::uint32_t, Role) {
            checkpoints.stop_at("recovering");
            const long before = sleeps_of(getppid());
            BOOST_TEST(handoff::testing::eventually([&] { return sleeps_of(getppid()) > before + 15; }));
        });
        observer.registry.reap();
    });
    reaper.wait_for("recovering");
    BOOST_TEST((word(0).active && word(0).recovering));
    reaper.go_on();
    Observer observer(*this);
    observer.registry.join(Role::sender);
    BOOST_TEST(observer.registry.me() == 0u);
    BOOST_TEST(!word(0).recovering);
    BOOST_TEST(table->recovered[0] == 1);
    reaper.wait();
}

BOOST_AUTO_TEST_CASE(who_has_waited_in_vain_for_a_recovery_is_told_whose_it_is) {
    participant_in(*this, Role::receiver).kill();
    const auto others = occupy_the_rest();
    Child reaper([&](Checkpoints& checkpoints) {
        Observer observer(*this, [&](std::uint32_t, Role) { checkpoints.stop_at("recovering"); });
        observer.registry.reap();
    });
    reaper.wait_for("recovering");
    reaper.stop();
    Observer late(*this);
    const auto failure = refusal_of([&] { late.registry.join(Role::sender, true, std::chrono::milliseconds(100)); });
    HANDOFF_TEST_CODE(failure, handoff::Errc::too_many_participants);
    check_message(failure, "all 4 places", late.registry.describe(0), "100 ms", "may be stopped", "kill -CONT");
    reaper.kill();
    late.registry.join(Role::sender);
    BOOST_TEST(late.registry.me() == 0u);
    BOOST_TEST(table->recovered[0] == 1);
}

/// A hostile process set that bit against the protocol: an error, in time.
BOOST_AUTO_TEST_CASE(a_living_participant_that_seems_to_be_recovered_keeps_a_newcomer_waiting_for_a_limited_time) {
    Observer first(*this);
    first.registry.join(Role::receiver);
    const auto others = occupy_the_rest();
    table->entries[0].word.store(EntryWord{1, Role::receiver, true, true}.encode());
    Observer late(*this);
    const auto failure = refusal_of([&] { late.registry.join(Role::sender, true, std::chrono::milliseconds(10)); });
    HANDOFF_TEST_CODE(failure, handoff::Errc::too_many_participants);
    BOOST_TEST(table->recovered[0] == 0);
}

BOOST_AUTO_TEST_CASE(whoever_leaves_is_not_recovered_by_others_while_it_gives_back) {
    Observer other(*this);
    int looks = 0;
    Observer leaver(*this, [&](std::uint32_t, Role) {
        ++looks;
        BOOST_TEST(!other.registry.reap());
    });
    leaver.registry.join(Role::sender);
    leaver.registry.leave();
    BOOST_TEST(looks == 1);
    BOOST_TEST(table->recovered[0] == 1);
}

BOOST_AUTO_TEST_CASE(somebody_who_left_in_order_is_not_recovered_once_more) {
    Child other([&](Checkpoints&) {
        Observer observer(*this);
        observer.registry.join(Role::receiver);
        observer.registry.leave();
    });
    other.wait();
    Observer observer(*this);
    BOOST_TEST(!observer.registry.reap());
    BOOST_TEST(table->recovered[0] == 1);
}

BOOST_AUTO_TEST_SUITE_END()
