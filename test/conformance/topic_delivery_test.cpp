// What subscribers get: every message or an exact count of those they missed.
#include <atomic>
#include <cstring>
#include <map>
#include <thread>

#include "conformance/topic_fixture.hpp"

BOOST_FIXTURE_TEST_SUITE(topic_delivery_test, conformance::Topic)

using namespace conformance;
using handoff::Errc;
using handoff::Publisher;
using handoff::Start;
using handoff::Subscriber;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

BOOST_DATA_TEST_CASE(every_subscriber_gets_every_message, policies, policy) {
    Publisher publisher = this->publisher();
    Subscriber one(name, shape, {.wait = policy}), two(name, shape, {.wait = policy}),
        copying(name, shape, {.wait = policy, .pins = 0});
    Buffer buffer;
    for (std::uint64_t number = 1; number <= 20; ++number) {
        const std::string message = "message " + std::to_string(number);
        const auto before = std::chrono::steady_clock::now();
        BOOST_TEST(publish(publisher, message) == number);
        const auto got = one.next(soon());
        check_message(got, message, number, 0);
        BOOST_TEST(
            (got->published_at() >= before - 1us && got->published_at() <= std::chrono::steady_clock::now() + 1us));
        check_message(two.newest(soon()), message, number, 0);
        check_copied(copying.copy_next(buffer, soon()), buffer, message, number, 0);
    }
    check_refused(one.try_next(), Errc::empty);
    check_refused(two.try_newest(), Errc::empty);
    check_refused(one.next(20ms), Errc::timed_out, "1 publishers attached");
    check_refused(copying.copy_next(buffer, 20ms), Errc::timed_out, name.str());
    check_refused(copying.copy_newest(buffer, handoff::Deadline::now()), Errc::timed_out);
}

BOOST_DATA_TEST_CASE(a_waiting_subscriber_in_another_process_is_woken, policies, policy) {
    Publisher publisher(name, shape, {.wait = policy});
    Child child([&](Checkpoints& checkpoints) {
        Subscriber subscriber(name, {.wait = policy, .start = Start::oldest});
        for (std::uint64_t number = 1; number <= 50; ++number) {
            check_message(subscriber.next(soon()), std::to_string(number), number, 0);
            checkpoints.report("got it");
        }
        Buffer buffer;
        check_copied(subscriber.copy_next(buffer, soon()), buffer, "51", 51, 0);
    });
    publisher.wait_for_subscriber(soon()).value();
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t number = 1; number <= 50; ++number) {
        publish(publisher, std::to_string(number));
        BOOST_TEST(child.next_line() == "got it");
    }
    // Without a wake-up it would check once a tick: that would be 5 s.
    BOOST_TEST((std::chrono::steady_clock::now() - start < handoff::testing::scaled(2500ms)));
    publish(publisher, "51");
    child.wait();
}

BOOST_AUTO_TEST_CASE(an_empty_message_and_a_full_one) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    publish(publisher, "");
    publish(publisher, std::string(256, 'x'));
    check_message(subscriber.try_next(), "", 1, 0);
    check_message(subscriber.try_next(), std::string(256, 'x'), 2, 0);
}

BOOST_AUTO_TEST_CASE(where_a_late_subscriber_starts) {
    Publisher publisher = this->publisher();
    publish_numbers(publisher, 1, 10);
    Subscriber oldest = subscriber({.start = Start::oldest}), newest = subscriber({.start = Start::newest}),
               next = subscriber({.start = Start::next});
    check_refused(next.try_next(), Errc::empty);
    for (std::uint64_t number = 7; number <= 10; ++number)
        check_message(oldest.try_next(), std::to_string(number), number, 0);
    check_message(newest.try_next(), "10", 10, 0);
    check_refused(newest.try_next(), Errc::empty);
    publish(publisher, "11");
    for (Subscriber* subscriber : {&oldest, &newest, &next}) check_message(subscriber->try_next(), "11", 11, 0);
}

BOOST_AUTO_TEST_CASE(where_an_early_subscriber_starts) {
    Subscriber oldest(name, shape, {.start = Start::oldest}), newest(name, shape, {.start = Start::newest}),
        next(name, shape, {.start = Start::next});
    Publisher publisher = this->publisher();
    publish_numbers(publisher, 1, 2);
    for (Subscriber* subscriber : {&oldest, &newest, &next}) {
        check_message(subscriber->try_next(), "1", 1, 0);
        check_message(subscriber->try_next(), "2", 2, 0);
    }
}

BOOST_AUTO_TEST_CASE(lost_messages_are_counted_exactly) {
    Publisher publisher = this->publisher();
    Subscriber next = subscriber(), newest = subscriber(), copying = subscriber({.pins = 0});
    Buffer buffer;
    std::uint64_t published = 0, read_next = 0, read_newest = 0;
    for (std::uint64_t burst : {1U, 4U, 5U, 6U, 4U, 17U, 1U, 100U}) {
        publish_numbers(publisher, published + 1, published + burst);
        published += burst;
        while (read_next < published) {
            const std::uint64_t expected = std::max(read_next + 1, published < 4 ? 1 : published - 3);
            check_message(next.try_next(), std::to_string(expected), expected, expected - read_next - 1);
            read_next = expected;
        }
        check_refused(next.try_next(), Errc::empty);
        const std::uint64_t skipped = published - read_newest - 1;
        check_message(newest.try_newest(), std::to_string(published), published, skipped);
        check_copied(copying.copy_newest(buffer, soon()), buffer, std::to_string(published), published, skipped);
        read_newest = published;
    }
}

BOOST_AUTO_TEST_CASE(newest_and_next_share_one_position) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    publish_numbers(publisher, 1, 3);
    check_message(subscriber.try_next(), "1", 1, 0);
    check_message(subscriber.try_newest(), "3", 3, 1);
    check_refused(subscriber.try_next(), Errc::empty);
    publish_numbers(publisher, 4, 5);
    check_message(subscriber.try_next(), "4", 4, 0);
    check_message(subscriber.try_newest(), "5", 5, 0);
}

BOOST_AUTO_TEST_CASE(a_pinned_message_stays_while_ten_histories_pass) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber({.pins = 3});
    std::vector<handoff::Message> held;
    for (int i = 0; i < 3; ++i) {
        publish(publisher, std::string(256, static_cast<char>('a' + i)));
        held.push_back(subscriber.next(soon()).value());
    }
    std::vector<const std::byte*> places;
    for (const auto& message : held) places.push_back(message.payload().data());
    for (int number = 0; number < 40; ++number) publish(publisher, std::string(256, static_cast<char>('A' + number)));
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(text(held[i].payload()) == std::string(256, static_cast<char>('a' + i)));
        BOOST_TEST(held[i].payload().data() == places[i]);
        BOOST_TEST(held[i].sequence() == static_cast<std::uint64_t>(i) + 1);
    }
    BOOST_TEST(publisher.state().pinned == 3U);
    held.clear();
    BOOST_TEST(publisher.state().pinned == 0U);
    BOOST_TEST(subscriber.try_next()->lost() == 36U);
}

BOOST_AUTO_TEST_CASE(a_message_lives_longer_than_its_subscriber) {
    Publisher publisher = this->publisher();
    std::optional<handoff::Message> message;
    {
        Subscriber subscriber = this->subscriber();
        publish(publisher, "outlives");
        message = subscriber.next(soon()).value();
    }
    publish_numbers(publisher, 1, 30);
    BOOST_TEST(text(message->payload()) == "outlives");
    BOOST_TEST(publisher.state().subscribers == 1U);
    std::thread([&] { message.reset(); }).join();
    BOOST_TEST(publisher.state().subscribers == 0U);
    BOOST_TEST(publisher.state().pinned == 0U);
}

BOOST_AUTO_TEST_CASE(a_loan_dropped_is_no_message) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    {
        auto loan = publisher.loan().value();
        std::memcpy(loan.payload().data(), "never", 5);
    }
    check_refused(subscriber.try_next(), Errc::empty);
    BOOST_TEST(publisher.state().loaned == 0U);
    BOOST_TEST(publisher.state().newest == 0U);
}

BOOST_AUTO_TEST_CASE(many_publishers_share_one_sequence_and_each_keeps_its_order) {
    constexpr std::uint64_t each = 300, threads = 3;
    shape.history = 2000;
    Publisher first = publisher();
    Subscriber subscriber = this->subscriber();
    std::vector<Child> children;
    for (std::uint64_t who = 0; who < threads; ++who) {
        children.emplace_back([&, who](Checkpoints&) {
            Publisher publisher = this->publisher();
            std::uint64_t last = 0;
            for (std::uint64_t number = 0; number < each; ++number) {
                const std::uint64_t sequence = publish(publisher, std::to_string(who) + " " + std::to_string(number));
                BOOST_TEST(sequence > last);
                last = sequence;
            }
        });
    }
    std::map<char, std::uint64_t> next;
    for (std::uint64_t sequence = 1; sequence <= each * threads; ++sequence) {
        const auto message = subscriber.next(soon()).value();
        BOOST_TEST(message.sequence() == sequence);
        const std::string content = text(message.payload());
        BOOST_TEST(content.substr(2) == std::to_string(next[content.at(0)]++));
    }
    for (Child& child : children) child.wait();
    BOOST_TEST(first.state().newest == each * threads);
}

BOOST_AUTO_TEST_CASE(one_publisher_handle_serves_many_threads) {
    shape.history = 1000;
    shape.loans = 4;
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int number = 0; number < 200; ++number) publish(publisher, "x");
        });
    for (auto& thread : threads) thread.join();
    for (std::uint64_t sequence = 1; sequence <= 800; ++sequence)
        check_message(subscriber.try_next(), "x", sequence, 0);
    BOOST_TEST(publisher.state().loaned == 0U);
}

BOOST_AUTO_TEST_CASE(an_image_travels_with_its_description) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber(), read_only = this->subscriber({.read_only = true});
    handoff::Image image = handoff::Image::of(7, 5, handoff::Encoding::bgr8);
    image.step = 24;
    image.capture_time_ns = 1234567890123;
    image.set_frame_id("camera 1");
    auto loan = publisher.loan().value();
    loan.describe(image).value();
    std::memset(loan.payload().data(), 0x5a, loan.size());
    publisher.publish(std::move(loan)).value();
    publish(publisher, std::string(120, 'x'));  // as many bytes, no image
    Buffer buffer;
    const auto message = subscriber.try_next().value();
    BOOST_TEST(std::memcmp(&message.image(), &image, sizeof image) == 0);
    BOOST_TEST(message.payload().size() == 120U);
    const auto copied = read_only.copy_next(buffer, soon()).value();
    BOOST_TEST(std::memcmp(&copied.image, &image, sizeof image) == 0);
    BOOST_TEST((buffer[119] == std::byte{0x5a}));
    BOOST_TEST(!read_only.copy_next(buffer, soon())->image.is_image());
}

BOOST_AUTO_TEST_CASE(an_array_travels_with_its_type_and_shape) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber(), read_only = this->subscriber({.read_only = true});
    const auto array = handoff::Array::of<std::uint16_t>({2, 1, 3, 2}).value();
    auto loan = publisher.loan().value();
    loan.describe(array).value();
    array.elements<std::uint16_t>(loan.payload()).value()[11] = 77;
    publisher.publish(std::move(loan)).value();
    const auto message = subscriber.try_next().value();
    BOOST_TEST((message.array() == array));
    BOOST_TEST(array.elements<const std::uint16_t>(message.payload()).value()[11] == 77);
    Buffer buffer;
    const auto copied = read_only.copy_next(buffer, soon()).value();
    BOOST_TEST((handoff::Array::from(copied.image) == array && copied.size == 24));
}

BOOST_AUTO_TEST_CASE(a_description_of_an_earlier_message_in_the_same_slot_is_not_shown_again) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    for (std::uint32_t i = 0; i < 3 * publisher.info().slot_count; ++i) {
        const bool is_image = i < 2 * publisher.info().slot_count;
        auto loan = publisher.loan().value();
        if (is_image)
            loan.describe(handoff::Image::of(4, 4, handoff::Encoding::mono8)).value();
        else
            loan.resize(16).value();  // as many bytes
        publisher.publish(std::move(loan)).value();
        BOOST_TEST(subscriber.try_next()->image().is_image() == is_image);
    }
}

BOOST_AUTO_TEST_CASE(a_description_larger_than_the_bytes_is_shown_as_plain_bytes) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    auto loan = publisher.loan().value();
    loan.describe(handoff::Image::of(10, 10, handoff::Encoding::mono8)).value();
    loan.resize(99).value();
    publisher.publish(std::move(loan)).value();
    const auto message = subscriber.try_next().value();
    BOOST_TEST(!message.image().is_image());
    BOOST_TEST(message.payload().size() == 99U);
}

BOOST_DATA_TEST_CASE(waiting_for_a_subscriber, policies, policy) {
    Publisher publisher(name, shape, {.wait = policy});
    check_refused(publisher.wait_for_subscriber(20ms), Errc::timed_out, name.str());
    const Subscriber unseen = subscriber({.read_only = true});
    check_refused(publisher.wait_for_subscriber(handoff::Deadline::now()), Errc::timed_out);
    std::thread coming([&] {
        Subscriber subscriber = this->subscriber();
        check_message(subscriber.next(soon()), "welcome", 1, 0);
    });
    publisher.wait_for_subscriber(soon()).value();
    publish(publisher, "welcome");
    coming.join();
    check_refused(publisher.wait_for_subscriber(handoff::Deadline::now()), Errc::timed_out);
}

BOOST_AUTO_TEST_SUITE_END()
