// Writers and readers of a latest value killed at random moments: the value before stands, the others go on.
#include <handoff/latest.hpp>

#include <sched.h>

#include <array>
#include <atomic>
#include <csignal>
#include <random>

#include "fixture.hpp"
#include "platform/shared_anonymous.hpp"

namespace latest_deaths {

using namespace handoff;
using namespace handoff::test;

constexpr std::size_t capacity = 3'000;
using Bytes = std::array<std::byte, capacity>;

struct Value {
    testing::UniqueName name{"latest-deaths"};
    LatestShape shape{.capacity_bytes = capacity, .participants = 4};

    ~Value() {
        for (const auto& file : name.left_behind()) BOOST_ERROR("left behind: " + file);
    }
    LatestBytes open() const { return LatestBytes(name, shape); }
};

/// Written and read, over all slots, several times.
void check_works(LatestBytes& value) {
    Bytes written, read;
    for (std::uint64_t id = 0; id < 40; ++id) {
        fill(written, 5'000'000 + id);
        const std::uint64_t sequence = value.write(written).value();
        BOOST_TEST(value.read(read).value().sequence == sequence);
        BOOST_TEST((read == written));
    }
}

void write_until(const std::atomic<bool>& enough, LatestBytes& value, std::atomic<std::uint64_t>& next_id) {
    Bytes content;
    for (std::uint64_t last = 0; !enough;) {
        fill(content, next_id.fetch_add(1));
        const std::uint64_t sequence = value.write(content).value();
        if (sequence <= last) BOOST_FAIL("a sequence came twice");
        last = sequence;
    }
}

void write_for_ever(LatestBytes& value, std::atomic<std::uint64_t>& next_id) {
    Bytes content;
    for (;;) {
        fill(content, next_id.fetch_add(1));
        if (!value.write(content)) BOOST_FAIL("a write was refused");
    }
}

}  // namespace latest_deaths

BOOST_AUTO_TEST_SUITE(latest_deaths)

BOOST_FIXTURE_TEST_CASE(writers_killed_in_the_middle_of_writes, Value) {
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    SharedAnonymous<std::atomic<std::uint64_t>> next_id;
    SharedAnonymous<std::atomic<bool>> enough;
    LatestBytes survivor = open();
    Child other([&](Checkpoints& checkpoints) {  // continues to write when others die
        LatestBytes value = open();
        checkpoints.reach("going");
        write_until(*enough, value, *next_id);
    });
    other.wait_for("going");
    std::uint64_t last = 0;
    Bytes buffer;
    for (int death = 0; death < 200; ++death) {
        Child target([&](Checkpoints& checkpoints) {
            LatestBytes value = open();
            checkpoints.reach("going");
            write_for_ever(value, *next_id);
        });
        target.wait_for("going");
        for (std::uint64_t i = random() % 30; i > 0; --i) sched_yield();
        BOOST_TEST(target.kill().signal == SIGKILL);
        const auto reading = survivor.read(buffer).value();
        BOOST_TEST(reading.sequence >= last);
        BOOST_TEST(is_whole(buffer));
        last = reading.sequence;
    }
    *enough = true;
    other.wait(30s);
    BOOST_TEST_MESSAGE(survivor.read(buffer).value().sequence << " values");
    check_works(survivor);
}

BOOST_FIXTURE_TEST_CASE(the_only_writer_killed_again_and_again_leaves_the_value_before, Value) {
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    LatestBytes survivor = open();
    Bytes buffer;
    std::uint64_t before = 0;
    for (int death = 0; death < 100; ++death) {
        Child target([&](Checkpoints& checkpoints) {
            LatestBytes value = open();
            Bytes content;
            for (std::uint64_t sequence = before + 1;; ++sequence) {
                fill(content, sequence);
                BOOST_TEST_REQUIRE(value.write(content).value() == sequence);
                if (sequence == before + 1) checkpoints.reach("going");
            }
        });
        target.wait_for("going");
        for (std::uint64_t i = random() % 30; i > 0; --i) sched_yield();
        target.kill();
        const auto reading = survivor.read(buffer).value();
        BOOST_TEST(reading.sequence > before);
        BOOST_TEST(is_whole(buffer));
        BOOST_TEST(id_of(buffer) == reading.sequence);
        BOOST_TEST(survivor.read(buffer).value().sequence == reading.sequence);  // there are no more writes
        before = reading.sequence;
    }
    check_works(survivor);
}

BOOST_FIXTURE_TEST_CASE(readers_killed_while_they_wait_and_copy, Value) {
    LatestBytes writer = open();
    std::mt19937_64 random(std::random_device{}());
    Bytes content;
    for (std::uint64_t death = 0; death < 50; ++death) {
        Child target([&](Checkpoints& checkpoints) {
            LatestBytes value = open();
            Bytes buffer;
            checkpoints.reach("going");
            for (;;) {
                if (!value.wait_newer(buffer, soon) || !is_whole(buffer)) BOOST_FAIL("a torn value");
            }
        });
        target.wait_for("going");
        for (std::uint64_t i = random() % 200; i > 0; --i) {
            fill(content, i);
            writer.write(content).value();
        }
        target.kill();
    }
    check_works(writer);
}

BOOST_AUTO_TEST_CASE(everybody_killed_and_attached_again) {
    Value value;
    for (std::uint64_t round = 1; round <= 5; ++round) {
        std::vector<Child> targets;
        for (int i = 0; i < 2; ++i) {
            targets.emplace_back([&](Checkpoints& checkpoints) {
                LatestBytes own = value.open();
                Bytes content;
                for (bool first = true;; first = false) {
                    fill(content, round);
                    if (!own.write(content)) BOOST_FAIL("a write was refused");
                    if (first) checkpoints.reach("written");
                }
            });
            targets.back().wait_for("written");
        }
        for (Child& target : targets) target.kill();
        BOOST_TEST(value.name.left_behind().size() == 1U);
    }
    LatestBytes survivor = value.open();
    Bytes buffer;
    BOOST_TEST(survivor.read(buffer).value().sequence >= 10U);
    BOOST_TEST(is_whole(buffer));
    BOOST_TEST(id_of(buffer) == 5U);
    check_works(survivor);
}

BOOST_AUTO_TEST_SUITE_END()
