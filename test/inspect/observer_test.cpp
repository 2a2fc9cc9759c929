// An Observer disturbs no participant, is refused with a message, and copies whole messages.
#include <thread>

#include <fcntl.h>

#include <handoff/truncation.hpp>

#include "fixture.hpp"
#include "platform/lock_file.hpp"
#include "segment/segment_layout.hpp"

namespace observer_test {

using namespace handoff;
using namespace handoff::test;

Failure refused(std::string_view name) {
    return refusal_of([&] { Observer{name}; });
}

bool is_uniform(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [&](std::byte byte) { return byte == bytes.front(); });
}

}  // namespace observer_test

BOOST_AUTO_TEST_SUITE(observer_test)

BOOST_AUTO_TEST_CASE(nobody_notices_that_somebody_looks) {
    const UniqueName name;
    auto sender = std::make_unique<Sender>(name, small_channel());
    send(*sender, 100, 7);
    const std::string before = bytes_of(detail::segment::segment_path(name));
    Observer observer(name);
    std::vector<std::byte> buffer;
    BOOST_TEST(observer.report().participants.size() == 1U);
    BOOST_TEST(observer.copy_newest(buffer).value().size == 100U);
    BOOST_TEST((bytes_of(detail::segment::segment_path(name)) == before), "looking changed the segment");
    {
        auto locks =
            detail::platform::LockFile::open(detail::segment::segment_path(name), detail::platform::Access::read_write);
        BOOST_TEST(!locks.is_held_by_another(7), "the observer holds a place");
    }
    BOOST_TEST(observer.is_current());
    Receiver(name).receive(soon).value().processed().value();
    sender.reset();
    BOOST_TEST(name.left_behind().empty(), "the last one to leave could not remove the name");
    BOOST_TEST(!observer.is_current());
    BOOST_TEST(observer.report().participants.empty());  // what is mapped can still be looked at
}

BOOST_AUTO_TEST_CASE(a_segment_of_the_dead_can_be_looked_at) {
    const UniqueName name;
    Child child([&](Checkpoints& checkpoints) {
        Publisher publisher(name, small_topic());
        publish(publisher, 3, 9);
        checkpoints.stop_at("published");
    });
    child.wait_for("published");
    child.kill();
    Observer observer(name, Start::oldest);
    BOOST_TEST((observer.report().participants.at(0).life == Life::dead));
    std::vector<std::byte> buffer;
    BOOST_TEST(observer.copy_next(buffer).value().sequence == 1U);
    HANDOFF_TEST_CODE(observer.copy_next(buffer).error(), Errc::empty);
    inspect::clean(name.str()).value();
}

BOOST_AUTO_TEST_CASE(what_is_no_segment_of_ours_is_refused_with_a_sentence) {
    HANDOFF_TEST_CODE(refused("no-such-segment-anywhere"), Errc::no_such_segment);
    HANDOFF_TEST_CODE(refused("a/b"), Errc::invalid_argument);
    const UniqueName name;
    const std::string path = detail::segment::segment_path(name);
    std::ofstream(path) << "short";
    HANDOFF_TEST_CODE(refused(name), Errc::not_a_segment);
    check_message(refused(name), "has only 5 bytes");
    std::ofstream(path) << std::string(5000, '.');
    HANDOFF_TEST_CODE(refused(name), Errc::not_a_segment);
    std::filesystem::remove(path);

    const Sender sender(name, small_channel());
    std::string bytes = bytes_of(path);
    bytes[offsetof(detail::segment::SegmentHeader, layout_version)] = 77;
    std::ofstream(path, std::ios::binary | std::ios::in) << bytes;
    const Failure other = refused(name);
    HANDOFF_TEST_CODE(other, Errc::wrong_version);
    check_message(other, "layout 77");
}

BOOST_AUTO_TEST_CASE(topics_and_latest_values_are_copied_one_after_the_other_and_losses_counted) {
    const UniqueName name;
    Publisher publisher(name, small_topic());
    publish(publisher, 1, 1);
    Observer observer(name);
    std::vector<std::byte> buffer;
    HANDOFF_TEST_CODE(observer.copy_next(buffer).error(), Errc::empty);
    for (unsigned char i = 2; i <= 4; ++i) publish(publisher, i, i);
    for (std::uint64_t i = 2; i <= 4; ++i) {
        const auto copied = observer.copy_next(buffer).value();
        BOOST_TEST(copied.sequence == i);
        BOOST_TEST(copied.size == i);
        BOOST_TEST(copied.lost == 0U);
        BOOST_TEST(std::to_integer<std::uint64_t>(buffer[0]) == i);
    }
    for (unsigned char i = 5; i <= 14; ++i) publish(publisher, 1000, i);
    BOOST_TEST(observer.copy_next(buffer).value().lost == 6U);
    const auto newest = observer.copy_newest(buffer).value();
    BOOST_TEST(newest.sequence == 14U);
    BOOST_TEST(newest.size == 1000U);
    BOOST_TEST(observer.copy_next(buffer).value().sequence == 12U);  // the newest was only looked at

    const UniqueName value_name;
    LatestBytes latest(value_name, small_latest());
    Observer value_observer(value_name);
    HANDOFF_TEST_CODE(value_observer.copy_newest(buffer).error(), Errc::empty);
    (void)latest.write(std::vector<std::byte>(3, std::byte{5})).value();
    BOOST_TEST(value_observer.copy_next(buffer).value().size == 3U);
    HANDOFF_TEST_CODE(value_observer.copy_next(buffer).error(), Errc::empty);
    BOOST_TEST(value_observer.copy_newest(buffer).value().size == 3U);
}

BOOST_AUTO_TEST_CASE(a_channel_shows_the_message_that_was_sent_last_whoever_has_it) {
    const UniqueName name;
    Sender sender(name, small_channel());
    Receiver receiver(name);
    Observer observer(name);
    std::vector<std::byte> buffer;
    HANDOFF_TEST_CODE(observer.copy_newest(buffer).error(), Errc::empty);
    HANDOFF_TEST_CODE(observer.copy_next(buffer).error(), Errc::invalid_argument);
    send(sender, 10, 1);
    send(sender, 600, 2);
    const auto check_newest = [&](const char* when) {
        const auto copied = observer.copy_newest(buffer);
        BOOST_TEST_REQUIRE(bool(copied), when);
        BOOST_TEST(copied->size == 600U, when);
        BOOST_TEST(std::to_integer<int>(buffer[599]) == 2, when);
    };
    check_newest("unread");
    Request first = receiver.receive(soon).value();
    Request second = receiver.receive(soon).value();
    check_newest("taken");
    second.processed().value();
    check_newest("free again");
    first.processed().value();
}

BOOST_AUTO_TEST_CASE(copies_are_whole_while_the_channel_runs_at_full_speed) {
    const UniqueName name;
    constexpr std::size_t bytes = 400'000;  // a copy is often interrupted, and slots are reused meanwhile
    Child sending([&](Checkpoints& checkpoints) {
        auto shape = small_channel();
        shape.slot_count = 2;  // what is copied is soon overwritten
        shape.payload_bytes = bytes;
        Sender sender(name, shape);
        checkpoints.reach("open");
        for (unsigned char value = 0;; ++value) send(sender, bytes, value);
    });
    sending.wait_for("open");
    Child receiving([&](Checkpoints&) {
        Receiver receiver(name);
        while (true) receiver.receive(soon).value().processed().value();
    });
    Observer observer(name);
    std::vector<std::byte> buffer;
    std::uint64_t whole = 0;
    const auto long_enough = std::chrono::steady_clock::now() + 2s;
    const auto look = [&] {
        const auto copied = observer.copy_newest(buffer);
        if (!copied) return false;
        BOOST_TEST_REQUIRE(is_uniform(std::span(buffer).first(copied->size)), "a torn message was handed out");
        return ++whole >= 100 && std::chrono::steady_clock::now() > long_enough;
    };
    HANDOFF_CHECK_EVENTUALLY(look());
    receiving.kill();
    sending.kill();
    inspect::clean(name.str()).value();
}

BOOST_AUTO_TEST_CASE(a_file_that_is_cut_short_meanwhile_is_an_error_and_not_our_end) {
    const UniqueName name, topic;
    run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Sender sender(name, small_channel());
        send(sender, 1, 1);
        Publisher publisher(topic, small_topic());
        publish(publisher, 1, 1);
        std::vector<std::byte> buffer(1000);
        for (const UniqueName* one : {&name, &topic}) {
            Observer observer(*one, Start::oldest);
            std::filesystem::resize_file(detail::segment::segment_path(*one), 0);
            HANDOFF_TEST_CODE(refusal_of([&] { (void)observer.report(); }), Errc::damaged);
            HANDOFF_TEST_CODE(observer.copy_newest(buffer).error(), Errc::damaged);
        }
    });
}

BOOST_AUTO_TEST_CASE(an_observer_that_was_moved_from_says_so) {
    const UniqueName name;
    const Sender sender(name, small_channel());
    Observer first(name);
    const Observer second(std::move(first));
    BOOST_TEST((second.name() == name.str() && second.kind() == inspect::Kind::channel && second.is_current()));
    std::vector<std::byte> buffer;
    BOOST_TEST(refusal_of([&] { (void)first.kind(); }) == Errc::invalid_handle);
    BOOST_TEST(refusal_of([&] { (void)first.name(); }) == Errc::invalid_handle);
    BOOST_TEST(refusal_of([&] { (void)first.report(); }) == Errc::invalid_handle);
    BOOST_TEST(refusal_of([&] { (void)first.is_current(); }) == Errc::invalid_handle);
    BOOST_TEST(first.copy_next(buffer).error() == Errc::invalid_handle);
    BOOST_TEST(first.copy_newest(buffer).error() == Errc::invalid_handle);
}

BOOST_AUTO_TEST_CASE(an_observer_of_a_segment_that_was_replaced_says_so) {
    const UniqueName name;
    auto sender = std::make_unique<Sender>(name, small_channel());
    const Observer observer(name);
    sender.reset();
    BOOST_TEST(!observer.is_current());
    const Sender another(name, small_channel());
    BOOST_TEST(!observer.is_current());
    BOOST_TEST(Observer(name).is_current());
}

BOOST_AUTO_TEST_SUITE_END()
