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
    handoff::TopicOptions options;

    Topic() {
        options.history = 4;
        options.payload_bytes = 256;
        options.loans = 2;
        options.pin_budget = 4;
        options.participants = 16;
    }
    ~Topic() {
        for (const auto& file : name.left_behind()) BOOST_ERROR("left behind: " + file);
    }
    handoff::TopicOptions with(handoff::WaitPolicy policy) const {
        handoff::TopicOptions changed = options;
        changed.wait = policy;
        return changed;
    }
    handoff::Publisher publisher() const { return handoff::Publisher(name, options); }
    handoff::Subscriber subscriber(const handoff::SubscriberOptions& wishes = {}) const {
        return handoff::Subscriber(name, {}, wishes);
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
