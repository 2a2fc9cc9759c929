#include "sync/sole_thread.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "sync/counter.hpp"

namespace sole_thread_test {

using handoff::detail::sync::Counter;
using handoff::detail::sync::SoleThread;

boost::test_tools::assertion_result can_be_alone(boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result can(handoff::detail::platform::has_process_barrier());
    can.message() << "this kernel has no membarrier(2)";
    return can;
}

bool is_alone(SoleThread& handle) {
    return SoleThread::Use(handle).alone();
}

bool is_alone_in_another_thread(SoleThread& handle) {
    bool alone = false;
    std::thread([&] { alone = is_alone(handle); }).join();
    return alone;
}

/// Adds 1 until told to stop, and at least once. Returns how often.
std::uint64_t add_until(const std::atomic<bool>& stop, SoleThread& handle, Counter& counter) {
    std::uint64_t added = 0;
    do {
        const SoleThread::Use use(handle);
        counter.add(1, use.alone());
        ++added;
    } while (!stop.load());
    return added;
}

}  // namespace sole_thread_test

BOOST_AUTO_TEST_SUITE(sole_thread_test, *boost::unit_test::precondition(sole_thread_test::can_be_alone))

BOOST_AUTO_TEST_CASE(the_first_thread_is_alone_until_another_comes_and_never_again) {
    SoleThread handle;
    BOOST_TEST(is_alone(handle));
    BOOST_TEST(is_alone(handle));
    BOOST_TEST(!is_alone_in_another_thread(handle));
    BOOST_TEST(!is_alone(handle));
}

BOOST_AUTO_TEST_CASE(it_is_the_first_user_who_is_alone_and_not_the_maker) {
    SoleThread handle;
    BOOST_TEST(is_alone_in_another_thread(handle));
}

BOOST_AUTO_TEST_CASE(no_addition_is_lost_when_a_second_thread_comes) {
    for (int round = 0; round < 300; ++round) {
        SoleThread handle;
        Counter counter;
        std::atomic<bool> stop{false}, begun{false};
        std::uint64_t first = 0;
        std::thread owner([&] {
            (void)is_alone(handle);
            begun = true;
            first = add_until(stop, handle, counter);
        });
        while (!begun.load()) std::this_thread::yield();
        const std::uint64_t second = add_until(begun, handle, counter);
        stop = true;
        owner.join();
        BOOST_TEST_REQUIRE(counter.load() == first + second);
    }
}

BOOST_AUTO_TEST_SUITE_END()
