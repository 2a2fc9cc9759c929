// What ends an operation in which nothing comes: its deadline, a stop, a cancellation, the end of its context.
#include <handoff/asio.hpp>

#include <boost/asio/bind_executor.hpp>
#if BOOST_ASIO_VERSION >= 101900
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#endif

#include <poll.h>

#include <filesystem>
#include <iterator>
#include <memory>
#include <thread>

#include "asio/fixture.hpp"

namespace ending_test {

using namespace asio_test;
using handoff::Receiver;
using handoff::Request;
using handoff::Wait;

using Clock = std::chrono::steady_clock;

auto open_descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

struct Ending : Pair {
    std::stop_source source;
    Outcome<Request> outcome;

    void start(const Wait& wait) { ha::async_receive(io, receiver, wait, outcome.handler()); }
    void send_and_wait_until_readable() {
        send(sender, "hello");
        pollfd wanted{receiver.descriptor(), POLLIN, 0};
        HANDOFF_REQUIRE_EVENTUALLY(::poll(&wanted, 1, 0) == 1);
    }
    /// The context has nothing left that could complete something again.
    void check_completed_once() {
        io.restart();
        io.run();
        BOOST_TEST(outcome.calls == 1);
    }
};

}  // namespace ending_test

BOOST_FIXTURE_TEST_SUITE(ending_test, Ending)

BOOST_AUTO_TEST_CASE(a_deadline_ends_it_with_the_sentence_of_receive) {
    const auto begin = Clock::now();
    start(30ms);
    run_until(io, [&] { return outcome.came(); });
    BOOST_TEST((Clock::now() - begin >= 30ms));
    check_refused(*outcome.value, Errc::timed_out, "1 senders attached");
    check_completed_once();
}

BOOST_AUTO_TEST_CASE(a_deadline_that_is_over_takes_what_is_there_and_waits_for_nothing) {
    const auto descriptors = open_descriptors();
    start(Deadline::now());
    io.run();
    check_refused(*outcome.value, Errc::timed_out);
    BOOST_TEST(open_descriptors() <= descriptors + 3);  // those of the context: the receiver's was not used
    send(sender, "hello");
    start(Deadline::now());
    run_until_all_wait(io);
    BOOST_TEST_REQUIRE(outcome.value->has_value());
    BOOST_TEST(text((*outcome.value)->payload()) == "hello");
}

BOOST_AUTO_TEST_CASE(a_request_that_came_before_the_deadline_was_looked_at_is_delivered) {
    const Deadline deadline = 300ms;  // time enough to begin the wait
    start(deadline);
    io.run_one();  // it waits
    send(sender, "hello");
    HANDOFF_REQUIRE_EVENTUALLY(Clock::now().time_since_epoch() > std::chrono::nanoseconds(deadline.at_ns()));
    run_until(io, [&] { return outcome.came(); });
    BOOST_TEST_REQUIRE(outcome.value->has_value());
    BOOST_TEST(text((*outcome.value)->payload()) == "hello");
}

BOOST_AUTO_TEST_CASE(a_stop_that_was_requested_before_wins_over_a_request_that_is_there) {
    send(sender, "hello");
    source.request_stop();
    start(source.get_token());
    io.run();
    check_refused(*outcome.value, Errc::stopped);
    BOOST_TEST(text(receive(receiver).payload()) == "hello");
}

BOOST_AUTO_TEST_CASE(a_stop_ends_an_operation_that_waits) {
    start({soon(), source.get_token()});
    run_until_all_wait(io);
    BOOST_TEST(!outcome.came());
    std::thread([this] { source.request_stop(); }).join();
    check_refused(await(outcome), Errc::stopped);
    check_completed_once();
}

BOOST_AUTO_TEST_CASE(a_stop_that_is_found_together_with_a_request_leaves_the_request) {
    start(source.get_token());
    run_until_all_wait(io);
    send_and_wait_until_readable();
    source.request_stop();
    check_refused(await(outcome), Errc::stopped);
    check_completed_once();
    BOOST_TEST(text(receive(receiver).payload()) == "hello");
}

BOOST_AUTO_TEST_CASE(a_stop_after_the_end_does_nothing) {
    start(source.get_token());
    send(sender, "hello");
    run_until(io, [&] { return outcome.came(); });
    source.request_stop();
    BOOST_TEST(outcome.value->has_value());
    check_completed_once();
}

BOOST_AUTO_TEST_CASE(stop_deadline_and_request_at_the_same_time_lose_nothing) {
    int delivered = 0, left = 0;
    for (int round = 0; round < 300; ++round) {
        std::stop_source stop;
        Outcome<Request> ended;
        ha::async_receive(io, receiver, {std::chrono::microseconds(50 + round % 7 * 50), stop.get_token()},
                          ended.handler());
        run_until_all_wait(io);
        std::thread sending([this] { send(sender, "hello"); });
        std::thread stopping([&stop, round] {
            if (round % 2 == 0) stop.request_stop();
        });
        run_until(io, [&] { return ended.came(); });
        sending.join();
        stopping.join();
        BOOST_TEST_REQUIRE(ended.calls == 1);
        if (*ended.value) {
            ++delivered;
            (*ended.value)->processed().value();
        } else {
            ++left;
            BOOST_TEST_REQUIRE((ended.value->error() == Errc::stopped || ended.value->error() == Errc::timed_out));
            receiver.try_receive().value().processed().value();
        }
        BOOST_TEST_REQUIRE((receiver.try_receive().error() == Errc::empty));
    }
    BOOST_TEST_MESSAGE(delivered << " delivered, " << left << " left where they were");
}

BOOST_AUTO_TEST_CASE(a_handle_that_was_moved_from_says_so_in_the_result) {
    Receiver other = std::move(receiver);
    start(soon());
    io.run();
    check_refused(*outcome.value, Errc::invalid_handle);
    BOOST_TEST(outcome.calls == 1);
}

BOOST_AUTO_TEST_CASE(a_context_is_destroyed_with_operations_outstanding) {
    const auto alive = std::make_shared<int>();
    const auto handler = [alive](const auto&) { BOOST_ERROR("nobody may call this"); };
    handoff::Pending pending = request_async(sender, "unanswered"), other = request_async(sender, "neither");
    auto first = receive(receiver), second = receive(receiver);
    (void)receiver.descriptor(), (void)pending.descriptor();  // theirs to keep
    const auto descriptors = open_descriptors();
    {
        net::io_context doomed;
        ha::async_receive(doomed, receiver, handler);
        ha::async_receive(doomed, receiver, {soon(), source.get_token()}, handler);
        ha::async_wait(doomed, pending, {soon(), source.get_token()}, handler);
        ha::async_wait(doomed, std::move(other), handler);
        run_until_all_wait(doomed);
        ha::async_receive(doomed, receiver, handler);  // has not even begun
        BOOST_TEST(alive.use_count() > 5);
    }
    BOOST_TEST(alive.use_count() == 2);
    BOOST_TEST(open_descriptors() == descriptors);
    source.request_stop();
    first.processed().value(), second.processed().value();
    send(sender, "hello");
    BOOST_TEST(text(receive(receiver).payload()) == "hello");
}

BOOST_AUTO_TEST_CASE(a_stop_may_be_requested_while_the_context_is_being_destroyed) {
    for (int round = 0; round < 200; ++round) {
        std::stop_source stop;
        auto doomed = std::make_unique<net::io_context>();
        for (int i = 0; i < 3; ++i)
            ha::async_receive(*doomed, receiver, {soon(), stop.get_token()}, [](const auto&) {});
        run_until_all_wait(*doomed);
        std::thread stopping([&] { stop.request_stop(); });
        doomed.reset();
        stopping.join();
    }
    BOOST_TEST((receiver.try_receive().error() == Errc::empty));
}

BOOST_AUTO_TEST_CASE(what_an_undelivered_result_holds_is_given_back) {
    send(sender, "hello");
    {
        net::io_context doomed;
        ha::async_receive(io, receiver, net::bind_executor(doomed.get_executor(), outcome.handler()));
        io.run();  // taken; the handler waits for its turn
        BOOST_TEST(sender.state().taken == 1U);
    }
    BOOST_TEST(!outcome.came());
    BOOST_TEST(receive(receiver).deliveries() == 2U);
}

#if BOOST_ASIO_VERSION >= 101900
BOOST_AUTO_TEST_CASE(a_cancellation_slot_ends_it_with_stopped) {
    net::cancellation_signal signal;
    ha::async_receive(io, receiver, net::bind_cancellation_slot(signal.slot(), outcome.handler()));
    run_until_all_wait(io);
    signal.emit(net::cancellation_type::total);
    BOOST_TEST(!outcome.came());
    check_refused(await(outcome), Errc::stopped, "cancelled");
    signal.emit(net::cancellation_type::total);
    check_completed_once();
}
#endif

BOOST_AUTO_TEST_SUITE_END()
