// Deadlines: the message when they pass, and extreme values.
#include <limits>
#include <thread>

#include "conformance/fixture.hpp"

namespace timeout_test {

using namespace conformance;
using handoff::Deadline;
using handoff::Errc;
using handoff::Receiver;
using handoff::Sender;

constexpr auto past = std::chrono::steady_clock::time_point(1ns);

std::string own_program() {
    return boost::unit_test::framework::master_test_suite().argv[0];
}

}  // namespace timeout_test

BOOST_FIXTURE_TEST_SUITE(timeout_test, Channel)

BOOST_DATA_TEST_CASE(a_full_channel_says_who_holds_its_slots, policies, policy) {
    Sender sender(name, shape, {.wait = policy});
    Receiver receiver = this->receiver();
    for (const char* message : {"1", "2", "3"}) send(sender, message);
    auto request = receive(receiver);
    auto loan = sender.loan(soon()).value();
    const auto refused = sender.loan(20ms);
    const std::string pid = "(pid " + std::to_string(getpid()) + ")";
    const std::string program = own_program().substr(own_program().rfind('/') + 1);
    check_refused(refused, Errc::timed_out, "4 of 4 slots in use");
    check_refused(refused, Errc::timed_out, "1 taken by " + program.substr(0, 15));
    check_refused(refused, Errc::timed_out, "1 on loan to " + program.substr(0, 15));
    check_refused(refused, Errc::timed_out, pid);
    check_refused(refused, Errc::timed_out, "2 unread");
    check_refused(refused, Errc::timed_out, name.str());
    BOOST_TEST(sender.who_holds().find(pid) != std::string::npos);
    BOOST_TEST(receiver.who_holds().find("2 unread") != std::string::npos);
    request.processed().value();
    for (int i = 0; i < 2; ++i) receive(receiver).processed().value();
}

BOOST_AUTO_TEST_CASE(an_uncollected_answer_is_named_as_what_it_is) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    const auto pending = request_async(sender, "x");
    receive(receiver).processed().value();
    BOOST_TEST(sender.who_holds().find("1 answered") != std::string::npos, sender.who_holds());
    BOOST_TEST(sender.state().answered == 1U);
}

BOOST_DATA_TEST_CASE(an_empty_channel_says_who_is_there, policies, policy) {
    Sender sender = this->sender();
    Receiver receiver(name, {.wait = policy});
    const auto refused = receiver.receive(20ms);
    check_refused(refused, Errc::timed_out, "1 senders attached");
    check_refused(refused, Errc::timed_out, name.str());
    check_refused(receiver.try_receive(), Errc::empty);
}

BOOST_DATA_TEST_CASE(waiting_for_a_receiver, policies, policy) {
    Sender sender(name, shape, {.wait = policy});
    check_refused(sender.wait_for_receiver(20ms), Errc::timed_out, "Start one");
    std::thread coming([&] {
        Receiver receiver(name, {.wait = policy});
        receive(receiver).processed().value();
    });
    sender.wait_for_receiver(soon()).value();
    sender.wait_for_receiver(soon()).value();
    send(sender, "go home");
    coming.join();
    check_refused(sender.wait_for_receiver(Deadline::now()), Errc::timed_out);
}

BOOST_DATA_TEST_CASE(a_deadline_is_kept_and_not_too_late, policies, policy) {
    Receiver receiver(name, shape, {.wait = policy});
    const auto start = std::chrono::steady_clock::now();
    check_refused(receiver.receive(150ms), Errc::timed_out);  // longer than a tick
    const auto waited = std::chrono::steady_clock::now() - start;
    BOOST_TEST((waited >= 150ms));
    BOOST_TEST((waited < handoff::testing::scaled(5s)));
}

BOOST_AUTO_TEST_CASE(deadlines_that_are_over_look_once) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    for (const Deadline& over : {Deadline(-1s), Deadline(0s), Deadline::now(), Deadline(past),
                                 Deadline(std::chrono::nanoseconds::min()), Deadline(std::chrono::hours::min()),
                                 Deadline(std::chrono::duration<double>(-std::numeric_limits<double>::infinity()))}) {
        check_refused(receiver.receive(over), Errc::timed_out);
        check_refused(sender.request(loan_with(sender, "x"), over), Errc::timed_out, "withdrawn");
        send(sender, "there");
        auto request = receiver.receive(over).value();
        BOOST_TEST(text(request.payload()) == "there");
        request.processed().value();
        BOOST_TEST(sender.loan(over).has_value());
    }
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(deadlines_beyond_the_clock_mean_never) {
    using Seconds = std::chrono::duration<double>;
    for (const Deadline& never :
         {Deadline::never(), Deadline(std::chrono::hours::max()), Deadline(std::chrono::nanoseconds::max()),
          Deadline(Seconds(1e300)), Deadline(Seconds(std::numeric_limits<double>::infinity())),
          Deadline(Seconds(std::numeric_limits<double>::quiet_NaN()))}) {
        BOOST_TEST(never.is_never());
        Sender sender = this->sender();
        send(sender, "there");
        Receiver receiver = this->receiver();
        receiver.receive(never).value().processed().value();
    }
}

BOOST_AUTO_TEST_CASE(deadlines_in_every_unit_are_the_same_moment) {
    const auto at = std::chrono::steady_clock::now() + 2h;
    const auto off = [&](const Deadline& deadline) {
        return std::chrono::abs(std::chrono::nanoseconds(deadline.at_ns()) - at.time_since_epoch());
    };
    BOOST_TEST((off(Deadline(at)) == 0ns));
    for (const Deadline& same :
         {Deadline(2h), Deadline(7200s), Deadline(7200000ms), Deadline(std::chrono::duration<double>(7200.0))})
        BOOST_TEST((off(same) < 60s));
}

BOOST_AUTO_TEST_SUITE_END()
