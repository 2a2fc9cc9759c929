// The report of an Observer agrees with the segment.
#include <csignal>

#include <unistd.h>

#include "fixture.hpp"

namespace report_test {

using namespace handoff;
using namespace handoff::test;
using inspect::Participant;
using inspect::Role;
using inspect::SlotState;

/// Of a sender that has sent 10 and 20 bytes and holds a loan, and a receiver that has taken the 10.
void check_participants(const Participant& sending, const Participant& receiving) {
    BOOST_TEST(sending.pid == static_cast<std::uint32_t>(getpid()));
    BOOST_TEST((sending.life == Life::alive));
    BOOST_TEST(sending.program.substr(0, 5) == "test_");
    BOOST_TEST(sending.messages == 2U);
    BOOST_TEST(sending.bytes == 30U);
    BOOST_TEST(receiving.messages == 1U);
    BOOST_TEST(receiving.bytes == 10U);
}

/// Of the same.
void check_slots(const Report& report, const Participant& sending, const Participant& receiving) {
    BOOST_TEST_REQUIRE(report.slot_list.size() == 4U);
    for (const auto state : {SlotState::free, SlotState::loaned, SlotState::taken, SlotState::ready})
        BOOST_TEST(count(report, state) == 1U);
    for (const auto& slot : report.slot_list) {
        if (slot.state == SlotState::loaned) BOOST_TEST(slot.owner.value() == sending.index);
        if (slot.state == SlotState::ready) BOOST_TEST(slot.bytes == 20U);
        if (slot.state == SlotState::taken) {
            BOOST_TEST(slot.owner.value() == receiving.index);
            BOOST_TEST(slot.bytes == 10U);
            BOOST_TEST(slot.sequence == 1U);
            BOOST_TEST(slot.sender == sending.id);
        }
    }
}

}  // namespace report_test

BOOST_AUTO_TEST_SUITE(report_test)

BOOST_AUTO_TEST_CASE(a_channel_is_described_with_its_options_people_and_slots) {
    const UniqueName name;
    auto shape = small_channel();
    shape.max_deliveries = 3;
    shape.mode = 0640;
    Sender sender(name, shape);
    Receiver receiver(name);
    send(sender, 10, 1);
    send(sender, 20, 2);
    const Request request = receiver.receive(soon).value();
    const Loan loan = sender.loan().value();

    const Report report = Observer(name).report();
    BOOST_TEST(report.name == name.str());
    BOOST_TEST((report.kind == inspect::Kind::channel));
    BOOST_TEST(report.layout_version == inspect::layout_version());
    BOOST_TEST(report.segment_bytes == std::filesystem::file_size(detail::segment::segment_path(name)));
    BOOST_TEST(report.creator_pid == static_cast<std::uint32_t>(getpid()));
    BOOST_TEST((std::chrono::abs(std::chrono::system_clock::now() - report.created_at) < 1min));
    BOOST_TEST(report.owner_uid == geteuid());
    BOOST_TEST(report.mode == 0640U);
    BOOST_TEST(report.payload_bytes == 1000U);
    BOOST_TEST(report.reply_bytes == 100U);
    BOOST_TEST(report.participant_places == 8U);
    BOOST_TEST(report.max_deliveries == 3U);
    BOOST_TEST((report.lifetime == Lifetime::until_last_leaves));
    BOOST_TEST((report.newest_age && *report.newest_age >= 0ns && *report.newest_age < 1min));

    BOOST_TEST_REQUIRE(report.participants.size() == 2U);
    const auto& sending = only(report, Role::sender);
    const auto& receiving = only(report, Role::receiver);
    BOOST_TEST(sending.id == sender.id().value);
    check_participants(sending, receiving);
    check_slots(report, sending, receiving);
}

BOOST_AUTO_TEST_CASE(a_topic_is_described_with_its_history_and_its_pins) {
    const UniqueName name;
    Publisher publisher(name, small_topic());
    Subscriber subscriber(name);
    for (unsigned char i = 1; i <= 6; ++i) publish(publisher, i, i);
    const Message pinned = subscriber.next(soon).value();
    publish(publisher, 7, 7);  // overwrites the one that is pinned

    const Report report = Observer(name).report();
    BOOST_TEST((report.kind == inspect::Kind::topic));
    BOOST_TEST(report.history == 4U);
    BOOST_TEST(report.newest == 7U);
    BOOST_TEST(only(report, Role::publisher).messages == 7U);
    const auto& subscribing = only(report, Role::subscriber);
    BOOST_TEST(subscribing.messages == 1U);
    BOOST_TEST(subscribing.lost == 2U);
    BOOST_TEST(subscribing.reserved_pins == 1U);
    std::size_t kept = 0;
    for (const auto& slot : report.slot_list) {
        kept += slot.kept ? 1 : 0;
        if (!slot.pinned_by.empty()) {
            BOOST_TEST(slot.sequence == pinned.sequence());
            BOOST_TEST(!slot.kept);
            BOOST_TEST(slot.pinned_by.front() == subscribing.index);
        }
    }
    BOOST_TEST(kept == 4U);
}

BOOST_AUTO_TEST_CASE(a_loan_of_a_topic_is_as_old_as_the_loan_and_no_message) {
    const UniqueName name;
    Publisher publisher(name, small_topic());
    const Observer observer(name);
    const std::size_t slots = observer.report().slot_list.size();
    for (std::size_t i = 0; i < slots; ++i) publish(publisher, 1, 1);  // every slot was used before
    const auto newest_age = [&] { return observer.report().newest_age.value(); };
    HANDOFF_REQUIRE_EVENTUALLY(newest_age() > 100ms);
    constexpr auto coarse = 20ms;  // the clock of a loan has ticks
    const auto before = std::chrono::steady_clock::now();
    {
        const Loan loan = publisher.loan().value();
        const Report report = observer.report();
        const auto elapsed = std::chrono::steady_clock::now() - before;
        for (const auto& slot : report.slot_list)
            if (slot.state == SlotState::loaned)
                BOOST_TEST((slot.since <= elapsed + coarse), "on loan for " << slot.since.count() << " ns");
        BOOST_TEST(count(report, SlotState::loaned) == 1U);
        BOOST_TEST((newest_age() > 100ms));
    }
    BOOST_TEST((newest_age() > 100ms), "a loan that was given back is no message");
}

BOOST_AUTO_TEST_CASE(who_left_is_remembered_until_somebody_takes_the_place) {
    const UniqueName name;
    const Sender sender(name, small_channel());
    BOOST_TEST(Observer(name).report().former.empty());
    { const Receiver receiver(name); }
    const Report report = Observer(name).report();
    BOOST_TEST_REQUIRE(report.former.size() == 1U);
    BOOST_TEST(report.former[0].pid == static_cast<std::uint32_t>(getpid()));
    BOOST_TEST(report.former[0].program.substr(0, 5) == "test_");
    const Receiver another(name);
    BOOST_TEST(Observer(name).report().former.empty());
}

BOOST_AUTO_TEST_CASE(a_latest_value_counts_what_was_written) {
    const UniqueName name;
    LatestBytes latest(name, small_latest());
    const std::vector<std::byte> value(5);
    for (int i = 0; i < 3; ++i) (void)latest.write(value).value();
    const Report report = Observer(name).report();
    BOOST_TEST((report.kind == inspect::Kind::latest));
    BOOST_TEST(report.newest == 3U);
    BOOST_TEST(only(report, Role::writer).messages == 3U);
    BOOST_TEST(only(report, Role::writer).bytes == 15U);
}

BOOST_AUTO_TEST_CASE(who_is_stopped_and_who_is_dead_is_told_and_what_they_hold) {
    const UniqueName name;
    Child stopped([&](Checkpoints& checkpoints) {
        Receiver receiver(name, small_channel());
        const Request request = receiver.receive(soon).value();
        checkpoints.stop_at("taken");
    });
    Sender sender(name, small_channel());
    send(sender, 1, 1);
    stopped.wait_for("taken");
    BOOST_TEST((only(Observer(name).report(), Role::receiver).life == Life::alive));
    BOOST_TEST_REQUIRE(kill(stopped.pid(), SIGSTOP) == 0);
    HANDOFF_CHECK_EVENTUALLY(only(Observer(name).report(), Role::receiver).life == Life::stopped);
    stopped.kill();
    const Report report = Observer(name).report();
    BOOST_TEST((only(report, Role::receiver).life == Life::dead));
    BOOST_TEST(count(report, SlotState::taken) == 1U);
    BOOST_TEST((only(report, Role::sender).life == Life::alive));
}

BOOST_AUTO_TEST_CASE(times_are_measured_where_they_are_exact_and_only_there) {
    for (const Timestamps timestamps : {Timestamps::exact, Timestamps::coarse}) {
        const bool exact = timestamps == Timestamps::exact;
        const UniqueName name, topic;
        Sender sender(name, small_channel(), {.timestamps = timestamps});
        Receiver receiver(name, {.timestamps = timestamps});
        auto pending = sender.request_async(filled(sender, 1, 1)).value();
        receiver.receive(soon).value().processed().value();
        const auto processed = pending.wait(soon).value();
        const Report report = Observer(name).report();
        BOOST_TEST(only(report, Role::sender).delay.count() == (exact ? 1U : 0U));
        BOOST_TEST(only(report, Role::receiver).delay.count() == (exact ? 1U : 0U));
        BOOST_TEST(only(report, Role::receiver).work.count() == (exact ? 1U : 0U));
        if (exact) {
            const auto measured = only(report, Role::sender).delay.percentile(50);
            BOOST_TEST(std::abs(measured.count() - processed.round_trip().count()) <=
                       std::max<std::int64_t>(processed.round_trip().count() / 8, 128));
        }

        Publisher publisher(topic, small_topic(), {.timestamps = timestamps});
        Subscriber subscriber(topic, {.timestamps = timestamps});
        publish(publisher, 1, 1);
        (void)subscriber.next(soon).value();
        BOOST_TEST(only(Observer(topic).report(), Role::subscriber).delay.count() == (exact ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE(a_waiting_receiver_is_seen_waiting) {
    const UniqueName name;
    Sender sender(name, small_channel());
    Child child([&](Checkpoints&) {
        Receiver receiver(name);
        (void)receiver.receive(soon);
    });
    const auto is_waiting = [&] {
        const Report report = Observer(name).report();
        return report.participants.size() == 2 && only(report, Role::receiver).waiting == 1;
    };
    HANDOFF_CHECK_EVENTUALLY(is_waiting());
    send(sender, 1, 1);
    child.wait();
}

BOOST_AUTO_TEST_CASE(buckets_follow_each_other_and_percentiles_are_an_eighth_off_at_most) {
    using inspect::LatencyHistogram;
    for (std::size_t bucket = 0; bucket < LatencyHistogram::buckets; ++bucket) {
        const auto low = LatencyHistogram::lower_bound(bucket);
        const auto high = LatencyHistogram::lower_bound(bucket + 1);
        BOOST_TEST_REQUIRE((low < high));
        if (bucket == 0) continue;
        LatencyHistogram histogram;
        histogram.counts[bucket] = 1;
        const auto middle = histogram.percentile(50);
        BOOST_TEST_REQUIRE((middle - low <= low / 8 + 1ns && high - middle <= high / 8 + 1ns));
    }
    LatencyHistogram histogram;
    histogram.counts[10] = 98;
    histogram.counts[20] = 1;
    histogram.counts[30] = 1;
    BOOST_TEST((histogram.percentile(50) < LatencyHistogram::lower_bound(11)));
    BOOST_TEST((histogram.percentile(99) < LatencyHistogram::lower_bound(21) &&
                histogram.percentile(99) > LatencyHistogram::lower_bound(20)));
    BOOST_TEST((histogram.percentile(100) > LatencyHistogram::lower_bound(30)));
    BOOST_TEST((LatencyHistogram().percentile(50) == 0ns));
    LatencyHistogram ten;
    ten.counts[10] = 9;
    ten.counts[20] = 1;
    BOOST_TEST((ten.percentile(90) < LatencyHistogram::lower_bound(11)));
    BOOST_TEST((ten.percentile(99) > LatencyHistogram::lower_bound(20)));
    LatencyHistogram later = histogram;
    later.counts[20] += 5;
    BOOST_TEST(later.since(histogram).count() == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
