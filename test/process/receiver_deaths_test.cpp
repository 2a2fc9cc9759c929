// Receivers killed at every stage of a request. In each: the request is delivered again, whole, and counted.
#include "fixture.hpp"

BOOST_AUTO_TEST_SUITE(receiver_deaths)

using namespace handoff;
using namespace handoff::test;

BOOST_FIXTURE_TEST_CASE(killed_while_it_waits_and_five_more_wake_ups, Channel) {
    Sender survivor = sender();
    Child target([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        checkpoints.reach("waiting");
        (void)receiver_.receive(soon);
    });
    target.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(survivor.state().receivers == 1);
    target.kill();

    Child worker([&](Checkpoints&) {
        Receiver receiver_ = receiver();
        for (int round = 0; round < 8; ++round) serve_one(receiver_);
    });
    for (std::uint64_t round = 0; round < 8; ++round) {
        auto processed = survivor.request(message(survivor, round), soon);
        BOOST_REQUIRE(processed);
        BOOST_TEST(id_of(processed->reply()) == round);
    }
    worker.wait();
    Receiver last = receiver();
    check_works(survivor, last);
}

BOOST_FIXTURE_TEST_CASE(killed_after_taking, Channel) {
    Sender survivor = sender();
    auto pending = survivor.request_async(message(survivor, 5)).value();
    Child target([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        const Request request = receiver_.receive(soon).value();
        BOOST_TEST(request.deliveries() == 1U);
        checkpoints.stop_at("taken");
    });
    target.wait_for("taken");
    BOOST_TEST(survivor.state().taken == 1U);
    target.kill();

    Receiver worker = receiver();
    Request again = worker.receive(soon).value();
    BOOST_TEST(again.deliveries() == 2U);
    BOOST_TEST(again.sequence() == 1U);
    BOOST_TEST(is_whole(again.payload()));
    BOOST_TEST(again.processed(std::size_t{0}).has_value());
    auto processed = pending.wait(soon);
    BOOST_REQUIRE(processed);
    BOOST_TEST(processed->deliveries() == 2U);
    BOOST_TEST(survivor.state().redelivered == 1U);
    { const auto gone = std::move(processed); }
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(killed_after_taking_while_the_sender_and_another_receiver_already_wait, Channel) {
    Sender survivor = sender();
    Child target([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        const Request request = receiver_.receive(soon).value();
        checkpoints.stop_at("taken");
    });
    auto pending = survivor.request_async(message(survivor, 5)).value();
    target.wait_for("taken");
    Child worker([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        checkpoints.reach("waiting");
        BOOST_TEST(serve_one(receiver_) == 5U);
    });
    worker.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(survivor.state().receivers == 2);
    target.kill();
    auto processed = pending.wait(soon);  // one of the waiting ones finds the dead at its tick
    BOOST_REQUIRE(processed);
    BOOST_TEST(id_of(processed->reply()) == 5U);
    worker.wait();
}

BOOST_FIXTURE_TEST_CASE(killed_while_writing_the_reply, Channel) {
    Sender survivor = sender();
    auto pending = survivor.request_async(message(survivor, 6)).value();
    Child target([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        const Request request = receiver_.receive(soon).value();
        fill(request.reply().first(request.reply().size() / 2), 999);
        checkpoints.stop_at("half written");
    });
    target.wait_for("half written");
    target.kill();
    Receiver worker = receiver();
    BOOST_TEST(serve_one(worker) == 6U);
    auto processed = pending.wait(soon);
    BOOST_REQUIRE(processed);
    BOOST_TEST(id_of(processed->reply()) == 6U);
    BOOST_TEST(is_whole(processed->reply()));
    BOOST_TEST(is_whole(processed->payload()));
    { const auto gone = std::move(processed); }
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(killed_while_editing_in_place_is_a_failure, Channel) {
    shape.in_place = true;
    Sender survivor = sender();
    auto pending = survivor.request_async(message(survivor, 6)).value();
    Child target([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        Request request = receiver_.receive(soon).value();
        fill(request.editable().value().first(100), 999);
        checkpoints.stop_at("half edited");
    });
    target.wait_for("half edited");
    target.kill();
    const auto outcome = pending.wait(soon);
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error() == Errc::failed);
    BOOST_TEST(outcome.error().message().find("died while editing") != std::string::npos);
    Receiver worker = receiver();
    BOOST_TEST(worker.try_receive().error() == Errc::empty);
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(a_request_that_kills_every_receiver_is_given_up, Channel) {
    shape.max_deliveries = 3;
    Sender survivor = sender();
    auto pending = survivor.request_async(message(survivor, 13)).value();
    for (std::uint32_t delivery = 1; delivery <= 3; ++delivery) {
        Child target([&](Checkpoints& checkpoints) {
            Receiver receiver_ = receiver();
            const Request request = receiver_.receive(soon).value();
            BOOST_TEST(request.deliveries() == delivery);
            checkpoints.stop_at("taken");
        });
        target.wait_for("taken");
        target.kill();
    }
    const auto outcome = pending.wait(soon);
    BOOST_REQUIRE(!outcome);
    BOOST_TEST(outcome.error() == Errc::given_up);
    BOOST_TEST(survivor.state().given_up == 1U);
    Receiver worker = receiver();
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(a_stopped_receiver_keeps_what_it_holds_and_disturbs_nobody, Channel) {
    Sender survivor = sender();
    Child stopped([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        Request request = receiver_.receive(soon).value();
        checkpoints.stop_at("taken");
        fill(request.reply(), 1);
        BOOST_TEST(request.processed(request.reply().size()).has_value());
    });
    auto pending = survivor.request_async(message(survivor, 1)).value();
    stopped.wait_for("taken");
    stopped.stop();

    Receiver worker = receiver();
    for (std::uint64_t id = 10; id < 40; ++id) {  // more than there are slots: the others go round and round
        auto other = survivor.request_async(message(survivor, id)).value();
        BOOST_TEST(serve_one(worker) == id);
        BOOST_TEST(id_of(other.wait(soon).value().reply()) == id);
    }
    const auto early = pending.wait(250ms);  // two ticks: slowness is not death
    BOOST_REQUIRE(!early);
    BOOST_TEST(early.error() == Errc::timed_out);
    BOOST_TEST(early.error().message().find("(pid " + std::to_string(stopped.pid()) + ")") != std::string::npos);
    BOOST_TEST(worker.try_receive().error() == Errc::empty);

    stopped.resume();
    stopped.go_on();
    auto processed = pending.wait(soon);
    BOOST_REQUIRE(processed);
    BOOST_TEST(processed->deliveries() == 1U);
    BOOST_TEST(is_whole(processed->reply()));
    stopped.wait();
    { const auto gone = std::move(processed); }
    check_works(survivor, worker);
}

BOOST_AUTO_TEST_SUITE_END()
