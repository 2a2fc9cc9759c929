// Time stamps from the cycle counter, on a machine whose counter and clock the test sets.
#include "sync/stamp_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>

namespace stamp_clock_test {

using handoff::detail::sync::StampClock;
using handoff::detail::sync::StampScale;

constexpr std::int64_t ms = 1'000'000, second = 1'000 * ms, minute = 60 * second;

/// 2.5 cycles a nanosecond. A read of the clock takes 20 ns.
struct Machine {
    static inline bool steady = true;
    static inline std::int64_t ns = 0;
    static inline std::uint64_t counter = 0;
    static inline int clock_reads = 0;

    static bool is_steady() noexcept { return steady; }
    static std::uint64_t cycles() noexcept { return counter; }
    static std::int64_t clock_ns() noexcept {
        ++clock_reads;
        pass(20);
        return ns;
    }
    static void pass(std::int64_t passed_ns) noexcept {
        ns += passed_ns;
        counter += static_cast<std::uint64_t>(passed_ns) * 5 / 2;
    }
};

struct Fixture {
    Fixture() {
        Machine::steady = true;
        Machine::ns = 1'000 * second;
        Machine::counter = 77;
        Machine::clock_reads = 0;
    }
    static std::int64_t error_of(StampClock<Machine>& clock) {
        const std::int64_t stamp = clock.now_ns();
        return std::llabs(stamp - Machine::ns);
    }
    /// Until the stamps come from the counter.
    static void learn(StampClock<Machine>& clock) {
        for (int look = 0; look < 30; ++look) {
            Machine::pass(10 * ms);
            BOOST_TEST_REQUIRE(error_of(clock) < 100);
        }
    }
    static int reads_of(StampClock<Machine>& clock) {
        const int before = Machine::clock_reads;
        clock.now_ns();
        return Machine::clock_reads - before;
    }

    StampScale scale;
};

}  // namespace stamp_clock_test

using namespace stamp_clock_test;

BOOST_FIXTURE_TEST_SUITE(stamp_clock_test, Fixture)

BOOST_AUTO_TEST_CASE(the_first_stamps_are_the_clocks) {
    StampClock<Machine> clock(scale);
    for (int stamp = 0; stamp < 10; ++stamp) BOOST_TEST(error_of(clock) == 0);
    BOOST_TEST(scale.ns_per_cycle.load() == 0U);
}

BOOST_AUTO_TEST_CASE(after_a_fifth_of_a_second_the_clock_is_not_read_for_each_stamp) {
    StampClock<Machine> clock(scale);
    learn(clock);
    int reads = 0;
    for (int stamp = 0; stamp < 1000; ++stamp, Machine::pass(ms / 10)) reads += reads_of(clock);
    BOOST_TEST(reads <= 6);  // a comparison reads it three times
}

BOOST_AUTO_TEST_CASE(stamps_are_right_after_an_hour_of_use) {
    StampClock<Machine> clock(scale);
    for (std::int64_t passed = 0; passed < 60 * minute; passed += 30 * ms, Machine::pass(30 * ms))
        BOOST_TEST_REQUIRE(error_of(clock) < 1000);
}

BOOST_AUTO_TEST_CASE(stamps_are_right_after_an_hour_without_use) {
    StampClock<Machine> clock(scale);
    learn(clock);
    Machine::pass(60 * minute);
    Machine::counter += 123'456'789;  // it ran a little fast
    for (int stamp = 0; stamp < 10; ++stamp) BOOST_TEST(error_of(clock) < 1000);
}

BOOST_AUTO_TEST_CASE(two_participants_stamp_alike) {
    StampClock<Machine> one(scale);
    Machine::pass(17 * ms);
    StampClock<Machine> other(scale);
    for (int look = 0; look < 1000; ++look, Machine::pass(7 * ms))
        BOOST_TEST_REQUIRE(std::llabs(one.now_ns() - other.now_ns()) < 1000);
}

BOOST_AUTO_TEST_CASE(a_newcomer_does_not_rely_on_an_old_offset) {
    {
        StampClock<Machine> clock(scale);
        learn(clock);
    }
    Machine::pass(60 * minute);
    Machine::counter = 5;  // the machine was suspended, and its counter began anew
    StampClock<Machine> clock(scale);
    for (int stamp = 0; stamp < 10; ++stamp) BOOST_TEST(error_of(clock) < 1000);
}

BOOST_AUTO_TEST_CASE(a_counter_that_begins_anew_is_noticed_at_once) {
    StampClock<Machine> clock(scale);
    learn(clock);
    Machine::counter = 0;
    for (int stamp = 0; stamp < 10; ++stamp) BOOST_TEST(error_of(clock) < 1000);
}

// Stamps may be wrong then, by a tick at most, and only for a tick.
BOOST_AUTO_TEST_CASE(whatever_a_hostile_process_writes_is_corrected_within_a_tick) {
    for (const std::uint64_t written : {std::uint64_t{1}, std::uint64_t{1} << 31, ~std::uint64_t{0}}) {
        StampClock<Machine> clock(scale);
        learn(clock);
        scale.ns_per_cycle = written;
        for (int stamp = 0; stamp < 100; ++stamp, Machine::pass(10 * ms))
            BOOST_TEST_REQUIRE(error_of(clock) <= 2 * handoff::detail::sync::tick_ns + 1000);
        scale.ns_per_cycle = 0;
        scale.offset_ns = 0;
    }
}

BOOST_AUTO_TEST_CASE(a_comparison_that_was_interrupted_sets_no_scale) {
    struct Slow : Machine {
        static std::int64_t clock_ns() noexcept {
            pass(2'000);
            return ns;
        }
    };
    StampClock<Slow> clock(scale);
    for (int look = 0; look < 100; ++look, Machine::pass(10 * ms)) clock.now_ns();
    BOOST_TEST(scale.ns_per_cycle.load() == 0U);
}

BOOST_AUTO_TEST_CASE(without_a_steady_counter_each_stamp_is_the_clocks) {
    Machine::steady = false;
    StampClock<Machine> clock(scale);
    for (int look = 0; look < 100; ++look, Machine::pass(10 * ms)) BOOST_TEST(reads_of(clock) == 1);
    BOOST_TEST(scale.ns_per_cycle.load() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
