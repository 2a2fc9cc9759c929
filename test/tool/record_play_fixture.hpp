// What the tests of `handoff record` and `handoff play` share.
#pragma once

#include "tool/recording_fixture.hpp"

#include <handoff/testing.hpp>
#include <handoff/topic.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace recording_test {

using handoff::testing::Program;

Program handoff_program(const std::vector<std::string>& arguments);
/// Waits until the recorder looks at this segment.
void wait_until_recorded(const Program& recorder, std::string_view name);
/// Ends it as Ctrl-C does, and checks the exit code.
void interrupt(Program& program, int code = 0);
void require_exit(Program& program, int code);
/// A number in the JSON object on stdout.
std::uint64_t number(const Program& program, const std::string& key);

/// A message of a topic, with nothing of its transport.
struct Frame {
    handoff::Image image;
    std::vector<std::byte> payload;
    friend bool operator==(const Frame& left, const Frame& right);
};
std::ostream& operator<<(std::ostream& out, const Frame& frame);

/// Not more than 400 messages of it get lost while a recorder sleeps.
handoff::TopicShape roomy();
/// From its oldest message, as soon as the topic is there.
handoff::Subscriber subscriber_of(std::string_view name);
/// On stderr.
bool prints(const Program& program, const std::string& words);

/// Images of random sizes, encodings and descriptions; arrays, plain bytes and empty messages in between.
std::vector<Frame> frames(std::size_t count, std::uint32_t seed);
inline constexpr std::size_t largest_frame = 64 * 48 * 3;
void publish(handoff::Publisher& publisher, const Frame& frame);
/// Every message that comes, until so many are there.
std::vector<Frame> collect(handoff::Subscriber& subscriber, std::size_t count);
/// The messages of one topic in a recording.
std::vector<Frame> frames_in(const ReadBack& recording, const std::string& topic);

}  // namespace recording_test
