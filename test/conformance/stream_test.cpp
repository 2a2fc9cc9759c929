// The order of arrivals and departures, and what stays.
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "conformance/fixture.hpp"

BOOST_FIXTURE_TEST_SUITE(stream_test, conformance::Channel)

using namespace conformance;
using handoff::Errc;
using handoff::Lifetime;
using handoff::Receiver;
using handoff::Sender;

BOOST_DATA_TEST_CASE(the_end_of_the_stream_is_said_once, policies, policy) {
    Receiver receiver(name, shape, {.wait = policy});
    {
        Sender sender = this->sender();
        send(sender, "1");
        send(sender, "2");
    }
    for (const char* expected : {"1", "2"}) {
        auto request = receive(receiver);
        BOOST_TEST(text(request.payload()) == expected);
        request.processed().value();
    }
    check_refused(receiver.receive(soon()), Errc::end_of_stream);
    check_refused(receiver.receive(20ms), Errc::timed_out, "0 senders attached");
    check_refused(receiver.try_receive(), Errc::empty);
    Sender again = this->sender();
    send(again, "3");
    receive(receiver).processed().value();
}

BOOST_DATA_TEST_CASE(a_waiting_receiver_is_told_when_the_last_sender_leaves, policies, policy) {
    Receiver receiver(name, shape, {.wait = policy});
    auto one = std::make_unique<Sender>(sender()), two = std::make_unique<Sender>(sender());
    one.reset();
    check_refused(receiver.receive(20ms), Errc::timed_out, "1 senders attached");
    std::thread leaving([&] { two.reset(); });
    check_refused(receiver.receive(soon()), Errc::end_of_stream);
    leaving.join();
}

BOOST_AUTO_TEST_CASE(polling_is_told_the_end_once_too_and_each_receiver_is) {
    Receiver one(name, shape), two(name);
    { Sender sender = this->sender(); }
    check_refused(one.try_receive(), Errc::end_of_stream);
    check_refused(one.try_receive(), Errc::empty);
    check_refused(two.try_receive(), Errc::end_of_stream);
    check_refused(two.try_receive(), Errc::empty);
    { Sender sender = this->sender(); }
    check_refused(one.try_receive(), Errc::end_of_stream);
}

BOOST_AUTO_TEST_CASE(a_stream_that_never_began_has_no_end) {
    Receiver receiver(name, shape);
    check_refused(receiver.try_receive(), Errc::empty);
    check_refused(receiver.receive(20ms), Errc::timed_out);
}

BOOST_AUTO_TEST_CASE(an_end_before_we_came_is_no_news_unless_it_left_something) {
    Receiver early(name, shape);
    { Sender sender = this->sender(); }
    Receiver late(name);
    check_refused(late.try_receive(), Errc::empty);
    check_refused(early.try_receive(), Errc::end_of_stream);
    {
        Sender sender = this->sender();
        send(sender, "left");
    }
    Receiver latest(name);
    receive(latest).processed().value();
    check_refused(latest.try_receive(), Errc::end_of_stream);
}

BOOST_AUTO_TEST_CASE(either_may_come_first) {
    Receiver early(name, shape);
    Sender sender = this->sender();
    Receiver late = this->receiver();
    send(sender, "1");
    send(sender, "2");
    receive(early).processed().value();
    receive(late).processed().value();
}

BOOST_AUTO_TEST_CASE(a_receiver_waits_for_a_channel_that_is_created_later) {
    std::thread creating([&] {
        Sender sender = this->sender();
        sender.wait_for_receiver(soon()).value();
        send(sender, "welcome");
        check_all_free(sender);
    });
    Receiver receiver(name, {.attach_timeout = long_timeout});
    receive(receiver).processed().value();
    creating.join();
}

BOOST_AUTO_TEST_CASE(what_is_unread_stays_when_everybody_leaves) {
    {
        Sender sender = this->sender();
        send(sender, "for whoever comes");
    }
    BOOST_TEST(!name.left_behind().empty());
    Receiver receiver = this->receiver();
    auto request = receive(receiver);
    BOOST_TEST(text(request.payload()) == "for whoever comes");
    request.processed().value();
    check_refused(receiver.try_receive(), Errc::end_of_stream);
}

BOOST_AUTO_TEST_CASE(an_unread_request_of_a_sender_that_left_is_still_answered) {
    {
        Sender sender = this->sender();
        { const auto dropped = request_async(sender, "x"); }
    }
    Receiver receiver = this->receiver();
    receive(receiver).processed(bytes("to nobody")).value();
    BOOST_TEST(receiver.state().free == 4U);
}

BOOST_AUTO_TEST_CASE(a_persistent_channel_stays) {
    shape.lifetime = Lifetime::persistent;
    { BOOST_TEST((sender().info().lifetime == Lifetime::persistent)); }
    BOOST_TEST(!name.left_behind().empty());
    {
        Receiver receiver = this->receiver();
        BOOST_TEST((receiver.info().lifetime == Lifetime::persistent));
        BOOST_TEST(receiver.state().free == 4U);
    }
    for (const auto& file : name.left_behind()) std::filesystem::remove(file);
}

BOOST_AUTO_TEST_CASE(a_channel_that_is_large_enough_keeps_its_shape) {
    Sender first = sender();
    shape.slot_count = 3;
    shape.payload_bytes = 10;
    shape.reply_bytes = 0;
    shape.participants = 7;
    shape.max_deliveries = 10;
    const auto info = sender().info();
    BOOST_TEST(info.name == name.str());
    BOOST_TEST(info.slot_count == 4U);
    BOOST_TEST(info.payload_bytes == 256U);
    BOOST_TEST(info.reply_bytes == 64U);
    BOOST_TEST(info.participants == 32U);
    BOOST_TEST(info.max_deliveries == 10U);
    BOOST_TEST(!info.in_place);
}

BOOST_AUTO_TEST_CASE(a_channel_that_is_too_small_is_refused_while_somebody_lives_there) {
    Receiver alive(name, shape);
    shape.payload_bytes = 1000;
    check_throws([&] { Sender(name, shape); }, Errc::mismatch, "1000");
    shape.payload_bytes = 256;
    shape.reply_bytes = 65;
    check_throws([&] { Sender(name, shape); }, Errc::mismatch, "65");
    BOOST_TEST(alive.state().senders == 0U);
}

BOOST_AUTO_TEST_CASE(a_channel_that_is_too_small_is_refused_while_something_is_unread) {
    {
        Sender sender = this->sender();
        send(sender, "unread");
    }
    auto larger = shape;
    larger.payload_bytes = 1000;
    check_throws([&] { Sender(name, larger); }, Errc::mismatch, "unread");
    {
        Receiver receiver = this->receiver();
        receive(receiver).processed().value();
    }
    BOOST_TEST(Sender(name, larger).info().payload_bytes == 1000U);
}

BOOST_AUTO_TEST_CASE(a_channel_that_is_too_small_is_replaced_when_all_are_dead_and_nothing_is_unread) {
    handoff::testing::Child target([&](handoff::testing::Checkpoints& checkpoints) {
        Sender sender(name, shape);
        const auto loan = sender.loan(soon()).value();
        checkpoints.stop_at("on loan");
    });
    target.wait_for("on loan");
    target.kill();
    shape.payload_bytes = 1000;
    Sender sender = this->sender();
    BOOST_TEST(sender.info().payload_bytes == 1000U);
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(the_mode_is_what_was_asked_for_whatever_the_umask) {
    for (const mode_t mask : {mode_t{0}, mode_t{0077}, mode_t{0777}}) {
        for (const std::uint32_t mode : {0600U, 0660U, 0666U}) {
            shape.mode = mode;
            const mode_t before = umask(mask);
            Sender sender = this->sender();
            umask(before);
            BOOST_TEST(name.left_behind().size() == 1U);
            for (const auto& file : name.left_behind()) {
                struct stat status {};
                BOOST_TEST_REQUIRE(stat(file.c_str(), &status) == 0, file);
                BOOST_TEST((status.st_mode & 07777) == mode);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
