// What every conformance test stands on: a name of its own, and at the end nothing in /dev/shm.
#pragma once

#include <handoff/channel.hpp>
#include <handoff/testing.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace handoff {

inline std::ostream& operator<<(std::ostream& out, WaitPolicy policy) {
    return out << (policy == WaitPolicy::busy ? "busy" : policy == WaitPolicy::balanced ? "balanced" : "sleep");
}

}  // namespace handoff

namespace conformance {

using namespace std::chrono_literals;

/// How long to wait for something that must come.
inline const std::chrono::nanoseconds long_timeout = handoff::testing::scaled(20s);
inline const handoff::Deadline soon() {
    return long_timeout;
}

inline const auto policies = boost::unit_test::data::make(
    {handoff::WaitPolicy::busy, handoff::WaitPolicy::balanced, handoff::WaitPolicy::sleep});

/// The suite runs once on segments of each kind: HANDOFF_TEST_SYNC=boost, or futex. A case that kills a process shows
/// that in its name ("dead", "death"), and is not run with Boost's pair, which promises nothing then.
inline handoff::Sync sync() {
    const char* const asked = std::getenv("HANDOFF_TEST_SYNC");
    return asked != nullptr && std::string_view(asked) == "boost" ? handoff::Sync::boost : handoff::Sync::futex;
}

/// A channel of small messages with a small answer.
struct Channel {
    handoff::testing::UniqueName name{"conformance"};
    handoff::ChannelShape shape;

    Channel() {
        shape.slot_count = 4;
        shape.payload_bytes = 256;
        shape.reply_bytes = 64;
        shape.sync = sync();
    }
    ~Channel() {
        for (const auto& file : name.left_behind()) BOOST_ERROR("left behind: " + file);
    }
    handoff::Sender sender() const { return handoff::Sender(name, shape); }
    handoff::Receiver receiver() const { return handoff::Receiver(name); }
};

inline std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}
inline std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A loan that carries this text.
inline handoff::Loan loan_with(handoff::Sender& sender, std::string_view message) {
    handoff::Loan loan = sender.loan(soon()).value();
    std::memcpy(loan.payload().data(), message.data(), message.size());
    loan.resize(message.size()).value();
    return loan;
}
inline void send(handoff::Sender& sender, std::string_view message) {
    sender.send(loan_with(sender, message)).value();
}
inline handoff::Pending request_async(handoff::Sender& sender, std::string_view message) {
    return sender.request_async(loan_with(sender, message)).value();
}
inline handoff::Request receive(handoff::Receiver& receiver) {
    return receiver.receive(soon()).value();
}

/// Refused, with this code, and with a sentence that holds these words.
template <class T>
void check_refused(const handoff::result<T>& outcome, handoff::Errc code, std::string_view words = "") {
    BOOST_TEST_REQUIRE(!outcome.has_value());
    BOOST_TEST((outcome.error() == code), "refused with another code: " << outcome.error().message());
    const std::string sentence = outcome.error().message();
    BOOST_TEST(sentence.find(' ') != std::string::npos, "no sentence: " << sentence);
    BOOST_TEST(sentence.find(words) != std::string::npos, "'" << words << "' is not in: " << sentence);
}

/// How sizes close to the largest size_t are refused: with 64 bits they overflow, with 32 they are only too many.
inline constexpr bool sizes_overflow = sizeof(std::size_t) == 8;
inline constexpr handoff::Errc beyond_memory =
    sizes_overflow ? handoff::Errc::invalid_argument : handoff::Errc::no_space;
inline constexpr const char* beyond_memory_words = sizes_overflow ? "larger than any memory" : "a program of 32 bits";

/// Throws handoff::Error with this code, and with a sentence that holds these words.
template <class Function>
void check_throws(Function&& function, handoff::Errc code, std::string_view words = "") {
    try {
        function();
        BOOST_ERROR("nothing was thrown");
    } catch (const handoff::Error& error) {
        BOOST_TEST((error.code() == make_error_code(code)), "thrown with another code: " << error.what());
        const std::string_view sentence = error.what();
        BOOST_TEST(sentence.find(' ') != std::string_view::npos, "no sentence: " << sentence);
        BOOST_TEST(sentence.find(words) != std::string_view::npos, "'" << words << "' is not in: " << sentence);
    }
}

/// Every slot is free: now, or as soon as the other side has finished what it is doing.
inline void check_all_free(const handoff::Sender& sender) {
    HANDOFF_CHECK_EVENTUALLY(sender.state().free == sender.info().slot_count);
}

}  // namespace conformance
