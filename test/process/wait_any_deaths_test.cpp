// The effect of a death on wait_any, and on the end of a stream.
#include <handoff/inspect.hpp>
#include <handoff/wait_any.hpp>

#include <array>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "fixture.hpp"

namespace wait_any_deaths {

using namespace handoff;
using namespace handoff::test;

struct Stream : Channel {
    /// A receiver in a process of its own that holds the one message there is; its sender has left.
    Child holder_of_the_last_request(const std::function<void()>& before_the_sender_leaves = [] {}) {
        Sender leaving = sender();
        Child holder([&](Checkpoints& checkpoints) {
            Receiver receiver_ = receiver();
            const Request request = receiver_.receive(soon).value();
            checkpoints.stop_at("taken");
        });
        leaving.send(message(leaving, 1)).value();
        holder.wait_for("taken");
        before_the_sender_leaves();
        return holder;
    }
};

}  // namespace wait_any_deaths

BOOST_FIXTURE_TEST_SUITE(wait_any_deaths, Stream)

BOOST_AUTO_TEST_CASE(a_request_of_a_killed_receiver_is_something) {
    Child holder = holder_of_the_last_request();
    Receiver worker = receiver();
    const std::array waitables{worker.waitable()};
    BOOST_TEST((wait_any(waitables, 10ms).error() == Errc::timed_out));
    holder.kill();
    BOOST_TEST(wait_any(waitables, soon).value() == 0U);
    BOOST_TEST(worker.try_receive().value().deliveries() == 2U);
}

/// The call that recovers the dead is the one that finds what they held: it does not leave with "timed out", nor sleep.
BOOST_AUTO_TEST_CASE(what_the_call_itself_recovers_is_something) {
    Child holder = holder_of_the_last_request();
    Receiver worker = receiver();
    const inspect::Observer observer(name.str());
    holder.kill();
    HANDOFF_CHECK_EVENTUALLY([&] {
        const auto found = wait_any({worker.waitable()}, Deadline::now());
        const bool recovered = observer.report().redelivered == 1;
        BOOST_TEST(found.has_value() == recovered);
        return recovered;
    }());
}

/// The death may be in each of the segments waited for.
BOOST_AUTO_TEST_CASE(a_death_is_noticed_in_each_of_the_segments_that_are_waited_for) {
    const Channel quiet, idle;
    Child holder = holder_of_the_last_request();
    Receiver before = quiet.receiver(), worker = receiver(), after = idle.receiver();
    holder.kill();
    BOOST_TEST(wait_any({before.waitable(), worker.waitable(), after.waitable()}, soon).value() == 1U);
}

BOOST_AUTO_TEST_CASE(the_stream_has_not_ended_while_somebody_works_on_a_request_and_may_die) {
    std::optional<Receiver> worker;
    Child holder = holder_of_the_last_request([&] { worker.emplace(name, shape); });
    BOOST_TEST((worker->try_receive().error() == Errc::empty));
    holder.kill();
    Request again = worker->receive(soon).value();
    BOOST_TEST(again.deliveries() == 2U);
    again.processed().value();
    BOOST_TEST((worker->receive(soon).error() == Errc::end_of_stream));
}

/// The first receiver that gets the request answers, and then the other one gets the end of the stream.
BOOST_AUTO_TEST_CASE(two_receivers_that_each_keep_a_request_in_hand_do_not_wait_for_each_other) {
    std::array<Receiver, 2> receivers{receiver(), receiver()};
    std::vector<Request> in_hand;
    {
        Sender leaving = sender();
        for (std::size_t i = 0; i < 2; ++i) {
            leaving.send(message(leaving, i)).value();
            in_hand.push_back(receivers[i].receive(soon).value());
        }
    }
    std::array<bool, 2> told{};
    const auto wait_and_answer = [&](std::size_t i) {
        told[i] = receivers[i].receive(soon).error() == Errc::end_of_stream;
        (void)in_hand[i].processed();
    };
    std::thread beside(wait_and_answer, 1);
    wait_and_answer(0);
    beside.join();
    BOOST_TEST(told[0]);
    BOOST_TEST(told[1]);
}

BOOST_AUTO_TEST_SUITE_END()
