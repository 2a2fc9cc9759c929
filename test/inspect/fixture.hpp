// Segments to look at, with people in them.
#pragma once

#include <handoff/inspect.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "platform/refusal.hpp"
#include "segment/name.hpp"

namespace handoff::test {

using namespace std::chrono_literals;
using inspect::Life;
using inspect::Observer;
using inspect::Report;
using testing::Checkpoints;
using testing::Child;
using testing::run_in_child;
using testing::UniqueName;

inline const auto soon = testing::scaled(10s);

inline ChannelShape small_channel() {
    return {.slot_count = 4, .payload_bytes = 1000, .reply_bytes = 100, .participants = 8};
}
inline TopicShape small_topic() {
    return {.history = 4, .payload_bytes = 1000, .participants = 8};
}
inline LatestShape small_latest() {
    return {.capacity_bytes = 1000, .participants = 4};
}

template <class Lender>
Loan filled(Lender& lender, std::size_t bytes, unsigned char value) {
    Loan loan = lender.loan().value();
    loan.resize(bytes).value();
    std::memset(loan.payload().data(), value, bytes);
    return loan;
}
inline std::uint64_t publish(Publisher& publisher, std::size_t bytes, unsigned char value) {
    return publisher.publish(filled(publisher, bytes, value)).value();
}
inline void send(Sender& sender, std::size_t bytes, unsigned char value) {
    sender.send(filled(sender, bytes, value)).value();
}

inline std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline const inspect::Participant& only(const Report& report, inspect::Role role) {
    const auto is_it = [&](const auto& one) { return one.role == role; };
    BOOST_TEST_REQUIRE(std::count_if(report.participants.begin(), report.participants.end(), is_it) == 1);
    return *std::find_if(report.participants.begin(), report.participants.end(), is_it);
}
inline std::uint64_t count(const Report& report, inspect::SlotState state) {
    return static_cast<std::uint64_t>(std::count_if(report.slot_list.begin(), report.slot_list.end(),
                                                    [&](const auto& slot) { return slot.state == state; }));
}

}  // namespace handoff::test
