// The operations of each handle, untyped and typed.
#include <handoff/asio.hpp>

#include <boost/asio/use_future.hpp>

#include <filesystem>
#include <future>
#include <vector>

#include "asio/fixture.hpp"

namespace handles_test {

using namespace asio_test;
using handoff::Loan;
using handoff::Message;
using handoff::Processed;

struct Point {
    int x, y;
};

struct Loop {
    net::io_context io;
    handoff::testing::UniqueName unique{"asio"};

    template <class T>
    result<T>& await(Outcome<T>& outcome) {
        return asio_test::await(io, outcome);
    }
};
struct OnTopic : Topic, Loop {
    handoff::Publisher publisher = Topic::publisher();
    handoff::Subscriber subscriber = Topic::subscriber({.pins = 3});
};

}  // namespace handles_test

BOOST_AUTO_TEST_SUITE(handles_test)

BOOST_FIXTURE_TEST_CASE(the_next_message_is_the_oldest_and_the_newest_the_last, OnTopic) {
    Outcome<Message> first, second, third, last;
    ha::async_next(io, subscriber, first.handler());
    run_until_all_wait(io);
    BOOST_TEST(!first.came());
    publish_numbers(publisher, 1, 4);
    check_message(await(first), "1", 1, 0);
    ha::async_next(io, subscriber, soon(), second.handler());
    check_message(await(second), "2", 2, 0);
    ha::async_newest(io, subscriber, soon(), third.handler());
    check_message(await(third), "4", 4, 1);
    first.value.reset();  // and its pin
    ha::async_newest(io, subscriber, last.handler());
    run_until_all_wait(io);
    BOOST_TEST(!last.came());
    publish_numbers(publisher, 5, 5);
    check_message(await(last), "5", 5, 0);
}

BOOST_FIXTURE_TEST_CASE(a_subscriber_without_a_pin_left_is_refused_and_does_not_wait, OnTopic) {
    handoff::Subscriber one_pin = Topic::subscriber({.pins = 1});
    publish_numbers(publisher, 1, 2);
    Outcome<Message> held, refused;
    ha::async_next(io, one_pin, held.handler());
    check_message(await(held), "1", 1, 0);
    ha::async_next(io, one_pin, refused.handler());
    check_refused(await(refused), Errc::full);
}

BOOST_FIXTURE_TEST_CASE(a_read_only_subscriber_says_that_it_cannot_pin, OnTopic) {
    handoff::Subscriber read_only = Topic::subscriber({.read_only = true});
    publish_numbers(publisher, 1, 1);
    Outcome<Message> refused;
    ha::async_next(io, read_only, refused.handler());
    check_refused(await(refused), Errc::invalid_argument);
}

BOOST_FIXTURE_TEST_CASE(a_slot_that_becomes_free_is_loaned, Pair) {
    std::vector<Loan> all(sender.info().slot_count);
    BOOST_TEST_REQUIRE(sender.loan(std::span(all), soon()).value() == all.size());
    Outcome<Loan> waiting, late;
    ha::async_loan(io, sender, waiting.handler());
    ha::async_loan(io, sender, 1ms, late.handler());
    check_refused(await(late), Errc::timed_out, "no slot of");
    BOOST_TEST(!waiting.came());
    all.pop_back();
    Loan& loan = await(waiting).value();
    BOOST_TEST(loan.payload().size() == 256U);
    sender.send(std::move(loan)).value();
}

BOOST_FIXTURE_TEST_CASE(an_answer_is_waited_for_again_after_a_deadline_and_a_stop, Pair) {
    handoff::Pending pending = request_async(sender, "question");
    std::stop_source source;
    Outcome<Processed> late, stopped, answered, empty;
    ha::async_wait(io, pending, 1ms, late.handler());
    check_refused(await(late), Errc::timed_out, "was not processed in time");
    ha::async_wait(io, pending, source.get_token(), stopped.handler());
    run_until_all_wait(io);
    source.request_stop();
    check_refused(await(stopped), Errc::stopped);
    ha::async_wait(io, pending, answered.handler());
    run_until_all_wait(io);
    BOOST_TEST(!answered.came());
    receive(receiver).processed(bytes("answer")).value();
    BOOST_TEST(text(await(answered)->reply()) == "answer");
    ha::async_wait(io, pending, empty.handler());
    check_refused(await(empty), Errc::invalid_handle);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_is_there_already_is_delivered, Pair) {
    handoff::Pending pending = request_async(sender, "question");
    receive(receiver).failed("no idea").value();
    Outcome<Processed> failed;
    ha::async_wait(io, pending, failed.handler());
    check_refused(await(failed), Errc::failed, "no idea");
}

BOOST_FIXTURE_TEST_CASE(a_pending_that_is_given_away_lives_as_long_as_its_operation, Pair) {
    Outcome<Processed> answered, late;
    ha::async_wait(io, request_async(sender, "question"), soon(), answered.handler());
    run_until_all_wait(io);
    handoff::Request request = receive(receiver);
    BOOST_TEST(request.awaited());
    request.processed(bytes("answer")).value();
    BOOST_TEST(text(await(answered)->reply()) == "answer");

    ha::async_wait(io, request_async(sender, "another"), 1ms, late.handler());
    check_refused(await(late), Errc::timed_out);
    BOOST_TEST(!receive(receiver).awaited());  // it was dropped before the handler was called, and stays sent
}

BOOST_FIXTURE_TEST_CASE(a_channel_whose_name_is_removed_ends_what_waits_for_it, Pair) {
    handoff::Pending pending = request_async(sender, "question");
    const handoff::Request taken = receive(receiver);
    Outcome<handoff::Request> request;
    Outcome<Processed> processed;
    ha::async_receive(io, receiver, request.handler());
    ha::async_wait(io, pending, processed.handler());
    run_until_all_wait(io);
    for (const auto& file : name.left_behind()) std::filesystem::remove(file);
    check_refused(await(request), Errc::removed);
    check_refused(await(processed), Errc::removed);
}

BOOST_FIXTURE_TEST_CASE(typed_channels_do_all_of_it, Loop) {
    handoff::TypedSender<Point, int> sender(unique.str());
    handoff::TypedReceiver<Point, int> receiver(unique.str());
    Outcome<handoff::TypedLoan<Point>> loan;
    ha::async_loan(io, sender, loan.handler());
    **await(loan) = {3, 4};
    auto pending = sender.request_async(std::move(*loan.value).value()).value();
    Outcome<handoff::TypedRequest<Point, int>> request;
    Outcome<int> reply;
    ha::async_wait(io, pending, soon(), reply.handler());
    ha::async_receive(io, receiver, request.handler());
    await(request)->processed((**request.value)->x + (**request.value)->y).value();
    BOOST_TEST(*await(reply) == 7);

    Outcome<handoff::TypedRequest<Point, int>> refused;
    sender.untyped().send(bytes("x"), soon()).value();
    ha::async_receive(io, receiver, refused.handler());
    check_refused(await(refused), Errc::mismatch);
}

BOOST_FIXTURE_TEST_CASE(typed_subscribers_do_all_of_it, Loop) {
    handoff::TypedPublisher<Point> publisher(unique.str());
    handoff::TypedSubscriber<Point> subscriber(unique.str(), {.pins = 2});
    Outcome<handoff::TypedMessage<Point>> next, newest;
    ha::async_next(io, subscriber, next.handler());
    run_until_all_wait(io);
    publisher.publish({1, 2}).value();
    BOOST_TEST((*await(next))->y == 2);
    publisher.publish({3, 4}).value();
    ha::async_newest(io, subscriber, soon(), newest.handler());
    BOOST_TEST((*await(newest))->y == 4);
}

BOOST_FIXTURE_TEST_CASE(a_newer_value_is_delivered_once, Loop) {
    handoff::Latest<Point> writer(unique.str()), reader(unique.str());
    Outcome<handoff::Stamped<Point>> first, second, late;
    writer.write({1, 2}).value();
    ha::async_wait_newer(io, reader, soon(), first.handler());
    BOOST_TEST(await(first)->value.x == 1);
    ha::async_wait_newer(io, reader, 1ms, late.handler());
    check_refused(await(late), Errc::timed_out);
    ha::async_wait_newer(io, reader, second.handler());
    run_until_all_wait(io);
    BOOST_TEST(!second.came());
    writer.write({3, 4}).value();
    BOOST_TEST(await(second)->sequence == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
