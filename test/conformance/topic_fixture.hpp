// What every conformance test of topics and latest values stands on.
#pragma once

#include <handoff/topic.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "conformance/fixture.hpp"

namespace conformance {

/// A topic of small messages with a short history.
struct Topic {
    handoff::testing::UniqueName name{"topic"};
    handoff::TopicShape shape;

    Topic() {
        shape.history = 4;
        shape.payload_bytes = 256;
        shape.loans = 2;
        shape.pin_budget = 4;
        shape.participants = 16;
        shape.sync = sync();
    }
    ~Topic() {
        for (const auto& file : name.left_behind()) BOOST_ERROR("left behind: " + file);
    }
    handoff::Publisher publisher() const { return handoff::Publisher(name, shape); }
    handoff::Subscriber subscriber(const handoff::SubscriberOptions& options = {}) const {
        return handoff::Subscriber(name, options);
    }
};

inline std::uint64_t publish(handoff::Publisher& publisher, std::string_view message) {
    handoff::Loan loan = publisher.loan().value();
    std::memcpy(loan.payload().data(), message.data(), message.size());
    loan.resize(message.size()).value();
    return publisher.publish(std::move(loan)).value();
}

/// Publishes the numbers from `first` to `last`, as text.
inline void publish_numbers(handoff::Publisher& publisher, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t number = first; number <= last; ++number) publish(publisher, std::to_string(number));
}

/// This message, with this sequence, after so many lost ones.
inline void check_message(const handoff::result<handoff::Message>& message, std::string_view content,
                          std::uint64_t sequence, std::uint64_t lost) {
    BOOST_TEST_REQUIRE(message.has_value());
    BOOST_TEST(text(message->payload()) == content);
    BOOST_TEST(message->sequence() == sequence);
    BOOST_TEST(message->lost() == lost);
}

using Buffer = std::array<std::byte, 256>;

inline void check_copied(const handoff::result<handoff::Copied>& copied, const Buffer& buffer, std::string_view content,
                         std::uint64_t sequence, std::uint64_t lost) {
    BOOST_TEST_REQUIRE(copied.has_value());
    BOOST_TEST(text(std::span(buffer).first(copied->size)) == content);
    BOOST_TEST(copied->sequence == sequence);
    BOOST_TEST(copied->lost == lost);
}

}  // namespace conformance
