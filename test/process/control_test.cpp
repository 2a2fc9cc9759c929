// The control: the same death that our condition survives, shown to hang Boost's own pair, in sacrificed processes.
#include <atomic>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <new>

#include "fixture.hpp"
#include "platform/asleep.hpp"
#include "platform/clock.hpp"
#include "sync/boost_condition.hpp"
#include "sync/futex_condition.hpp"

namespace control {

using namespace handoff;
using namespace handoff::test;

constexpr int waiters = 2;
constexpr int wake_ups = 6;

template <class Condition>
struct Shared {
    Condition condition;
    std::atomic<int> value{0};
    std::atomic<int> asleep{0};
};

std::int64_t after(std::chrono::nanoseconds time) {
    return detail::platform::now_ns() + testing::scaled(time).count();
}

/// Sleeps until the value reaches `until`, for as long as that takes.
template <class Condition>
void wait_for_value(Shared<Condition>& shared, int until) {
    shared.condition.wait_until(after(60s), [&] {
        const bool there = shared.value.load() >= until;
        if (!there) shared.asleep.fetch_add(1);
        return there;
    });
}

/// One of two waiters is killed in its sleep; then an innocent process notifies six times. True if it got through.
template <class Condition>
bool survives_a_killed_waiter() {
    auto memory = boost::interprocess::anonymous_shared_memory(sizeof(Shared<Condition>));
    auto& shared = *::new (memory.get_address()) Shared<Condition>;
    std::vector<Child> sleepers;
    for (int i = 0; i < waiters; ++i) sleepers.emplace_back([&](Checkpoints&) { wait_for_value(shared, wake_ups); });
    HANDOFF_REQUIRE_EVENTUALLY(shared.asleep.load() == waiters);
    for (const Child& child : sleepers) HANDOFF_REQUIRE_EVENTUALLY(is_asleep(child.pid()));
    sleepers[0].kill();
    const int survivor = sleepers[1].pid();
    Child notifier([&](Checkpoints&) {
        for (int i = 1; i <= wake_ups; ++i) {
            shared.value.store(i);
            shared.condition.notify_all();
            // A wake-up counts only if a waiter sleeps: wait until the survivor has checked and sleeps again.
            if (i < wake_ups) HANDOFF_REQUIRE_EVENTUALLY(shared.asleep.load() >= waiters + i && is_asleep(survivor));
        }
    });
    const bool through = notifier.ends_within(testing::scaled(2s));
    if (!through) notifier.kill();
    const bool woken = sleepers[1].ends_within(testing::scaled(2s));
    if (!woken) sleepers[1].kill();
    return through && woken;
}

}  // namespace control

BOOST_AUTO_TEST_SUITE(control)

BOOST_AUTO_TEST_CASE(our_condition_survives_a_killed_waiter) {
    for (int round = 0; round < 3; ++round) BOOST_TEST(survives_a_killed_waiter<detail::sync::FutexCondition>());
}

BOOST_AUTO_TEST_CASE(boosts_pair_hangs_after_a_killed_waiter) {
    // If this ever fails, Boost or glibc was mended: say so in docs/design/waiting.md.
    BOOST_TEST(!survives_a_killed_waiter<detail::sync::BoostCondition>());
}

BOOST_AUTO_TEST_SUITE_END()
