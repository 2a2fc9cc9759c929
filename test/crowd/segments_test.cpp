// A thousand segments in one process.
#include <sys/resource.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "crowd/crowd.hpp"

namespace segments_test {

using namespace handoff;
using namespace handoff::test;

#ifdef HANDOFF_TEST_FEWER
constexpr std::uint32_t many = 200;
#else
constexpr std::uint32_t many = 1'000;
#endif

/// Small values, all in this process, with something to wait for each.
struct Values {
    explicit Values(std::uint32_t count) {
        take_all_descriptors();
        for (std::uint32_t at = 0; at < count; ++at) {
            names.emplace_back(std::make_unique<UniqueName>("many"));
            values.emplace_back(*names.back(), LatestShape{.capacity_bytes = sizeof at, .participants = 2});
            waitables.push_back(values.back().waitable());
        }
    }
    /// Times that this thread slept while nothing happened.
    long sleeps_in(std::chrono::milliseconds time) const {
        rusage before{}, after{};
        getrusage(RUSAGE_THREAD, &before);
        BOOST_TEST((wait_any(waitables, Deadline(time)).error() == Errc::timed_out));
        getrusage(RUSAGE_THREAD, &after);
        return after.ru_nvcsw - before.ru_nvcsw;
    }
    std::deque<std::unique_ptr<UniqueName>> names;
    std::deque<LatestBytes> values;
    std::vector<Waitable> waitables;
};

}  // namespace segments_test

BOOST_AUTO_TEST_SUITE(segments_test)

BOOST_AUTO_TEST_CASE(a_thousand_segments_in_one_process_work_and_can_be_waited_for,
                     *boost::unit_test::precondition(has_room_for_segments)) {
    Values all(many);
    for (std::uint32_t at = 0; at < many; at += many / 10) {
        BOOST_TEST(all.values[at].write(std::as_bytes(std::span(&at, 1))).value() == 1U);
        BOOST_TEST(wait_any(all.waitables, soon).value() == at);
        std::uint32_t seen = 0;
        all.values[at].read(std::as_writable_bytes(std::span(&seen, 1))).value();
        BOOST_TEST(seen == at);
    }
    const auto names = std::move(all.names);
    all.waitables.clear();
    all.values.clear();
    for (const auto& name : names) BOOST_TEST(name->left_behind().empty());
}

/// The limit of <handoff/wait_any.hpp>: futex_waitv takes so many, and a wait for more polls once a millisecond.
BOOST_AUTO_TEST_CASE(wait_any_sleeps_on_128_and_looks_each_millisecond_at_more) {
    constexpr std::uint32_t most = 128;
    constexpr auto time = 300ms;
    Values few(most);
    const long sleeps = few.sleeps_in(time);
    if (sleeps > 10) {  // once a tick is 3
        BOOST_TEST_MESSAGE("this kernel has no futex_waitv: " << sleeps << " looks");
        return;
    }
    Values more(most + 1);
    BOOST_TEST(more.sleeps_in(time) > 15);  // 300 looks, where nothing else wants the processor
}

BOOST_AUTO_TEST_SUITE_END()
