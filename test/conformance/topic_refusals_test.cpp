// What a topic refuses, and that a refusal changes nothing.
#include <handoff/latest.hpp>

#include <filesystem>
#include <functional>
#include <limits>

#include "conformance/topic_fixture.hpp"

namespace topic_refusals_test {

using namespace conformance;
using handoff::Errc;
using handoff::Open;
using handoff::Publisher;
using handoff::Subscriber;
using handoff::TopicShape;

struct Fixture : Topic {
    void check_invalid(const std::function<void(TopicShape&)>& spoil, std::string_view words,
                       Errc code = Errc::invalid_argument) {
        TopicShape spoiled = shape;
        spoil(spoiled);
        check_throws([&] { Publisher(name, spoiled); }, code, words);
        check_throws([&] { Subscriber(name, spoiled); }, code, words);
        BOOST_TEST(name.left_behind().empty());
    }
};

std::string own_pid() {
    return "(pid " + std::to_string(getpid()) + ")";
}

}  // namespace topic_refusals_test

BOOST_FIXTURE_TEST_SUITE(topic_refusals_test, Fixture)

BOOST_AUTO_TEST_CASE(invalid_options_are_refused_before_anything_is_created) {
    check_invalid([](auto& o) { o.history = 0; }, "history = 0");
    check_invalid([](auto& o) { o.history = 16'385; }, "16384");
    check_invalid([](auto& o) { o.loans = 0; }, "loans = 0");
    check_invalid([](auto& o) { o.loans = 1'025; }, "1024");
    check_invalid([](auto& o) { o.pin_budget = 1'025; }, "pin_budget = 1025");
    check_invalid([](auto& o) { o.participants = 1; }, "participants = 1");
    check_invalid([](auto& o) { o.participants = 65; }, "64");
    check_invalid([](auto& o) { o.payload_bytes = 0; }, "payload_bytes = 0");
    check_invalid([](auto& o) { o.mode = 0400; }, "mode");
    check_invalid([](auto& o) { o.mode = 01600; }, "mode");
    check_invalid([](auto& o) { o.payload_bytes = std::numeric_limits<std::size_t>::max(); }, beyond_memory_words,
                  beyond_memory);
    if constexpr (sizeof(std::size_t) == 8)
        check_invalid(
            [](auto& o) { o.history = 1000, o.payload_bytes = static_cast<std::size_t>(std::uint64_t{1} << 54); },
            "memory");
    if constexpr (sizeof(std::size_t) == 8)
        check_invalid([](auto& o) { o.payload_bytes = static_cast<std::size_t>(std::uint64_t{1} << 50); }, "",
                      Errc::no_space);
    check_invalid([](auto& o) { o.group = "no_such_group_anywhere"; }, "no_such_group_anywhere");
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_starts_nowhere_is_refused) {
    check_throws([&] { Subscriber(name, shape, {.start = static_cast<handoff::Start>(9)}); }, Errc::invalid_argument,
                 "start");
    check_throws([&] { Publisher(name, shape, {.wait = static_cast<handoff::WaitPolicy>(9)}); }, Errc::invalid_argument,
                 "wait");
    check_throws([&] { Publisher(name, {.history = 3}, {.open = Open::create}); }, Errc::invalid_argument,
                 "payload_bytes");
}

BOOST_AUTO_TEST_CASE(bad_names_are_refused) {
    for (const std::string& bad :
         {std::string(), std::string("a/b"), std::string(201, 'x'), std::string("x.lock"), std::string("a b")}) {
        check_throws([&] { Publisher(bad, shape); }, Errc::invalid_argument);
        check_throws([&] { Subscriber(bad, shape); }, Errc::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE(attaching_to_nothing_is_refused) {
    check_throws([&] { Publisher{name}; }, Errc::no_such_segment, name.str());
    check_throws([&] { Subscriber{name}; }, Errc::no_such_segment, name.str());
    check_throws([&] { Subscriber(name, {.attach_timeout = 30ms}); }, Errc::no_such_segment);
    check_throws([&] { Subscriber(name, shape, {.read_only = true}); }, Errc::no_such_segment, name.str());
    check_throws([&] { Publisher(name, shape, {.open = Open::attach}); }, Errc::no_such_segment);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(creating_twice_is_refused) {
    Publisher first(name, shape, {.open = Open::create});
    check_throws([&] { Publisher(name, shape, {.open = Open::create}); }, Errc::already_exists, name.str());
    check_throws([&] { Subscriber(name, shape, {.open = Open::create}); }, Errc::already_exists);
    check_throws([&] { Subscriber(name, shape, {.open = Open::create, .read_only = true}); }, Errc::invalid_argument,
                 "read_only");
    BOOST_TEST(publish(first, "still works") == 1U);
}

BOOST_AUTO_TEST_CASE(a_segment_of_another_kind_is_refused) {
    handoff::ChannelShape channel;
    channel.payload_bytes = 64;
    {
        Publisher topic = publisher();
        check_throws([&] { handoff::Sender(name, channel); }, Errc::wrong_kind, "topic");
        check_throws([&] { handoff::Receiver{name}; }, Errc::wrong_kind, "topic");
        check_throws([&] { handoff::LatestBytes(name, {.capacity_bytes = 8}); }, Errc::wrong_kind, "topic");
        check_throws([&] { handoff::LatestBytes(name, {.read_only = true}); }, Errc::wrong_kind, "topic");
    }
    {
        handoff::Sender sender(name, channel);
        check_throws([&] { publisher(); }, Errc::wrong_kind, "channel");
        check_throws([&] { subscriber(); }, Errc::wrong_kind, "channel");
        check_throws([&] { subscriber({.read_only = true}); }, Errc::wrong_kind, "channel");
        check_throws([&] { handoff::Latest<int>{name}; }, Errc::wrong_kind, "channel");
    }
    {
        handoff::Latest<int> latest(name);
        check_throws([&] { publisher(); }, Errc::wrong_kind, "latest value");
        check_throws([&] { subscriber(); }, Errc::wrong_kind, "latest value");
        check_throws([&] { handoff::Sender(name, channel); }, Errc::wrong_kind, "latest value");
        BOOST_TEST(latest.write(7).value() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_too_small_is_refused_and_one_that_is_large_enough_keeps_its_shape) {
    Publisher first = publisher();
    auto larger = shape;
    larger.payload_bytes = 1000;
    check_throws([&] { Publisher(name, larger); }, Errc::mismatch, "1000");
    check_throws([&] { Subscriber(name, larger); }, Errc::mismatch, "256");
    check_throws([&] { Subscriber(name, larger, {.read_only = true}); }, Errc::mismatch, "1000");
    larger = shape;
    larger.history = 5;
    check_throws([&] { Publisher(name, larger); }, Errc::mismatch, "history = 4 (at least 5 was asked for)");
    TopicShape smaller;
    smaller.history = 1;
    smaller.payload_bytes = 1;
    smaller.loans = 2;
    smaller.pin_budget = 0;
    smaller.participants = 3;
    const auto info = Publisher(name, smaller).info();
    BOOST_TEST(info.name == name.str());
    BOOST_TEST(info.history == 4U);
    BOOST_TEST(info.payload_bytes == 256U);
    BOOST_TEST(info.loans == 2U);
    BOOST_TEST(info.pin_budget == 4U);
    BOOST_TEST(info.slot_count == 11U);
    BOOST_TEST(info.participants == 16U);
    BOOST_TEST((info.lifetime == handoff::Lifetime::until_last_leaves));
    BOOST_TEST(first.state().publishers == 1U);
}

BOOST_AUTO_TEST_CASE(more_participants_than_places_are_refused) {
    shape.participants = 2;
    Publisher first = publisher();
    Subscriber second = subscriber();
    check_throws([&] { subscriber(); }, Errc::too_many_participants, "2");
    check_throws([&] { publisher(); }, Errc::too_many_participants, "2");
    Subscriber third = subscriber({.read_only = true});  // takes no place
    publish(first, "still works");
    check_message(second.try_next(), "still works", 1, 0);
}

BOOST_AUTO_TEST_CASE(a_spent_pin_budget_is_said_and_copying_is_left) {
    Publisher first = publisher();
    Subscriber three = subscriber({.pins = 3});
    check_throws([&] { subscriber({.pins = 2}); }, Errc::too_many_participants, "3 of 4");
    check_throws([&] { subscriber({.pins = 2}); }, Errc::too_many_participants, "pins = 0");
    check_throws([&] { subscriber({.pins = 4'000'000'000U}); }, Errc::too_many_participants, "4000000000");
    BOOST_TEST(first.state().subscribers == 1U);
    Subscriber one = subscriber({.pins = 1});
    Subscriber none = subscriber({.pins = 0});
    check_throws([&] { subscriber({.pins = 1}); }, Errc::too_many_participants, "4 of 4");
    publish(first, "x");
    check_message(one.try_next(), "x", 1, 0);
    Buffer buffer;
    check_copied(none.copy_next(buffer, soon()), buffer, "x", 1, 0);
    { const Subscriber gone = std::move(three); }
    Subscriber again = subscriber({.pins = 3});
}

BOOST_AUTO_TEST_CASE(a_refused_subscriber_leaves_no_topic_behind) {
    check_throws([&] { Subscriber(name, shape, {.pins = 5}); }, Errc::too_many_participants, "0 of 4");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(without_pins_a_message_cannot_be_held) {
    Publisher publisher = this->publisher();
    publish(publisher, "x");
    for (const bool read_only : {false, true}) {
        Subscriber subscriber = this->subscriber({.pins = read_only ? 1U : 0U, .read_only = read_only});
        check_refused(subscriber.next(soon()), Errc::invalid_argument, "copy_next()");
        check_refused(subscriber.try_next(), Errc::invalid_argument, "copy_next()");
        check_refused(subscriber.newest(soon()), Errc::invalid_argument);
        check_refused(subscriber.try_newest(), Errc::invalid_argument);
        Buffer buffer;
        check_copied(subscriber.copy_next(buffer, soon()), buffer, "x", 1, 0);
    }
}

BOOST_AUTO_TEST_CASE(holding_more_than_was_reserved_is_refused_and_loses_nothing) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber({.pins = 2});
    publish_numbers(publisher, 1, 4);
    // Start::newest: the subscriber was there before the first message.
    auto one = subscriber.try_next();
    auto two = subscriber.try_next();
    check_message(one, "1", 1, 0);
    check_message(two, "2", 2, 0);
    check_refused(subscriber.next(soon()), Errc::full, "(2)");
    check_refused(subscriber.try_next(), Errc::full);
    check_refused(subscriber.newest(soon()), Errc::full);
    Buffer buffer;
    check_copied(subscriber.copy_next(buffer, soon()), buffer, "3", 3, 0);  // needs no pin
    { const auto gone = std::move(one).value(); }
    check_message(subscriber.try_next(), "4", 4, 0);
    BOOST_TEST(text(two->payload()) == "2");
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_too_small_leaves_the_message_unread) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber({.pins = 0});
    publish(publisher, "twelve bytes");
    Buffer buffer;
    check_refused(subscriber.copy_next(std::span(buffer).first(11), soon()), Errc::too_large, "12 bytes");
    check_refused(subscriber.copy_newest(std::span(buffer).first(0), soon()), Errc::too_large, "0");
    check_copied(subscriber.copy_next(std::span(buffer).first(12), soon()), buffer, "twelve bytes", 1, 0);
}

BOOST_AUTO_TEST_CASE(a_loan_larger_than_a_slot_is_refused) {
    Publisher publisher = this->publisher();
    auto loan = publisher.loan().value();
    BOOST_TEST(loan.payload().size() == 256U);
    check_refused(loan.resize(257), Errc::too_large, "257 bytes");
    check_refused(loan.describe(handoff::Image::of(17, 16, handoff::Encoding::mono8)), Errc::too_large);
    BOOST_TEST(loan.size() == 256U);
}

BOOST_AUTO_TEST_CASE(exhausted_loans_name_their_holder) {
    Publisher publisher = this->publisher(), other = this->publisher();
    std::vector<handoff::Loan> loans;
    while (auto loan = publisher.loan()) loans.push_back(std::move(*loan));
    BOOST_TEST(loans.size() == *shape.loans + *shape.pin_budget + *shape.history + 1);
    check_refused(publisher.loan(), Errc::full, std::to_string(loans.size()) + " on loan to ");
    check_refused(other.loan(), Errc::full, own_pid());
    check_refused(other.loan(), Errc::full, name.str());
    for (int i = 0; i < 3; ++i) {
        publisher.publish(std::move(loans.back())).value();
        loans.pop_back();
    }
    check_refused(publisher.loan(), Errc::full);  // the three are kept
    loans.pop_back();
    BOOST_TEST(other.loan().has_value());
}

BOOST_AUTO_TEST_CASE(a_loan_of_another_publisher_is_refused) {
    Publisher one = publisher(), two = publisher();
    check_refused(two.publish(one.loan().value()), Errc::invalid_argument, "another Publisher");
    BOOST_TEST(one.state().loaned == 0U);
    BOOST_TEST(one.state().newest == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
