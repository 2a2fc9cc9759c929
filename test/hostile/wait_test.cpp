// A word that changes whenever a waiter is about to sleep on it: the wait ends at its deadline all the same.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

#include "platform/clock.hpp"
#include "sync/futex_condition.hpp"

BOOST_AUTO_TEST_SUITE(wait_test)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_wait_ends_at_its_deadline_though_its_word_changes_before_every_sleep) {
    handoff::testing::run_in_child([](handoff::testing::Checkpoints&) {  // killed if it hangs
        handoff::detail::sync::FutexCondition condition;
        auto& word = const_cast<std::atomic<std::uint32_t>&>(condition.word());
        const auto change = [&word] {
            word.fetch_add(2);
            return false;
        };
        BOOST_TEST(!condition.wait_until(handoff::detail::platform::now_ns() + 20'000'000, change));
    });
}

BOOST_AUTO_TEST_SUITE_END()
