// An option that a C program leaves alone means what it means in C++, and so does a size that it gives.
#include <handoff/handoff.h>

#include <boost/test/unit_test.hpp>
#include <handoff/handoff.hpp>
#include <handoff/testing.hpp>

#include <string>
#include <string_view>

namespace defaults {

using namespace handoff;

/// A struct as its init function begins it.
template <class Struct>
Struct begun(void (*init)(Struct*)) {
    Struct made;
    init(&made);
    return made;
}

}  // namespace defaults

BOOST_AUTO_TEST_SUITE(defaults)

/// C options that set only the size create the same segment as C++ options that set only the size.
BOOST_AUTO_TEST_CASE(of_a_new_channel_are_those_of_cpp) {
    const testing::UniqueName mine, theirs;
    auto options = begun(handoff_channel_shape_init);
    options.payload_bytes = 10;
    handoff_sender* sender = nullptr;
    BOOST_TEST_REQUIRE(handoff_sender_open(mine.str().c_str(), &options, nullptr, &sender) == HANDOFF_OK);
    const ChannelInfo in_c = Receiver(mine).info();
    const ChannelInfo in_cpp = Sender(theirs, {.payload_bytes = 10}).info();
    BOOST_TEST(in_c.payload_bytes == in_cpp.payload_bytes);
    BOOST_TEST(in_c.reply_bytes == in_cpp.reply_bytes);
    BOOST_TEST(in_c.slot_count == in_cpp.slot_count);
    BOOST_TEST(in_c.participants == in_cpp.participants);
    BOOST_TEST(in_c.max_deliveries == in_cpp.max_deliveries);
    BOOST_TEST(in_c.in_place == in_cpp.in_place);
    BOOST_TEST((in_c.lifetime == in_cpp.lifetime));
    BOOST_TEST(in_c.mode == in_cpp.mode);
    BOOST_TEST(in_c.group == in_cpp.group);
    handoff_sender_close(&sender);
}

BOOST_AUTO_TEST_CASE(of_a_new_topic_are_those_of_cpp) {
    const testing::UniqueName mine, theirs;
    auto options = begun(handoff_topic_shape_init);
    options.payload_bytes = 10;
    handoff_publisher* publisher = nullptr;
    BOOST_TEST_REQUIRE(handoff_publisher_open(mine.str().c_str(), &options, nullptr, &publisher) == HANDOFF_OK);
    const TopicInfo in_c = Subscriber(mine).info();
    const TopicInfo in_cpp = Publisher(theirs, {.payload_bytes = 10}).info();
    BOOST_TEST(in_c.history == in_cpp.history);
    BOOST_TEST(in_c.loans == in_cpp.loans);
    BOOST_TEST(in_c.pin_budget == in_cpp.pin_budget);
    BOOST_TEST(in_c.participants == in_cpp.participants);
    BOOST_TEST((in_c.lifetime == in_cpp.lifetime));
    BOOST_TEST(in_c.mode == in_cpp.mode);
    handoff_publisher_close(&publisher);
}

BOOST_AUTO_TEST_CASE(of_a_new_latest_value_are_those_of_cpp) {
    const testing::UniqueName mine, theirs;
    auto options = begun(handoff_latest_shape_init);
    options.capacity_bytes = 10;
    handoff_latest* latest = nullptr;
    BOOST_TEST_REQUIRE(handoff_latest_open(mine.str().c_str(), &options, nullptr, nullptr, &latest) == HANDOFF_OK);
    const LatestInfo in_c = LatestBytes(mine).info();
    const LatestInfo in_cpp = LatestBytes(theirs, {.capacity_bytes = 10}).info();
    BOOST_TEST(in_c.participants == in_cpp.participants);
    BOOST_TEST((in_c.lifetime == in_cpp.lifetime));
    BOOST_TEST(in_c.mode == in_cpp.mode);
    handoff_latest_close(&latest);
}

BOOST_AUTO_TEST_CASE(of_a_handle_are_those_of_cpp) {
    const auto in_c = begun(handoff_handle_options_init);
    const HandleOptions in_cpp;
    BOOST_TEST(in_c.open == static_cast<unsigned>(in_cpp.open));
    BOOST_TEST(in_c.wait == static_cast<unsigned>(in_cpp.wait));
    BOOST_TEST(in_c.attach_timeout_ns == in_cpp.attach_timeout.count());
    BOOST_TEST(in_c.timestamps == static_cast<unsigned>(in_cpp.timestamps));
    BOOST_TEST((in_c.prefault == 1) == in_cpp.prefault);
    BOOST_TEST((in_c.protect_payloads == 1) == in_cpp.protect_payloads);
    const auto subscriber = begun(handoff_subscriber_options_init);
    BOOST_TEST(subscriber.start == static_cast<unsigned>(SubscriberOptions{}.start));
    BOOST_TEST(subscriber.pins == SubscriberOptions{}.pins);
    BOOST_TEST((subscriber.read_only == 1) == SubscriberOptions{}.read_only);
    BOOST_TEST((begun(handoff_latest_options_init).read_only == 1) == LatestOptions{}.read_only);
}

/// A program that leaves the numbers as they are can use what another one made smaller than the defaults.
BOOST_AUTO_TEST_CASE(what_is_not_given_asks_for_nothing) {
    const testing::UniqueName channel, topic, value;
    const Sender sender(channel, {.slot_count = 1,
                                  .payload_bytes = 10,
                                  .participants = 3,
                                  .max_deliveries = unlimited_deliveries,
                                  .in_place = true});
    auto options = begun(handoff_channel_shape_init);
    options.payload_bytes = 10;
    handoff_receiver* receiver = nullptr;
    BOOST_TEST(handoff_receiver_open(channel.str().c_str(), nullptr, nullptr, &receiver) == HANDOFF_OK);
    handoff_receiver_close(&receiver);
    BOOST_TEST(handoff_receiver_open(channel.str().c_str(), &options, nullptr, &receiver) == HANDOFF_OK);
    handoff_receiver_close(&receiver);
    for (const auto spoil : {&handoff_channel_shape::slot_count, &handoff_channel_shape::participants,
                             &handoff_channel_shape::max_deliveries, &handoff_channel_shape::in_place}) {
        handoff_channel_shape more = options;
        more.*spoil = spoil == &handoff_channel_shape::in_place ? 0 : 5;
        BOOST_TEST(handoff_receiver_open(channel.str().c_str(), &more, nullptr, &receiver) == HANDOFF_MISMATCH);
    }
    options.slot_count = 0;
    BOOST_TEST(handoff_receiver_open(channel.str().c_str(), &options, nullptr, &receiver) == HANDOFF_INVALID_ARGUMENT);
    const Publisher publisher(topic,
                              {.history = 1, .payload_bytes = 10, .loans = 1, .pin_budget = 1, .participants = 3});
    auto of_topic = begun(handoff_topic_shape_init);
    of_topic.payload_bytes = 10;
    handoff_subscriber* subscriber = nullptr;
    BOOST_TEST(handoff_subscriber_open(topic.str().c_str(), &of_topic, nullptr, nullptr, &subscriber) == HANDOFF_OK);
    handoff_subscriber_close(&subscriber);
    of_topic.pin_budget = 2;
    BOOST_TEST(handoff_subscriber_open(topic.str().c_str(), &of_topic, nullptr, nullptr, &subscriber) ==
               HANDOFF_MISMATCH);
    const LatestBytes latest(value, {.capacity_bytes = 10, .participants = 3});
    auto of_value = begun(handoff_latest_shape_init);
    of_value.capacity_bytes = 10;
    handoff_latest* in_c = nullptr;
    BOOST_TEST(handoff_latest_open(value.str().c_str(), &of_value, nullptr, nullptr, &in_c) == HANDOFF_OK);
    handoff_latest_close(&in_c);
}

/// Cut to the 32 bits of some machines, it would be one page.
BOOST_AUTO_TEST_CASE(a_size_that_nobody_has_is_refused_and_not_cut) {
    constexpr std::uint64_t too_many_bytes = (std::uint64_t{1} << 45) + 4096;
    const testing::UniqueName unique;
    const std::string name{std::string_view(unique)};
    auto payload = begun(handoff_channel_shape_init), reply = payload;
    payload.payload_bytes = too_many_bytes;
    reply.payload_bytes = 1;
    reply.reply_bytes = too_many_bytes;
    for (const handoff_channel_shape& options : {payload, reply}) {
        handoff_sender* sender = nullptr;
        BOOST_TEST(handoff_sender_open(name.c_str(), &options, nullptr, &sender) == HANDOFF_NO_SPACE);
        handoff_sender_close(&sender);
    }
    auto topic = begun(handoff_topic_shape_init);
    topic.payload_bytes = too_many_bytes;
    handoff_publisher* publisher = nullptr;
    BOOST_TEST(handoff_publisher_open(name.c_str(), &topic, nullptr, &publisher) == HANDOFF_NO_SPACE);
    handoff_publisher_close(&publisher);
    auto value = begun(handoff_latest_shape_init);
    value.capacity_bytes = too_many_bytes;
    handoff_latest* latest = nullptr;
    BOOST_TEST(handoff_latest_open(name.c_str(), &value, nullptr, nullptr, &latest) == HANDOFF_NO_SPACE);
    handoff_latest_close(&latest);
}

BOOST_AUTO_TEST_CASE(every_encoding_has_the_same_number) {
    for (std::uint32_t number = HANDOFF_NONE; number <= HANDOFF_ARRAY; ++number)
        BOOST_TEST(handoff_encoding_name(number) == name_of(static_cast<Encoding>(number)));
    BOOST_TEST(name_of(static_cast<Encoding>(HANDOFF_ARRAY + 1)) == "unknown");
}

BOOST_AUTO_TEST_CASE(every_code_has_the_same_number) {
    for (int number = HANDOFF_TIMED_OUT; number <= HANDOFF_STOPPED; ++number) {
        BOOST_TEST(handoff_status_name(number) != "unknown");
        BOOST_TEST(error_category().message(number) != "unknown handoff error");
    }
    BOOST_TEST(error_category().message(HANDOFF_STOPPED + 1) == "unknown handoff error");
}

BOOST_AUTO_TEST_SUITE_END()
