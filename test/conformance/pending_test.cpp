// Stopping to wait: dropped, withdrawn, timed out, waited for again.
#include <atomic>
#include <limits>
#include <thread>

#include "conformance/fixture.hpp"

namespace pending_test {

using namespace conformance;
using handoff::Deadline;
using handoff::Errc;
using handoff::Receiver;
using handoff::Sender;
using handoff::Withdrawn;

struct Fixture : Channel {
    Sender sending = sender();
    Receiver receiving = receiver();

    void check_nothing_to_receive() { check_refused(receiving.try_receive(), Errc::empty); }
};

}  // namespace pending_test

BOOST_FIXTURE_TEST_SUITE(pending_test, Fixture)

BOOST_AUTO_TEST_CASE(dropped_unread_it_stays_sent) {
    { const auto dropped = request_async(sending, "stays"); }
    auto request = receive(receiving);
    BOOST_TEST(text(request.payload()) == "stays");
    request.processed(bytes("to nobody")).value();
    check_all_free(sending);
}

BOOST_AUTO_TEST_CASE(dropped_while_taken_the_answer_frees_the_slot) {
    auto pending = std::make_unique<handoff::Pending>(request_async(sending, "x"));
    auto request = receive(receiving);
    pending.reset();
    BOOST_TEST(sending.state().taken == 1U);
    request.processed().value();
    check_all_free(sending);
}

BOOST_AUTO_TEST_CASE(dropped_after_the_answer_the_slot_is_free) {
    {
        const auto pending = request_async(sending, "x");
        receive(receiving).processed().value();
        BOOST_TEST(sending.state().answered == 1U);
    }
    BOOST_TEST(sending.state().free == 4U);
}

BOOST_AUTO_TEST_CASE(withdrawn_unread_nobody_sees_it) {
    auto pending = request_async(sending, "never seen");
    BOOST_TEST((pending.withdraw().value() == Withdrawn::taken_back));
    BOOST_TEST(sending.state().free == 4U);
    check_nothing_to_receive();
    check_refused(pending.withdraw(), Errc::invalid_handle);
    check_refused(pending.wait(soon()), Errc::invalid_handle);
    BOOST_TEST(pending.was_answered());  // wait() would return at once
    send(sending, "seen");
    BOOST_TEST(text(receive(receiving).payload()) == "seen");
    receive(receiving).processed().value();
}

BOOST_AUTO_TEST_CASE(withdrawn_too_late_it_is_left_to_the_receiver) {
    auto pending = request_async(sending, "x");
    auto request = receive(receiving);
    BOOST_TEST((pending.withdraw().value() == Withdrawn::with_receiver));
    BOOST_TEST(sending.state().taken == 1U);
    request.processed().value();
    BOOST_TEST(sending.state().free == 4U);
}

BOOST_AUTO_TEST_CASE(withdrawn_after_the_answer_the_slot_is_free) {
    auto pending = request_async(sending, "x");
    receive(receiving).processed().value();
    BOOST_TEST((pending.withdraw().value() == Withdrawn::answered));
    BOOST_TEST(sending.state().free == 4U);
}

BOOST_AUTO_TEST_CASE(many_withdrawn_requests_leave_the_unread_one_at_the_head) {
    send(sending, "oldest");
    for (int i = 0; i < 5'000; ++i)
        BOOST_TEST_REQUIRE((request_async(sending, "withdrawn").withdraw().value() == Withdrawn::taken_back));
    send(sending, "later");
    send(sending, "latest");
    for (const char* expected : {"oldest", "later", "latest"}) {
        auto request = receive(receiving);
        BOOST_TEST(text(request.payload()) == expected);
        request.processed().value();
    }
    check_nothing_to_receive();
    check_all_free(sending);
}

BOOST_AUTO_TEST_CASE(a_wait_that_timed_out_can_be_repeated) {
    auto pending = request_async(sending, "x");
    check_refused(pending.wait(1ms), Errc::timed_out, "unread");
    BOOST_TEST(!pending.was_answered());
    auto request = receive(receiving);
    check_refused(pending.wait(1ms), Errc::timed_out, "taken by");
    check_refused(pending.wait(Deadline::now()), Errc::timed_out);
    request.processed(bytes("at last")).value();
    BOOST_TEST(text(pending.wait(soon())->reply()) == "at last");
    check_refused(pending.wait(soon()), Errc::invalid_handle);
}

BOOST_AUTO_TEST_CASE(a_request_that_nobody_takes_in_time_is_withdrawn) {
    check_refused(sending.request(loan_with(sending, "never seen"), 20ms), Errc::timed_out, "withdrawn");
    BOOST_TEST(sending.state().free == 4U);
    check_nothing_to_receive();
}

BOOST_DATA_TEST_CASE(a_request_that_is_not_processed_in_time_is_left_to_its_receiver, policies, policy) {
    Sender impatient(name, shape, {.wait = policy});
    std::atomic<bool> given_up = false;
    std::thread slow([&] {
        auto request = receive(receiving);
        HANDOFF_CHECK_EVENTUALLY(given_up.load());
        BOOST_TEST(text(request.payload()) == "slow work");  // still whole, still ours
        request.processed(bytes("late")).value();
    });
    auto loan = loan_with(impatient, "slow work");
    auto outcome = impatient.request(std::move(loan), handoff::testing::scaled(500ms));
    given_up = true;
    slow.join();
    check_refused(outcome, Errc::timed_out, "taken by");
    check_refused(outcome, Errc::timed_out, std::to_string(getpid()));
    check_all_free(impatient);
}

BOOST_DATA_TEST_CASE(a_sender_that_gives_up_never_disturbs_the_next_one_in_the_same_slot, policies, policy) {
    shape.slot_count = 1;
    handoff::testing::UniqueName narrow("narrow");
    Sender impatient(narrow, shape, {.wait = policy}), patient(narrow, shape, {.wait = policy});
    std::atomic<bool> done = false;
    std::atomic<int> attempts = 0;
    std::thread giving_up([&] {
        while (!done)
            if (auto loan = impatient.try_loan()) {
                auto pending = impatient.request_async(std::move(*loan));
                ++attempts;
                (void)pending->withdraw();
            }
    });
    std::thread answering([&] {
        Receiver receiver(narrow, {.wait = policy});
        while (!done)
            if (auto request = receiver.receive(10ms)) request->processed().value();
    });
    const int rounds = policy == handoff::WaitPolicy::busy ? 60 : 300;  // three threads that spin share few cores
    int answered = 0;
    for (int round = 0; round < rounds; ++round) {
        // Take the slot at the moment at which the other one lets go of it.
        const int seen = attempts;
        BOOST_TEST(handoff::testing::eventually([&] { return attempts != seen; }));
        auto processed = patient.request(loan_with(patient, "patient"), soon());
        if (processed.has_value()) ++answered;
    }
    done = true;
    giving_up.join();
    answering.join();
    BOOST_TEST(answered == rounds);
}

BOOST_AUTO_TEST_CASE(a_pending_that_is_overwritten_is_dropped) {
    auto pending = request_async(sending, "first");
    pending = request_async(sending, "second");
    receive(receiving).processed(bytes("1")).value();
    receive(receiving).processed(bytes("2")).value();
    BOOST_TEST(text(pending.wait(soon())->reply()) == "2");
    check_all_free(sending);
}

BOOST_AUTO_TEST_SUITE_END()
