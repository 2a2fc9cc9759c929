// A channel for death tests: one per test, removed afterwards, checked to be clean at the end.
#pragma once

#include <handoff/handoff.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>

#include "message.hpp"

namespace handoff::test {

using namespace std::chrono_literals;
using testing::Checkpoints;
using testing::Child;

/// Long enough for a loaded machine; a test that reaches it has found a hang.
inline const auto soon = testing::scaled(10s);

struct Channel {
    static constexpr std::uint32_t slots = 4;
    static constexpr std::size_t payload_bytes = 10'000;
    static constexpr std::size_t reply_bytes = 1'000;

    testing::UniqueName name{"deaths"};
    ChannelShape shape{
        .slot_count = slots, .payload_bytes = payload_bytes, .reply_bytes = reply_bytes, .participants = 8};

    Sender sender() const { return Sender(name, shape); }
    Receiver receiver() const { return Receiver(name, shape); }
};

/// A filled loan. Throws if no slot comes free.
inline Loan message(Sender& sender, std::uint64_t id) {
    Loan loan = sender.loan(soon).value();
    fill(loan.payload(), id);
    return loan;
}

/// Answers one request with its own number and returns that number.
inline std::uint64_t serve_one(Receiver& receiver) {
    Request request = receiver.receive(soon).value();
    BOOST_TEST(is_whole(request.payload()));
    const std::uint64_t id = id_of(request.payload());
    fill(request.reply(), id);
    request.processed(request.reply().size()).value();
    return id;
}

/// All slots free within the deadline, and `rounds` more requests work from end to end.
inline void check_works(Sender& sender, Receiver& receiver, int rounds = 12) {
    HANDOFF_CHECK_EVENTUALLY(sender.state().free == Channel::slots);
    for (int round = 0; round < rounds; ++round) {
        const std::uint64_t id = 1'000'000U + static_cast<std::uint64_t>(round);
        auto pending = sender.request_async(message(sender, id)).value();
        BOOST_TEST(serve_one(receiver) == id);
        auto processed = pending.wait(soon);
        BOOST_REQUIRE(processed);
        BOOST_TEST(id_of(processed->reply()) == id);
        BOOST_TEST(is_whole(processed->reply()));
    }
    BOOST_TEST(sender.state().free == Channel::slots);
}

}  // namespace handoff::test
