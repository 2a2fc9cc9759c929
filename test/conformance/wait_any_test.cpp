// Waiting for several things at once, and descriptors for other people's event loops.
#include <handoff/channel.hpp>
#include <handoff/latest.hpp>
#include <handoff/wait_any.hpp>

#include <poll.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "conformance/topic_fixture.hpp"

namespace wait_any_test {

using namespace conformance;
using handoff::Deadline;
using handoff::Errc;
using handoff::Latest;
using handoff::Publisher;
using handoff::Receiver;
using handoff::Sender;
using handoff::Subscriber;
using handoff::wait_any;
using handoff::Waitable;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::run_in_child;

std::ptrdiff_t threads() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}
/// A sanitizer starts a thread of its own with the first one; and a thread that was joined is still counted until the
/// kernel has taken it off its list.
std::ptrdiff_t threads_once_one_has_ended() {
    std::string path;
    std::thread([&path] { path = "/proc/self/task/" + std::to_string(::gettid()); }).join();
    HANDOFF_CHECK_EVENTUALLY(!std::filesystem::exists(path));
    return threads();
}

bool is_readable(int descriptor, std::chrono::milliseconds timeout = 0ms) {
    pollfd wanted{descriptor, POLLIN, 0};
    return poll(&wanted, 1, static_cast<int>(timeout.count())) == 1 && (wanted.revents & POLLIN) != 0;
}
bool becomes_readable(int descriptor) {
    return is_readable(descriptor, std::chrono::duration_cast<std::chrono::milliseconds>(
                                       handoff::testing::scaled(handoff::testing::default_timeout)));
}

/// A channel, a topic and a latest value.
struct World : Topic {
    handoff::testing::UniqueName channel{"channel"}, value{"value"};
    Sender sender{channel, {.slot_count = 4, .payload_bytes = 64}};
    Receiver receiver{channel};
    Publisher publisher{name, shape};
    Subscriber subscriber{name};
    Latest<int> writer{value}, reader{value};

    std::vector<Waitable> all() const { return {receiver.waitable(), subscriber.waitable(), reader.waitable()}; }
    void check_nothing(const std::vector<Waitable>& waitables) {
        check_refused(wait_any(waitables, Deadline::now()), Errc::timed_out,
                      std::to_string(waitables.size()) + " things");
        for (const Waitable& waitable : waitables) BOOST_TEST(!waitable.was_ready());
    }
};

}  // namespace wait_any_test

BOOST_FIXTURE_TEST_SUITE(wait_any_test, World)

BOOST_AUTO_TEST_CASE(nothing_to_wait_for_is_refused) {
    check_refused(wait_any({}, soon()), Errc::invalid_argument, "nothing");
    check_refused(wait_any(std::span<const Waitable>(), Deadline::now()), Errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_first_that_has_something_is_named) {
    const auto waitables = all();
    check_nothing(waitables);
    writer.write(1).value();
    BOOST_TEST(wait_any(waitables, soon()).value() == 2U);
    publish(publisher, "x");
    BOOST_TEST(wait_any(waitables, soon()).value() == 1U);
    send(sender, "x");
    BOOST_TEST(wait_any(waitables, soon()).value() == 0U);
    BOOST_TEST(wait_any(waitables, Deadline::now()).value() == 0U);  // looking takes nothing
    for (const Waitable& waitable : waitables) BOOST_TEST(waitable.was_ready());
    receiver.try_receive().value().processed().value();
    BOOST_TEST(wait_any(waitables, soon()).value() == 1U);
    BOOST_TEST(subscriber.try_next().has_value());
    BOOST_TEST(wait_any(waitables, soon()).value() == 2U);
    BOOST_TEST(reader.read().has_value());
    check_nothing(waitables);
}

BOOST_AUTO_TEST_CASE(whoever_comes_wakes_the_waiter) {
    const auto waitables = all();
    const std::vector<std::function<void()>> sources = {[&] { send(sender, "x"); }, [&] { publish(publisher, "x"); },
                                                        [&] { writer.write(1).value(); }};
    const std::vector<std::function<void()>> takes = {[&] { receiver.try_receive().value().processed().value(); },
                                                      [&] { BOOST_TEST(subscriber.try_next().has_value()); },
                                                      [&] { BOOST_TEST(reader.read().has_value()); }};
    for (int round = 0; round < 30; ++round)
        for (std::size_t which = 0; which < 3; ++which) {
            std::thread source(sources[which]);
            BOOST_TEST(wait_any(waitables, soon()).value() == which);
            source.join();
            takes[which]();
        }
    check_nothing(waitables);
}

BOOST_AUTO_TEST_CASE(another_process_wakes_the_waiter) {
    const auto waitables = all();
    Child child([&](Checkpoints& checkpoints) {
        checkpoints.stop_at("ready");
        Sender other(channel);
        send(other, "from the child");
    });
    child.wait_for("ready");
    child.go_on();
    BOOST_TEST(wait_any(waitables, soon()).value() == 0U);
    BOOST_TEST(text(receiver.try_receive().value().payload()) == "from the child");
    child.wait();
    receiver.try_receive().value().processed().value();
}

BOOST_AUTO_TEST_CASE(one_deadline_for_all_is_kept) {
    const auto start = std::chrono::steady_clock::now();
    check_refused(wait_any(all(), 150ms), Errc::timed_out, "3 things");  // longer than a tick
    BOOST_TEST((std::chrono::steady_clock::now() - start >= 150ms));
    check_refused(wait_any(all(), -1s), Errc::timed_out);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_stream_is_something) {
    const auto waitables = all();
    std::thread leaving([&] { const Publisher gone = std::move(publisher); });
    BOOST_TEST(wait_any(waitables, soon()).value() == 1U);
    leaving.join();
    check_refused(subscriber.try_next(), Errc::end_of_stream);
    check_nothing(waitables);
    { const Sender gone = std::move(sender); }
    BOOST_TEST(wait_any(waitables, soon()).value() == 0U);
    check_refused(receiver.try_receive(), Errc::end_of_stream);
    check_nothing(waitables);
}

BOOST_AUTO_TEST_CASE(those_who_map_read_only_can_be_waited_for) {
    Subscriber read_only(name, {.read_only = true});
    Latest<int> reading(value, {.read_only = true});
    const std::vector<Waitable> waitables = {read_only.waitable(), reading.waitable(), receiver.waitable()};
    check_nothing(waitables);
    std::thread writing([&] { writer.write(1).value(); });
    BOOST_TEST(wait_any(waitables, soon()).value() == 1U);
    writing.join();
    publish(publisher, "x");
    BOOST_TEST(wait_any(waitables, soon()).value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_waitable_outlives_its_handle) {
    auto temporary = std::make_optional(Subscriber(name));
    const std::vector<Waitable> waitables = {temporary->waitable()};
    temporary.reset();
    check_nothing(waitables);
    publish(publisher, "x");
    BOOST_TEST(wait_any(waitables, soon()).value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_cannot_wait) {
    const auto waitables = all();
    run_in_child([&](Checkpoints&) {
        check_refused(wait_any(waitables, Deadline::now()), Errc::invalid_handle, "fork");
        for (const Waitable& waitable : waitables) BOOST_TEST(!waitable.was_ready());
    });
}

BOOST_AUTO_TEST_CASE(more_things_than_fingers) {
    std::vector<Subscriber> subscribers;
    std::vector<Waitable> waitables;
    shape.participants = 64;
    handoff::testing::UniqueName crowded("crowded");
    Publisher busy(crowded, shape);
    for (int i = 0; i < 60; ++i) {
        subscribers.push_back(Subscriber(crowded, {.pins = 0, .start = handoff::Start::next}));
        waitables.push_back(subscribers.back().waitable());
    }
    check_nothing(waitables);
    waitables.push_back(reader.waitable());
    std::thread writing([&] { writer.write(1).value(); });
    BOOST_TEST(wait_any(waitables, soon()).value() == 60U);
    writing.join();
    std::thread publishing([&] { publish(busy, "x"); });
    HANDOFF_CHECK_EVENTUALLY(wait_any(waitables, soon()).value() == 0U);
    publishing.join();
}

// ---- descriptors ----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_thread_waits_for_all_descriptors_and_only_for_those_who_ask) {
    const auto before = threads_once_one_has_ended();
    {
        Subscriber another(name, {.pins = 0});
        const auto waitable = another.waitable();
        (void)wait_any({waitable}, Deadline::now());
        BOOST_TEST(threads() == before);
        const int descriptor = another.descriptor();
        BOOST_TEST(threads() == before + 1);
        BOOST_TEST(another.descriptor() == descriptor);
        BOOST_TEST(receiver.descriptor() != descriptor);
        (void)reader.untyped().descriptor();
        BOOST_TEST(threads() == before + 1);
        receiver = Receiver(channel);
        reader = Latest<int>(value);
    }
    HANDOFF_CHECK_EVENTUALLY(threads() == before);
    (void)receiver.descriptor();
    BOOST_TEST(threads() == before + 1);
}

BOOST_AUTO_TEST_CASE(a_wait_that_somebody_else_beats_makes_the_descriptor_unreadable) {
    const int descriptor = receiver.descriptor();
    Receiver faster(channel);
    sender.send(sender.loan(soon()).value()).value();
    BOOST_TEST(becomes_readable(descriptor));
    receive(faster).processed().value();
    BOOST_TEST(!wait_any({receiver.waitable()}, Deadline::now()).has_value());
    BOOST_TEST(!is_readable(descriptor));
}

BOOST_AUTO_TEST_CASE(a_thread_waits_for_127_descriptors) {
    const auto before = threads_once_one_has_ended();
    handoff::testing::UniqueName crowded("requests");
    Sender asking(crowded, {.slot_count = 130, .payload_bytes = 8});
    Receiver answering(crowded);
    std::vector<handoff::Pending> pending;
    for (int i = 0; i < 128; ++i) {
        pending.push_back(request_async(asking, "x"));
        (void)pending.back().descriptor();
        BOOST_TEST(threads() == before + (i < 127 ? 1 : 2));
    }
    for (int i = 0; i < 128; ++i) receive(answering).processed().value();
    for (auto& request : pending) {
        BOOST_TEST(becomes_readable(request.descriptor()));
        BOOST_TEST(request.wait(Deadline::now()).has_value());
    }
    HANDOFF_CHECK_EVENTUALLY(threads() == before);
}

BOOST_AUTO_TEST_CASE(a_free_slot_and_an_answer_are_waited_for) {
    std::vector<handoff::Loan> loans;
    for (int i = 0; i < 4; ++i) loans.push_back(sender.loan(soon()).value());
    auto pending = sender.request_async(std::move(loans.back())).value();
    loans.pop_back();
    const std::vector<Waitable> waitables = {sender.waitable(), pending.waitable()};
    check_nothing(waitables);
    std::thread answering([&] { receive(receiver).processed().value(); });
    BOOST_TEST(wait_any(waitables, soon()).value() == 1U);
    answering.join();
    BOOST_TEST(pending.wait(Deadline::now()).has_value());
    BOOST_TEST(wait_any(waitables, soon()).value() == 0U);
    BOOST_TEST(waitables[1].was_ready());  // for ever
    check_throws([&] { (void)pending.waitable(); }, Errc::invalid_handle);
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_a_sender_is_readable_exactly_while_a_slot_is_free) {
    const int descriptor = sender.descriptor();
    BOOST_TEST(becomes_readable(descriptor));
    for (int round = 0; round < 5; ++round) {
        std::vector<handoff::Loan> loans(4);
        loans[0] = sender.try_loan().value();
        BOOST_TEST(becomes_readable(descriptor));
        loans[1] = sender.loan(soon()).value();
        BOOST_TEST(sender.loan(std::span(loans).last(2), soon()).value() == 2U);
        BOOST_TEST(!is_readable(descriptor));
        check_refused(sender.try_loan(), Errc::full);
        BOOST_TEST(!is_readable(descriptor));
        loans.clear();
        BOOST_TEST(becomes_readable(descriptor));
    }
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_a_request_is_readable_when_it_is_answered) {
    auto pending = request_async(sender, "x");
    const int descriptor = pending.descriptor();
    BOOST_TEST(!is_readable(descriptor, 20ms));
    auto moved = std::move(pending);
    BOOST_TEST(moved.descriptor() == descriptor);
    receive(receiver).processed().value();
    BOOST_TEST(becomes_readable(descriptor));
    BOOST_TEST(is_readable(descriptor));
    BOOST_TEST(moved.wait(Deadline::now()).has_value());
    check_throws([&] { (void)moved.descriptor(); }, Errc::invalid_handle);
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_a_subscriber_is_readable_exactly_while_there_is_something) {
    const int descriptor = subscriber.descriptor();
    Buffer buffer;
    BOOST_TEST(!is_readable(descriptor, 20ms));
    for (int round = 0; round < 20; ++round) {
        publish_numbers(publisher, 1, 3);
        BOOST_TEST(becomes_readable(descriptor));
        BOOST_TEST(is_readable(descriptor));  // level, not edge
        BOOST_TEST(subscriber.try_next().has_value());
        BOOST_TEST(becomes_readable(descriptor));
        BOOST_TEST(subscriber.copy_next(buffer, soon()).has_value());
        BOOST_TEST(becomes_readable(descriptor));
        BOOST_TEST(subscriber.try_newest().has_value());
        BOOST_TEST(!is_readable(descriptor));
        check_refused(subscriber.try_next(), Errc::empty);
        BOOST_TEST(!is_readable(descriptor));
    }
    { const Publisher gone = std::move(publisher); }
    BOOST_TEST(becomes_readable(descriptor));
    check_refused(subscriber.try_next(), Errc::end_of_stream);
    BOOST_TEST(!is_readable(descriptor));
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_a_receiver_is_readable_exactly_while_there_is_something) {
    const int descriptor = receiver.descriptor();
    BOOST_TEST(!is_readable(descriptor, 20ms));
    for (int round = 0; round < 20; ++round) {
        send(sender, "1");
        send(sender, "2");
        BOOST_TEST(becomes_readable(descriptor));
        receiver.try_receive().value().processed().value();
        BOOST_TEST(becomes_readable(descriptor));
        receiver.receive(soon()).value().processed().value();
        BOOST_TEST(!is_readable(descriptor));
    }
    send(sender, "given back");
    BOOST_TEST(becomes_readable(descriptor));
    { const auto request = receiver.try_receive().value(); }
    BOOST_TEST(becomes_readable(descriptor));
    receiver.try_receive().value().processed().value();
    BOOST_TEST(!is_readable(descriptor));
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_a_latest_value_is_readable_exactly_while_there_is_a_newer_one) {
    const int descriptor = reader.untyped().descriptor();
    BOOST_TEST(!is_readable(descriptor, 20ms));
    for (int round = 0; round < 20; ++round) {
        writer.write(1).value();
        writer.write(2).value();
        BOOST_TEST(becomes_readable(descriptor));
        BOOST_TEST(is_readable(descriptor));
        BOOST_TEST(reader.wait_newer(soon())->value == 2);
        BOOST_TEST(!is_readable(descriptor));
        BOOST_TEST(reader.read()->value == 2);
        BOOST_TEST(!is_readable(descriptor));
    }
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_those_who_map_read_only) {
    Subscriber read_only(name, {.read_only = true});
    const int descriptor = read_only.descriptor();
    Buffer buffer;
    for (int round = 0; round < 5; ++round) {
        BOOST_TEST(!is_readable(descriptor));
        publish(publisher, "x");
        BOOST_TEST(becomes_readable(descriptor));
        BOOST_TEST(read_only.copy_next(buffer, soon()).has_value());
    }
    BOOST_TEST(!is_readable(descriptor));
}

BOOST_AUTO_TEST_CASE(a_loop_on_a_descriptor_misses_nothing_of_a_burst) {
    constexpr std::uint64_t total = 20'000;
    const int descriptor = subscriber.descriptor();
    std::thread bursts([&] { publish_numbers(publisher, 1, total); });
    std::uint64_t last = 0, lost = 0, got = 0;
    while (last < total) {
        BOOST_TEST_REQUIRE(becomes_readable(descriptor));
        const auto message = subscriber.try_next();
        if (!message) {
            BOOST_TEST((message.error() == Errc::empty));
            continue;
        }
        ++got;
        lost += message->lost();
        last = message->sequence();
    }
    bursts.join();
    BOOST_TEST(got + lost == total);
    BOOST_TEST(!is_readable(descriptor));
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_leaves_the_descriptor_of_its_parent_alone) {
    const int descriptor = subscriber.descriptor();
    publish(publisher, "x");
    BOOST_TEST(becomes_readable(descriptor));
    run_in_child([&](Checkpoints&) {
        check_throws([&] { (void)subscriber.descriptor(); }, Errc::invalid_handle);
        check_refused(subscriber.try_next(), Errc::invalid_handle);
        const Subscriber gone = std::move(subscriber);
    });
    BOOST_TEST(is_readable(descriptor));
    BOOST_TEST(subscriber.try_next().has_value());
    BOOST_TEST(!is_readable(descriptor));
}

BOOST_AUTO_TEST_SUITE_END()
