#include "receiver/options.hpp"
#include "cli/arguments.hpp"
#include "sender/options.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace options {

using namespace std::chrono_literals;
using handoff::apps::UsageError;
namespace receiver = handoff::apps::receiver;
namespace sender = handoff::apps::sender;
using Words = std::vector<std::string>;

std::vector<const char*> argv_of(const Words& words) {
    std::vector<const char*> argv{"program"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    return argv;
}

sender::Options sender_options(const Words& words) {
    const auto argv = argv_of(words);
    return sender::read_options(static_cast<int>(argv.size()), argv.data()).value();
}

receiver::Options receiver_options(const Words& words) {
    const auto argv = argv_of(words);
    return receiver::read_options(static_cast<int>(argv.size()), argv.data()).value();
}

std::string refusal(const Words& words, const auto& read) {
    try {
        read(words);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

std::string joined(const Words& words) {
    std::string text;
    for (const std::string& word : words) text += word + " ";
    return text;
}

}  // namespace options

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(a_sender_refuses_invalid_options_with_a_message) {
    const std::vector<std::pair<Words, std::string>> refused{
        {{}, "nothing to send"},
        {{"a.jpg", "--camera", "0"}, "choose one"},
        {{"--camera", "0", "--pattern", "8x8"}, "choose one"},
        {{"--cuont", "3", "a.jpg"}, "unrecognised option '--cuont'"},
        {{"--coun", "3", "a.jpg"}, "unrecognised option '--coun'"},
        {{"--count", "0", "a.jpg"}, "--count: '0' is not a whole number from 1"},
        {{"--count", "-1", "a.jpg"}, "--count: '-1'"},
        {{"--count", "3x", "a.jpg"}, "--count: '3x'"},
        {{"--count", "99999999999999999999", "a.jpg"}, "--count"},
        {{"--count", "1", "--count", "2", "a.jpg"}, "more than once"},
        {{"a.jpg", "--count"}, "argument for option '--count' is missing"},
        {{"--camera", "-1"}, "--camera"},
        {{"--slots", "0", "a.jpg"}, "--slots: '0' is not a whole number from 1 to 65535"},
        {{"--slots", "65536", "a.jpg"}, "--slots"},
        {{"--rate", "0", "a.jpg"}, "--rate"},
        {{"--rate", "nan", "a.jpg"}, "--rate"},
        {{"--rate", "fast", "a.jpg"}, "'fast' is not a rate"},
        {{"--payload", "big", "a.jpg"}, "--payload: 'big' is not a size"},
        {{"--payload", "0", "a.jpg"}, "--payload"},
        {{"--payload", "1M", "--image-limit", "2M", "a.jpg"}, "--image-limit belongs to --payload auto"},
        {{"--timeout", "5", "a.jpg"}, "--timeout: '5' is not a duration"},
        {{"--pattern", "1920"}, "--pattern: '1920' is not a picture size"},
        {{"--pattern", "30000x30000"}, "larger than --image-limit"},
        {{"--pattern", "8x8", "--loop"}, "--loop"},
        {{"--no-wait", "--save", "out", "a.jpg"}, "--save"},
        {{"--no-wait", "--in-flight", "2", "a.jpg"}, "--in-flight"},
        {{"--no-wait", "--wait-receiver", "2s", "a.jpg"}, "--wait-receiver"},
        {{"--in-flight", "0", "a.jpg"}, "--in-flight"},
        {{"--in-flight", "9", "a.jpg"}, "--in-flight needs as many --slots"},
        {{"--json=yes", "a.jpg"}, "--json"},
    };
    for (const auto& [words, sentence] : refused) {
        const std::string said = refusal(words, sender_options);
        BOOST_TEST_CONTEXT(joined(words) << "-> " << said) {
            BOOST_TEST(said.find(sentence) != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_receiver_refuses_invalid_options_with_a_message) {
    const std::vector<std::pair<Words, std::string>> refused{
        {{"a.jpg"}, "belongs to no option"},
        {{"--operation", "sharpen"}, "'sharpen' is not an operation; there are: none, gray, blur, edges, flip"},
        {{"--workers", "0"}, "--workers"},
        {{"--workers", "257"}, "--workers"},
        {{"--count", "0"}, "--count"},
        {{"--idle-timeout", "soon"}, "--idle-timeout: 'soon' is not a duration"},
        {{"--in-place"}, "change nothing"},
        {{"--in-place", "--operation", "checksum"}, "change nothing"},
        {{"--operation", "checksum", "--out", "x"}, "makes none"},
        {{"--in-flight", "3"}, "unrecognised option"},
    };
    for (const auto& [words, sentence] : refused) {
        const std::string said = refusal(words, receiver_options);
        BOOST_TEST_CONTEXT(joined(words) << "-> " << said) {
            BOOST_TEST(said.find(sentence) != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(defaults_are_those_of_the_help) {
    const auto options = sender_options({"a.jpg", "b.jpg"});
    BOOST_TEST(options.channel == "frames");
    BOOST_TEST(options.inputs.size() == 2U);
    BOOST_TEST(!options.slots.has_value());  // a channel that exists may have any number
    BOOST_TEST(options.in_flight == 1U);
    BOOST_TEST(!options.payload_bytes.has_value());
    BOOST_TEST(!options.reply_bytes.has_value());
    BOOST_TEST(options.image_limit_bytes == 128U << 20U);
    BOOST_TEST((options.timeout == 5s));
    BOOST_TEST((options.wait_receiver == 10s));
    const auto other_side = receiver_options({});
    BOOST_TEST(other_side.channel == "frames");
    BOOST_TEST((other_side.operation == receiver::Operation::none));
    BOOST_TEST(other_side.workers == 1U);
    BOOST_TEST(!other_side.idle_timeout.has_value());
    BOOST_TEST(!other_side.stay);
}

BOOST_AUTO_TEST_CASE(values_arrive) {
    const auto options =
        sender_options({"--pattern", "640x480",   "--count",    "7",       "--rate",  "29.97",       "--slots",
                        "4",         "--payload", "2Mi",        "--reply", "0",       "--in-flight", "4",
                        "--timeout", "250ms",     "--in-place", "--json",  "--quiet", "--channel",   "c"});
    BOOST_TEST((options.pattern == handoff::apps::PictureSize{640, 480}));
    BOOST_TEST(options.count.value() == 7U);
    BOOST_TEST(options.frames_per_second.value() == 29.97);
    BOOST_TEST(options.payload_bytes.value() == 2U << 20U);
    BOOST_TEST(options.reply_bytes.value() == 0U);
    BOOST_TEST((options.timeout == 250ms));
    BOOST_TEST(options.in_place);
    BOOST_TEST(options.json);
    BOOST_TEST(options.quiet);
}

BOOST_AUTO_TEST_CASE(a_file_that_looks_like_an_option_comes_after_two_dashes) {
    BOOST_TEST(sender_options({"--", "--odd.jpg"}).inputs.at(0) == "--odd.jpg");
    BOOST_TEST(refusal({"--odd.jpg"}, sender_options).find("unrecognised") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
