// An option that a C program leaves alone means what it means in C++, and so does a size that it gives.
#include <handoff/handoff.h>

#include <boost/test/unit_test.hpp>
#include <handoff/handoff.hpp>
#include <handoff/testing.hpp>

#include <string>
#include <string_view>

using namespace handoff;

BOOST_AUTO_TEST_SUITE(defaults)

BOOST_AUTO_TEST_CASE(of_a_channel_are_those_of_cpp) {
    const handoff_channel_options in_c = HANDOFF_CHANNEL_OPTIONS_INIT;
    const ChannelOptions in_cpp;
    BOOST_TEST(in_c.payload_bytes == in_cpp.payload_bytes);
    BOOST_TEST(in_c.reply_bytes == in_cpp.reply_bytes);
    BOOST_TEST(in_c.slot_count == in_cpp.slot_count);
    BOOST_TEST(in_c.participants == in_cpp.participants);
    BOOST_TEST(in_c.max_deliveries == in_cpp.max_deliveries);
    BOOST_TEST((in_c.in_place == 1) == in_cpp.in_place);
    BOOST_TEST(in_c.lifetime == static_cast<unsigned>(in_cpp.lifetime));
    BOOST_TEST(in_c.mode == in_cpp.mode);
    BOOST_TEST((in_c.group == nullptr) == in_cpp.group.empty());
    BOOST_TEST(in_c.open == static_cast<unsigned>(in_cpp.open));
    BOOST_TEST(in_c.wait == static_cast<unsigned>(in_cpp.wait));
    BOOST_TEST(in_c.attach_timeout_ns == in_cpp.attach_deadline.at_ns());
    BOOST_TEST(in_c.timestamps == static_cast<unsigned>(in_cpp.timestamps));
    BOOST_TEST((in_c.prefault == 1) == in_cpp.prefault);
}

BOOST_AUTO_TEST_CASE(of_a_topic_are_those_of_cpp) {
    const handoff_topic_options in_c = HANDOFF_TOPIC_OPTIONS_INIT;
    const TopicOptions in_cpp;
    BOOST_TEST(in_c.payload_bytes == in_cpp.payload_bytes);
    BOOST_TEST(in_c.history == in_cpp.history);
    BOOST_TEST(in_c.loans == in_cpp.loans);
    BOOST_TEST(in_c.pin_budget == in_cpp.pin_budget);
    BOOST_TEST(in_c.participants == in_cpp.participants);
    BOOST_TEST(in_c.lifetime == static_cast<unsigned>(in_cpp.lifetime));
    BOOST_TEST(in_c.mode == in_cpp.mode);
    BOOST_TEST(in_c.open == static_cast<unsigned>(in_cpp.open));
    BOOST_TEST(in_c.wait == static_cast<unsigned>(in_cpp.wait));
    BOOST_TEST(in_c.attach_timeout_ns == in_cpp.attach_deadline.at_ns());
    BOOST_TEST(in_c.timestamps == static_cast<unsigned>(in_cpp.timestamps));
    BOOST_TEST((in_c.prefault == 1) == in_cpp.prefault);
    const handoff_subscriber_options wishes_in_c = HANDOFF_SUBSCRIBER_OPTIONS_INIT;
    const SubscriberOptions wishes_in_cpp;
    BOOST_TEST(wishes_in_c.start == static_cast<unsigned>(wishes_in_cpp.start));
    BOOST_TEST(wishes_in_c.pins == wishes_in_cpp.pins);
    BOOST_TEST((wishes_in_c.read_only == 1) == wishes_in_cpp.read_only);
}

BOOST_AUTO_TEST_CASE(of_a_latest_value_are_those_of_cpp) {
    const handoff_latest_options in_c = HANDOFF_LATEST_OPTIONS_INIT;
    const LatestOptions in_cpp;
    BOOST_TEST(in_c.capacity_bytes == in_cpp.capacity_bytes);
    BOOST_TEST(in_c.participants == in_cpp.participants);
    BOOST_TEST(in_c.lifetime == static_cast<unsigned>(in_cpp.lifetime));
    BOOST_TEST(in_c.mode == in_cpp.mode);
    BOOST_TEST((in_c.read_only == 1) == in_cpp.read_only);
    BOOST_TEST(in_c.open == static_cast<unsigned>(in_cpp.open));
    BOOST_TEST(in_c.wait == static_cast<unsigned>(in_cpp.wait));
    BOOST_TEST(in_c.attach_timeout_ns == in_cpp.attach_deadline.at_ns());
    BOOST_TEST(in_c.timestamps == static_cast<unsigned>(in_cpp.timestamps));
}

/// Cut to the 32 bits of some machines, it would be one page.
BOOST_AUTO_TEST_CASE(a_size_that_nobody_has_is_refused_and_not_cut) {
    constexpr std::uint64_t too_many_bytes = (std::uint64_t{1} << 45) + 4096;
    const testing::UniqueName unique;
    const std::string name{std::string_view(unique)};
    handoff_channel_options payload = HANDOFF_CHANNEL_OPTIONS_INIT, reply = HANDOFF_CHANNEL_OPTIONS_INIT;
    payload.payload_bytes = too_many_bytes;
    reply.payload_bytes = 1;
    reply.reply_bytes = too_many_bytes;
    for (const handoff_channel_options& options : {payload, reply}) {
        handoff_sender* sender = nullptr;
        BOOST_TEST(handoff_sender_open(name.c_str(), &options, &sender) == HANDOFF_NO_SPACE);
        handoff_sender_close(&sender);
    }
    handoff_topic_options topic = HANDOFF_TOPIC_OPTIONS_INIT;
    topic.payload_bytes = too_many_bytes;
    handoff_publisher* publisher = nullptr;
    BOOST_TEST(handoff_publisher_open(name.c_str(), &topic, &publisher) == HANDOFF_NO_SPACE);
    handoff_publisher_close(&publisher);
    handoff_latest_options value = HANDOFF_LATEST_OPTIONS_INIT;
    value.capacity_bytes = too_many_bytes;
    handoff_latest* latest = nullptr;
    BOOST_TEST(handoff_latest_open(name.c_str(), &value, &latest) == HANDOFF_NO_SPACE);
    handoff_latest_close(&latest);
}

BOOST_AUTO_TEST_CASE(every_encoding_has_the_same_number) {
    for (std::uint32_t number = HANDOFF_NONE; number <= HANDOFF_BAYER_GRBG8; ++number)
        BOOST_TEST(handoff_encoding_name(number) == name_of(static_cast<Encoding>(number)));
    BOOST_TEST(name_of(static_cast<Encoding>(HANDOFF_BAYER_GRBG8 + 1)) == "unknown");
}

BOOST_AUTO_TEST_CASE(every_code_has_the_same_number) {
    for (int number = HANDOFF_TIMED_OUT; number <= HANDOFF_REMOVED; ++number) {
        BOOST_TEST(handoff_status_name(number) != "unknown");
        BOOST_TEST(error_category().message(number) != "unknown handoff error");
    }
    BOOST_TEST(error_category().message(HANDOFF_REMOVED + 1) == "unknown handoff error");
}

BOOST_AUTO_TEST_SUITE_END()
