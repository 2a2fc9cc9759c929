// A latest value: the newest, whole, with its sequence; several writers; no handle waits for another.
#include <handoff/latest.hpp>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "conformance/latest_fixture.hpp"
#include "platform/shared_anonymous.hpp"
#include "process/message.hpp"

namespace latest_value_test {

using namespace conformance;
using handoff::Errc;
using handoff::Latest;
using handoff::LatestBytes;
using handoff::test::fill;
using handoff::test::is_whole;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

struct Pose {
    double x, y, heading;
};

}  // namespace latest_value_test

BOOST_FIXTURE_TEST_SUITE(latest_value_test, LatestValue)

BOOST_AUTO_TEST_CASE(nothing_was_written_yet) {
    LatestBytes value = open();
    Bytes buffer;
    check_refused(value.read(buffer), Errc::empty);
    check_refused(value.wait_newer(buffer, 20ms), Errc::timed_out, name.str());
    BOOST_TEST(!value.has_newer());
}

BOOST_DATA_TEST_CASE(the_newest_is_read_by_everybody_any_number_of_times, policies, policy) {
    LatestBytes writer = open(policy), reader = open(policy), read_only = open_read_only(policy);
    for (std::uint64_t sequence = 1; sequence <= 50; ++sequence) {
        const std::string content = "value " + std::to_string(sequence);
        const auto before = std::chrono::steady_clock::now();
        BOOST_TEST(writer.write(bytes(content)).value() == sequence);
        for (LatestBytes* handle : {&writer, &reader, &read_only, &reader}) {
            Bytes buffer;
            const auto reading = handle->read(buffer).value();
            BOOST_TEST(text(std::span(buffer).first(reading.size)) == content);
            BOOST_TEST(reading.sequence == sequence);
            BOOST_TEST((reading.written_at >= before && reading.written_at <= std::chrono::steady_clock::now()));
        }
    }
}

BOOST_AUTO_TEST_CASE(values_of_any_size_up_to_the_capacity) {
    LatestBytes value = open();
    Bytes buffer;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{63}, capacity, std::size_t{0}}) {
        value.write(bytes(std::string(size, 'x'))).value();
        const auto reading = value.read(buffer).value();
        BOOST_TEST(text(std::span(buffer).first(reading.size)) == std::string(size, 'x'));
    }
}

BOOST_DATA_TEST_CASE(newer_is_newer_than_what_this_handle_has_read, policies, policy) {
    LatestBytes writer = open(policy), reader = open(policy);
    Bytes buffer;
    writer.write(bytes("1")).value();
    BOOST_TEST(reader.has_newer());
    BOOST_TEST(reader.wait_newer(buffer, soon()).value().sequence == 1U);
    BOOST_TEST(!reader.has_newer());
    check_refused(reader.wait_newer(buffer, 20ms), Errc::timed_out);
    writer.write(bytes("2")).value();
    writer.write(bytes("3")).value();
    BOOST_TEST(reader.read(buffer).value().sequence == 3U);
    check_refused(reader.wait_newer(buffer, handoff::Deadline::now()), Errc::timed_out);
    BOOST_TEST(writer.has_newer());  // it wrote them, and did not read them
    BOOST_TEST(writer.wait_newer(buffer, soon()).value().sequence == 3U);
}

BOOST_DATA_TEST_CASE(waiting_readers_in_other_processes_are_told, policies, policy) {
    constexpr std::uint64_t values = 30;
    std::vector<Child> readers;
    LatestBytes writer = open(policy);
    for (const bool read_only : {false, true})
        readers.emplace_back([&, read_only](Checkpoints& checkpoints) {
            LatestBytes reader = read_only ? open_read_only(policy) : open(policy);
            Bytes buffer;
            for (std::uint64_t sequence = 1; sequence <= values; ++sequence) {
                const auto reading = reader.wait_newer(buffer, soon()).value();
                BOOST_TEST(reading.sequence == sequence);
                BOOST_TEST(text(std::span(buffer).first(reading.size)) == std::to_string(sequence));
                checkpoints.report("got it");
            }
        });
    for (std::uint64_t sequence = 1; sequence <= values; ++sequence) {
        writer.write(bytes(std::to_string(sequence))).value();
        for (Child& reader : readers) BOOST_TEST(reader.next_line() == "got it");
    }
    for (Child& reader : readers) reader.wait();
}

BOOST_AUTO_TEST_CASE(a_struct_is_read_as_it_was_written) {
    Latest<Pose> writer(name);
    Latest<Pose> reader(name);
    check_refused(reader.read(), Errc::empty);
    BOOST_TEST(writer.write({1.0, 2.0, 0.5}).value() == 1U);
    const auto newest = reader.wait_newer(soon()).value();
    BOOST_TEST(newest.value.x == 1.0);
    BOOST_TEST(newest.value.heading == 0.5);
    BOOST_TEST(newest.sequence == 1U);
    BOOST_TEST(reader.read()->value.y == 2.0);
    BOOST_TEST(reader.untyped().info().capacity_bytes == sizeof(Pose));
    check_refused(reader.wait_newer(handoff::Deadline::now()), Errc::timed_out);
}

BOOST_AUTO_TEST_CASE(several_writers_share_one_sequence) {
    LatestBytes one = open(), two = open();
    Bytes buffer;
    for (std::uint64_t round = 0; round < 20; ++round) {
        BOOST_TEST(one.write(bytes("one")).value() == 2 * round + 1);
        BOOST_TEST(two.write(bytes("two")).value() == 2 * round + 2);
        BOOST_TEST(one.read(buffer).value().sequence == 2 * round + 2);
        BOOST_TEST(text(std::span(buffer).first(3)) == "two");
    }
}

BOOST_DATA_TEST_CASE(several_writers_at_full_speed_and_never_a_torn_value, policies, policy) {
    constexpr std::uint64_t each = 10'000, writers = 3;
    LatestBytes reader = open(policy);
    std::vector<Child> children;
    for (std::uint64_t who = 0; who < writers; ++who)
        children.emplace_back([&, who](Checkpoints&) {
            LatestBytes writer = open(policy);
            std::array<std::byte, capacity> value;
            std::uint64_t last = 0;
            for (std::uint64_t number = 0; number < each; ++number) {
                fill(std::span(value).first(64 + (number * 8) % (capacity - 64)), who * each + number);
                const auto size = 64 + (number * 8) % (capacity - 64);
                const std::uint64_t sequence = writer.write(std::span(value).first(size)).value();
                BOOST_TEST_REQUIRE(sequence > last);
                last = sequence;
            }
        });
    children.emplace_back([&](Checkpoints&) {  // a second reader, which does not wait
        LatestBytes polling = open_read_only(policy);
        Bytes buffer;
        for (std::uint64_t last = 0; last < each * writers;) {
            const auto reading = polling.read(buffer);
            if (!reading && reading.error() == Errc::empty) continue;
            BOOST_TEST_REQUIRE(reading.has_value());
            BOOST_TEST_REQUIRE(is_whole(std::span(buffer).first(reading->size)));
            BOOST_TEST_REQUIRE(reading->sequence >= last);
            last = reading->sequence;
        }
    });
    Bytes buffer;
    for (std::uint64_t last = 0; last < each * writers;) {
        const auto reading = reader.wait_newer(buffer, soon()).value();
        BOOST_TEST_REQUIRE(is_whole(std::span(buffer).first(reading.size)));
        BOOST_TEST_REQUIRE(reading.sequence > last);
        last = reading.sequence;
    }
    for (Child& child : children) child.wait(60s);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_overwritten_while_it_is_copied_is_copied_again) {
    constexpr std::size_t large = 256 * 1024;
    shape.capacity_bytes = large;
    shape.participants = 3;  // few slots: a reader that is interrupted finds its slot overwritten
    handoff::test::SharedAnonymous<std::atomic<bool>> enough;
    LatestBytes reader = open();
    std::vector<Child> writers;
    for (std::uint64_t who = 0; who < 2; ++who)
        writers.emplace_back([&, who](Checkpoints& checkpoints) {
            LatestBytes writer = open();
            std::array<std::vector<std::byte>, 3> values;
            for (std::uint64_t i = 0; i < 3; ++i) fill((values[i].resize(large), values[i]), who * 3 + i);
            for (std::uint64_t number = 0; !*enough; ++number) {
                if (!writer.write(values[number % 3])) BOOST_FAIL("a write was refused");
                if (number == 0) checkpoints.reach("writing");
            }
        });
    for (Child& writer : writers) writer.wait_for("writing");
    std::vector<std::byte> buffer(large);
    for (int i = 0; i < 3'000; ++i) {
        const auto reading = reader.read(buffer);
        BOOST_TEST_REQUIRE(reading.has_value());
        BOOST_TEST_REQUIRE(is_whole(buffer));
    }
    *enough = true;
    for (Child& writer : writers) writer.wait();
}

BOOST_AUTO_TEST_CASE(one_handle_serves_many_threads) {
    LatestBytes value = open();
    std::vector<std::thread> threads;
    std::atomic<int> whole{0};
    for (std::uint64_t who = 0; who < 4; ++who)
        threads.emplace_back([&, who] {
            std::array<std::byte, capacity> content;
            Bytes buffer;
            for (std::uint64_t number = 0; number < 2'000; ++number) {
                fill(content, who * 2'000 + number);
                if (value.write(content) && value.read(buffer) && is_whole(buffer)) ++whole;
            }
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(whole == 8'000);
    Bytes buffer;
    BOOST_TEST(value.read(buffer).value().sequence == 8'000U);
}

BOOST_AUTO_TEST_CASE(a_stopped_reader_and_a_stopped_writer_hold_nobody_up) {
    LatestBytes value = open();
    std::vector<Child> stopped;
    for (int i = 0; i < 2; ++i)
        stopped.emplace_back([&](Checkpoints& checkpoints) {
            LatestBytes own = open();
            Bytes buffer;
            own.write(bytes("mine")).value();
            BOOST_TEST(own.read(buffer).has_value());
            checkpoints.stop_at("attached");
            BOOST_TEST(own.wait_newer(buffer, soon()).value().sequence == 1'002U);
        });
    for (Child& child : stopped) child.wait_for("attached");
    for (Child& child : stopped) child.stop();
    for (int i = 0; i < 1'000; ++i) value.write(bytes("newer")).value();
    for (Child& child : stopped) child.resume();
    for (Child& child : stopped) child.go_on();
    for (Child& child : stopped) child.wait();
}

BOOST_AUTO_TEST_SUITE_END()
