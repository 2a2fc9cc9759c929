// Senders killed at every stage of a request. In each: no process hangs, what was sent is delivered whole, slots come
// back.
#include "fixture.hpp"

BOOST_AUTO_TEST_SUITE(sender_deaths)

using namespace handoff;
using namespace handoff::test;

BOOST_FIXTURE_TEST_CASE(killed_with_a_loan, Channel) {
    Sender survivor = sender();
    Receiver worker = receiver();
    Child target([&](Checkpoints& checkpoints) {
        Sender sender_ = sender();
        const Loan first = sender_.loan(soon).value();
        const Loan second = sender_.loan(soon).value();
        fill(first.payload(), 1);
        checkpoints.stop_at("holding");
    });
    target.wait_for("holding");
    BOOST_TEST(survivor.state().loaned == 2U);
    target.kill();

    // A sender that needs the slots gets them at once, without waiting for a tick.
    std::vector<Loan> all;
    for (std::uint32_t i = 0; i < slots; ++i) all.push_back(survivor.loan(soon).value());
    all.clear();
    BOOST_TEST(worker.try_receive().error() == Errc::empty);  // a loan that was never sent is no message
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(killed_after_sending, Channel) {
    Receiver worker = receiver();
    Child target([&](Checkpoints& checkpoints) {
        Sender sender_ = sender();
        for (std::uint64_t id = 1; id <= 3; ++id) sender_.send(message(sender_, id)).value();
        auto pending = sender_.request_async(message(sender_, 4)).value();
        checkpoints.stop_at("sent");
    });
    target.wait_for("sent");
    target.kill();
    for (std::uint64_t id = 1; id <= 4; ++id) BOOST_TEST(serve_one(worker) == id);
    BOOST_TEST(worker.receive(soon).error() == Errc::end_of_stream);
    Sender survivor = sender();
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(killed_while_it_waits_for_processed, Channel) {
    Receiver worker = receiver();
    Child target([&](Checkpoints& checkpoints) {
        Sender sender_ = sender();
        Loan loan = message(sender_, 7);
        checkpoints.reach("waiting");
        (void)sender_.request(std::move(loan), soon);
    });
    target.wait_for("waiting");
    Request request = worker.receive(soon).value();
    target.kill();

    Sender survivor = sender();  // takes the place of the dead one in the table, perhaps
    auto other = survivor.request_async(message(survivor, 8)).value();
    BOOST_TEST(is_whole(request.payload()));
    BOOST_TEST(request.processed(std::size_t{0}).has_value());
    BOOST_TEST(!other.was_answered());  // the answer to the dead one is not the answer to its successor
    BOOST_TEST(serve_one(worker) == 8U);
    BOOST_TEST(id_of(other.wait(soon).value().reply()) == 8U);
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(killed_before_it_collects_the_answer, Channel) {
    Receiver worker = receiver();
    Child target([&](Checkpoints& checkpoints) {
        Sender sender_ = sender();
        auto first = sender_.request_async(message(sender_, 1)).value();
        auto second = sender_.request_async(message(sender_, 2)).value();
        const auto processed = first.wait(soon).value();
        HANDOFF_REQUIRE_EVENTUALLY(second.was_answered());
        checkpoints.stop_at("answered");
    });
    BOOST_TEST(serve_one(worker) == 1U);
    BOOST_TEST(serve_one(worker) == 2U);
    target.wait_for("answered");
    BOOST_TEST(worker.state().answered == 2U);
    target.kill();
    Sender survivor = sender();
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(killed_while_it_waits_for_a_slot, Channel) {
    Sender survivor = sender();
    Receiver worker = receiver();
    std::vector<Loan> all;
    for (std::uint32_t i = 0; i < slots; ++i) all.push_back(message(survivor, i));
    Child target([&](Checkpoints& checkpoints) {
        Sender sender_ = sender();
        checkpoints.reach("waiting");
        (void)sender_.loan(soon);
    });
    target.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(survivor.state().senders == 2);
    target.kill();
    // Every release notifies the condition on which the dead one slept.
    for (Loan& loan : all) survivor.send(std::move(loan)).value();
    all.clear();
    for (std::uint64_t id = 0; id < slots; ++id) BOOST_TEST(serve_one(worker) == id);
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(the_last_sender_killed_ends_the_stream, Channel) {
    Receiver worker = receiver();
    Child target([&](Checkpoints& checkpoints) {
        Sender sender_ = sender();
        sender_.send(message(sender_, 1)).value();
        checkpoints.stop_at("sent");
    });
    target.wait_for("sent");
    BOOST_TEST(serve_one(worker) == 1U);
    Child waiter([&](Checkpoints& checkpoints) {
        Receiver second = receiver();
        checkpoints.reach("waiting");
        BOOST_TEST(second.receive(soon).error() == Errc::end_of_stream);
    });
    waiter.wait_for("waiting");
    HANDOFF_REQUIRE_EVENTUALLY(worker.state().receivers == 2);
    target.kill();
    waiter.wait();
    BOOST_TEST(worker.receive(soon).error() == Errc::end_of_stream);
}

BOOST_AUTO_TEST_SUITE_END()
