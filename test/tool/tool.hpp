// The tool as a program, and segments whose state the test knows.
#pragma once

#include <handoff/handoff.hpp>
#include <handoff/inspect.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstring>
#include <string>
#include <vector>

namespace tool_test {

using namespace std::chrono_literals;
using namespace handoff;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::Program;
using handoff::testing::UniqueName;

/// A test that reaches it has found a hang: a thousand segments on a loaded machine, or one that stands still, take
/// ten.
inline const auto soon = handoff::testing::scaled(30s);

inline Program tool(const std::vector<std::string>& arguments, const std::string& input = "") {
    return Program(HANDOFF_BIN_DIR "/handoff", arguments, {.input = input});
}

/// What it wrote to stdout. Fails the test if it ends with another code.
inline std::string output_of(const std::vector<std::string>& arguments, int code = 0, const std::string& input = "") {
    Program program = tool(arguments, input);
    const auto exit = program.wait(soon);
    BOOST_TEST_REQUIRE((exit.signal == 0 && exit.code == code), "handoff " << arguments.front() << ": " << exit.text()
                                                                           << "\n"
                                                                           << program.output() << program.errors());
    return program.output();
}

/// What it wrote to stderr. Fails the test if it ends with another code.
inline std::string words_of(const std::vector<std::string>& arguments, int code, const std::string& input = "") {
    Program program = tool(arguments, input);
    const auto exit = program.wait(soon);
    BOOST_TEST_REQUIRE((exit.signal == 0 && exit.code == code), "handoff " << arguments.front() << ": " << exit.text()
                                                                           << "\n"
                                                                           << program.output() << program.errors());
    return program.errors();
}

inline bool contains(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}
#define TOOL_TEST_CONTAINS(text, words)                                                         \
    do {                                                                                        \
        const std::string said = text;                                                          \
        BOOST_TEST(::tool_test::contains(said, words), (words) << " is missing in:\n" << said); \
    } while (false)

inline Loan filled(Loan loan, const std::string& bytes) {
    loan.resize(bytes.size()).value();
    std::memcpy(loan.payload().data(), bytes.data(), bytes.size());
    return loan;
}
inline void send(Sender& sender, const std::string& bytes) {
    sender.send(filled(sender.loan(soon).value(), bytes)).value();
}
inline std::uint64_t publish(Publisher& publisher, const std::string& bytes) {
    return publisher.publish(filled(publisher.loan().value(), bytes)).value();
}

inline ChannelShape small_channel() {
    return {.slot_count = 4, .payload_bytes = 1000, .reply_bytes = 100, .participants = 8};
}
inline TopicShape small_topic() {
    return {.history = 4, .payload_bytes = 1000, .participants = 8};
}

}  // namespace tool_test
