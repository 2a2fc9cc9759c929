// The order of arrivals and departures, and what stays of a topic.
#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "conformance/topic_fixture.hpp"

BOOST_FIXTURE_TEST_SUITE(topic_stream_test, conformance::Topic)

using namespace conformance;
using handoff::Errc;
using handoff::Lifetime;
using handoff::Publisher;
using handoff::Start;
using handoff::Subscriber;

BOOST_DATA_TEST_CASE(the_end_of_the_stream_is_said_once_after_the_last_message, policies, policy) {
    Subscriber subscriber(name, shape, {.wait = policy}), copying(name, shape, {.wait = policy, .pins = 0}),
        read_only(name, {.wait = policy, .read_only = true});
    {
        Publisher publisher = this->publisher();
        publish_numbers(publisher, 1, 2);
    }
    Buffer buffer;
    for (std::uint64_t number = 1; number <= 2; ++number) {
        check_message(subscriber.next(soon()), std::to_string(number), number, 0);
        check_copied(copying.copy_next(buffer, soon()), buffer, std::to_string(number), number, 0);
        check_copied(read_only.copy_next(buffer, soon()), buffer, std::to_string(number), number, 0);
    }
    check_refused(subscriber.next(soon()), Errc::end_of_stream);
    check_refused(copying.copy_next(buffer, soon()), Errc::end_of_stream);
    check_refused(read_only.copy_next(buffer, soon()), Errc::end_of_stream);
    check_refused(subscriber.next(20ms), Errc::timed_out, "0 publishers attached");
    check_refused(copying.copy_newest(buffer, 20ms), Errc::timed_out);
    check_refused(read_only.copy_newest(buffer, 20ms), Errc::timed_out);
    check_refused(subscriber.try_next(), Errc::empty);
    Publisher again = this->publisher();
    publish(again, "3");
    check_message(subscriber.next(soon()), "3", 3, 0);
}

BOOST_DATA_TEST_CASE(a_waiting_subscriber_is_told_when_the_last_publisher_leaves, policies, policy) {
    Subscriber subscriber(name, shape, {.wait = policy});
    auto one = std::make_optional(publisher()), two = std::make_optional(publisher());
    one.reset();
    check_refused(subscriber.next(20ms), Errc::timed_out, "1 publishers attached");
    std::thread leaving([&] { two.reset(); });
    check_refused(subscriber.newest(soon()), Errc::end_of_stream);
    leaving.join();
}

BOOST_AUTO_TEST_CASE(a_stream_that_never_began_has_no_end) {
    Subscriber subscriber(name, shape);
    check_refused(subscriber.try_next(), Errc::empty);
    check_refused(subscriber.next(20ms), Errc::timed_out);
}

BOOST_AUTO_TEST_CASE(an_end_before_we_came_is_no_news_unless_it_left_something_for_us) {
    Subscriber early(name, shape);
    { Publisher publisher = this->publisher(); }
    Subscriber late = subscriber();
    check_refused(late.try_next(), Errc::empty);
    check_refused(early.try_next(), Errc::end_of_stream);
    {
        Publisher publisher = this->publisher();
        publish(publisher, "left");
    }
    Subscriber newest = subscriber(), next = subscriber({.start = Start::next});
    check_message(newest.try_next(), "left", 1, 0);
    check_refused(newest.try_next(), Errc::end_of_stream);
    check_refused(next.try_next(), Errc::empty);
}

BOOST_AUTO_TEST_CASE(a_subscriber_waits_for_a_topic_that_is_created_later) {
    std::thread creating([&] {
        Publisher publisher = this->publisher();
        publisher.wait_for_subscriber(soon()).value();
        publish(publisher, "welcome");
        handoff::testing::eventually([&] { return publisher.state().subscribers == 0; });
    });
    {
        Subscriber subscriber(name, {.attach_timeout = long_timeout});
        check_message(subscriber.next(soon()), "welcome", 1, 0);
    }
    creating.join();
}

BOOST_AUTO_TEST_CASE(whoever_was_waited_for_gets_everything_from_then_on) {
    Publisher publisher(name, shape, {.wait = handoff::WaitPolicy::busy});
    std::uint64_t published = 0, received = 0;
    for (int round = 0; round < 200; ++round) {
        const Start start = round % 2 == 0 ? Start::next : Start::newest;
        std::thread coming([&, start, before = published] {
            Subscriber subscriber = this->subscriber({.start = start});
            std::uint64_t next = start == Start::newest && before > 0 ? before : before + 1;
            while (next < before + 4) {
                const auto message = subscriber.next(soon());
                if (!message || message->sequence() != next) break;
                ++next;
            }
            received = next - 1;
        });
        publisher.wait_for_subscriber(soon()).value();
        for (int i = 0; i < 3; ++i) published = publish(publisher, "x");
        coming.join();
        BOOST_TEST(received == published);
    }
}

BOOST_AUTO_TEST_CASE(a_topic_goes_with_the_last_who_leaves) {
    auto publisher = std::make_optional(this->publisher());
    auto subscriber = std::make_optional(this->subscriber());
    publish(*publisher, "unread by nobody in particular");
    publisher.reset();
    BOOST_TEST(name.left_behind().size() == 1U);
    subscriber.reset();
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_persistent_topic_keeps_its_messages) {
    shape.lifetime = Lifetime::persistent;
    {
        Publisher publisher = this->publisher();
        publish_numbers(publisher, 1, 9);
    }
    BOOST_TEST(name.left_behind().size() == 1U);
    {
        Subscriber subscriber = this->subscriber({.start = Start::oldest});
        BOOST_TEST((subscriber.info().lifetime == Lifetime::persistent));
        for (std::uint64_t number = 6; number <= 9; ++number)
            check_message(subscriber.try_next(), std::to_string(number), number, 0);
        Publisher publisher = this->publisher();
        BOOST_TEST(publish(publisher, "10") == 10U);
    }
    for (const auto& file : name.left_behind()) std::filesystem::remove(file);
}

BOOST_AUTO_TEST_CASE(a_persistent_topic_that_is_too_small_is_not_replaced) {
    shape.lifetime = Lifetime::persistent;
    { publisher(); }
    auto larger = shape;
    larger.payload_bytes = 1000;
    check_throws([&] { Publisher(name, larger); }, Errc::mismatch, "1000");
    BOOST_TEST(publisher().info().payload_bytes == 256U);
    for (const auto& file : name.left_behind()) std::filesystem::remove(file);
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_too_small_is_replaced_when_all_are_dead) {
    handoff::testing::Child target([&](handoff::testing::Checkpoints& checkpoints) {
        Publisher publisher(name, shape);
        const auto loan = publisher.loan().value();
        checkpoints.stop_at("on loan");
    });
    target.wait_for("on loan");
    target.kill();
    shape.payload_bytes = 1000;
    Publisher publisher = this->publisher();
    BOOST_TEST(publisher.info().payload_bytes == 1000U);
    BOOST_TEST(publisher.state().free == publisher.info().slot_count);
}

BOOST_AUTO_TEST_CASE(the_mode_is_what_was_asked_for_whatever_the_umask) {
    for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
        for (const std::uint32_t mode : {0600U, 0664U}) {
            shape.mode = mode;
            const mode_t before = umask(mask);
            Publisher publisher = this->publisher();
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
