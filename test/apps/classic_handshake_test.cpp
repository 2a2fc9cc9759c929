// The system that handoff replaces: it works while all goes well, and hangs when a process is killed.
#include "../../examples/classic_handshake/message.hpp"
#include "../../examples/classic_handshake/segment.hpp"
#include "testing/message_contains.hpp"

#include <handoff/testing.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace classic_handshake_test {

using namespace std::chrono_literals;
using classic_handshake::Segment;
using classic_handshake::SharedData;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::Program;
using handoff::testing::UniqueName;

constexpr std::uint64_t many = 100;  // wake-ups; the hang comes at the second or third

std::string memory_name(const UniqueName& name) {
    return "handoff." + name.str();  // so that UniqueName removes it
}

Program start(const std::string& program, const UniqueName& name, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--name", memory_name(name), "--json"});
    return Program(HANDOFF_BIN_DIR "/examples/classic_handshake_" + program, arguments);
}

bool starts_with_numbers(const Program& program, std::uint64_t messages, std::uint64_t bytes) {
    return program.output().starts_with("{\"messages\": " + std::to_string(messages) +
                                        ", \"bytes\": " + std::to_string(bytes) + ", \"seconds\": ");
}

void expect_exchange(Program& sender, Program& receiver, std::uint64_t messages, std::uint64_t bytes) {
    for (Program* program : {&sender, &receiver}) {
        BOOST_TEST(program->wait().ok(), program->errors());
        BOOST_TEST(starts_with_numbers(*program, messages, bytes), program->output());
        BOOST_TEST(program->output().ends_with(", \"checksum_ok\": true}\n"), program->output());
        BOOST_TEST(program->errors() == "");
    }
}

bool is_asleep(int pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(stat, text);
    const auto name_end = text.rfind(')');
    return name_end != std::string::npos && text.substr(name_end).starts_with(") S");
}

std::uint64_t messages_of(SharedData& shared) {
    const SharedData::Lock lock(shared.mutex);
    return shared.sequence;
}

// When the mutex can be locked after "locked", the child has released it, which it does only to sleep.
void wait_until_it_waits(Child& child, SharedData& shared) {
    child.wait_for("locked");
    { const SharedData::Lock lock(shared.mutex); }
    HANDOFF_REQUIRE_EVENTUALLY(is_asleep(child.pid()));
}

// When notify_all returns, the child is no longer asleep: being so later, it went to sleep again.
void wake_without_a_reason(Child& child, SharedData& shared) {
    {
        const SharedData::Lock lock(shared.mutex);
        shared.request_is_ready.notify_all();
        shared.was_processed.notify_all();
    }
    HANDOFF_REQUIRE_EVENTUALLY(is_asleep(child.pid()));
}

Child waiting_receiver(SharedData& shared) {
    return Child([&shared](Checkpoints& checkpoints) {
        SharedData::Lock lock(shared.mutex);
        checkpoints.reach("locked");
        while (!shared.is_ready) shared.request_is_ready.wait(lock);
    });
}

Child echoing_receiver(SharedData& shared) {
    return Child([&shared](Checkpoints&) {
        while (shared.receive([](auto, std::uint64_t sequence) { return sequence; })) {
        }
    });
}

Child sending(SharedData& shared, std::uint64_t count) {
    return Child([&shared, count](Checkpoints& checkpoints) {
        for (std::uint64_t i = 1; i <= count; ++i) {
            const auto reply = shared.request(8, classic_handshake::fill);
            BOOST_TEST_REQUIRE(reply.value_or(0) == i);
            checkpoints.report(std::to_string(i));
        }
        shared.close();
    });
}

// Wakes the other child up and waits until it sleeps again, over and over; reports every entry and every return.
Child notifying_many(SharedData& shared) {
    return Child([&shared](Checkpoints& checkpoints) {
        for (std::uint64_t i = 1; i <= many; ++i) {
            SharedData::Lock lock(shared.mutex);
            while (shared.reply != i) shared.was_processed.wait(lock);
            shared.sequence = i;
            checkpoints.report("enters");
            shared.request_is_ready.notify_all();
            checkpoints.report("returns");
        }
    });
}

Child sleeping_again_and_again(SharedData& shared) {
    return Child([&shared](Checkpoints&) {
        for (std::uint64_t i = 1; i <= many; ++i) {
            SharedData::Lock lock(shared.mutex);
            shared.reply = i;
            shared.was_processed.notify_all();
            while (shared.sequence != i) shared.request_is_ready.wait(lock);
        }
    });
}

}  // namespace classic_handshake_test

BOOST_AUTO_TEST_SUITE(classic_handshake_test)

BOOST_AUTO_TEST_CASE(invalid_arguments_are_refused_with_exit_code_2) {
    const UniqueName name("classic");
    for (const std::string program : {"sender", "receiver"})
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{"--nonsense"}, {"--count", "many"}, {"--count"}}) {
            auto refused = start(program, name, arguments);
            BOOST_TEST(refused.wait().code == 2);
            BOOST_TEST(refused.errors().find("--help shows the options") != std::string::npos, refused.errors());
            BOOST_TEST(refused.output() == "");
        }
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_name_in_use_is_refused_and_left_alone) {
    const UniqueName name("classic");
    auto first = Segment::create(memory_name(name), 16);
    auto second = start("sender", name, {});
    BOOST_TEST(second.wait().code == 1);
    BOOST_TEST(second.errors().find("rm /dev/shm/" + memory_name(name)) != std::string::npos, second.errors());
    BOOST_TEST(name.left_behind().size() == 1u);
}

BOOST_AUTO_TEST_CASE(more_memory_than_there_is_gets_a_sentence_and_leaves_nothing) {
    const UniqueName name("classic");
    for (const char* bytes : {"18446744073709551615", "9223372036854775807", "4611686018427387900"}) {
        auto sender = start("sender", name, {"--bytes", bytes});
        BOOST_TEST(sender.wait().code == 1);
        BOOST_TEST(sender.errors().find(bytes) != std::string::npos, sender.errors());
        BOOST_TEST(name.left_behind().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_receiver_without_a_sender_ends_with_exit_code_4) {
    const UniqueName name("classic");
    auto receiver = start("receiver", name, {"--wait", "0"});
    BOOST_TEST(receiver.wait().code == 4);
    BOOST_TEST(receiver.errors().find("start the sender") != std::string::npos, receiver.errors());
}

BOOST_AUTO_TEST_CASE(a_message_larger_than_the_memory_is_refused) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 16);
    BOOST_CHECK_THROW(segment->request(17, classic_handshake::fill), std::length_error);
}

BOOST_DATA_TEST_CASE(a_thousand_messages_arrive_whatever_their_size, boost::unit_test::data::make({0, 1, 13, 100'000}),
                     bytes) {
    const UniqueName name("classic");
    auto sender = start("sender", name, {"--count", "1000", "--bytes", std::to_string(bytes)});
    HANDOFF_REQUIRE_EVENTUALLY(name.left_behind().size() == 1);
    auto receiver = start("receiver", name, {"--count", "1000"});
    expect_exchange(sender, receiver, 1000, 1000 * static_cast<std::uint64_t>(bytes));
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(the_receiver_may_start_first) {
    const UniqueName name("classic");
    auto receiver = start("receiver", name, {"--count", "1000"});
    BOOST_TEST(!receiver.ends_within(50ms));
    auto sender = start("sender", name, {"--count", "1000", "--bytes", "64"});
    expect_exchange(sender, receiver, 1000, 64'000);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(the_side_that_is_done_first_tells_the_other) {
    const UniqueName name("classic");
    auto sender = start("sender", name, {"--count", "20"});
    auto receiver = start("receiver", name, {"--count", "30"});
    BOOST_TEST(sender.wait().ok());
    BOOST_TEST(receiver.wait().code == 1);
    BOOST_TEST(receiver.errors().find("the sender left after 20 of 30") != std::string::npos, receiver.errors());

    auto longer_sender = start("sender", name, {"--count", "30"});
    auto shorter_receiver = start("receiver", name, {"--count", "20"});
    BOOST_TEST(longer_sender.wait().code == 1);
    BOOST_TEST(longer_sender.errors().find("the receiver left after 20 of 30") != std::string::npos);
    BOOST_TEST(shorter_receiver.wait().ok());
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(wrong_bytes_are_noticed) {
    std::vector<std::byte> bytes(21);
    classic_handshake::fill(bytes, 7);
    BOOST_TEST(classic_handshake::checksum(bytes) == classic_handshake::expected_checksum(21, 7));
    BOOST_TEST(classic_handshake::checksum(bytes) != classic_handshake::expected_checksum(21, 8));
    for (auto& byte : bytes) {
        byte ^= std::byte{1};
        BOOST_TEST(classic_handshake::checksum(bytes) != classic_handshake::expected_checksum(21, 7));
        byte ^= std::byte{1};
    }
}

BOOST_AUTO_TEST_CASE(several_senders_and_receivers_take_turns) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    std::vector<Child> receivers, senders;
    for (int i = 0; i < 2; ++i) receivers.push_back(echoing_receiver(*segment));
    for (int i = 0; i < 3; ++i)
        senders.emplace_back([&](Checkpoints&) {
            std::uint64_t sent = 0;
            for (std::uint64_t message = 0; message < many; ++message) {
                const auto reply = segment->request(8, [&](auto, std::uint64_t sequence) { sent = sequence; });
                BOOST_TEST_REQUIRE(reply.value_or(0) == sent);
            }
        });
    for (auto& sender : senders) sender.wait();
    BOOST_TEST(segment->sequence == 3 * many);
    segment->close();
    for (auto& receiver : receivers) receiver.wait();
}

BOOST_AUTO_TEST_CASE(a_receiver_woken_without_a_reason_waits_on) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    Child receiver([&](Checkpoints& checkpoints) {
        checkpoints.reach("locked");
        BOOST_TEST(segment->receive([](auto, std::uint64_t sequence) { return sequence; }));
    });
    wait_until_it_waits(receiver, *segment);
    wake_without_a_reason(receiver, *segment);
    auto sender = sending(*segment, 1);
    sender.wait();
    receiver.wait();
}

BOOST_AUTO_TEST_CASE(a_sender_woken_without_a_reason_waits_on) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    Child sender([&](Checkpoints& checkpoints) {
        const auto reply = segment->request(8, [&](auto, std::uint64_t) { checkpoints.reach("locked"); });
        BOOST_TEST(reply.value_or(0) == 1u);
    });
    wait_until_it_waits(sender, *segment);
    wake_without_a_reason(sender, *segment);
    auto receiver = echoing_receiver(*segment);
    sender.wait();
    segment->close();
    receiver.wait();
}

BOOST_AUTO_TEST_CASE(a_closed_handshake_takes_nothing_more) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    segment->close();
    const auto fill = [](auto, std::uint64_t) { BOOST_ERROR("the request was made nevertheless"); };
    BOOST_TEST(!segment->request(8, fill).has_value());
    BOOST_TEST(!segment->receive([](auto, std::uint64_t) { return std::uint64_t{0}; }));
}

// The limits, each in sacrificed processes. They run on handoff's own channel in test/process/, without a hang.

BOOST_AUTO_TEST_CASE(without_a_death_the_hang_tests_below_would_end) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    auto receiver = echoing_receiver(*segment);
    auto sender = sending(*segment, many);
    sender.wait();
    receiver.wait();
    BOOST_TEST(sender.lines().size() == many);

    const UniqueName other_name("classic");
    auto other = Segment::create(memory_name(other_name), 8);
    auto sleeper = sleeping_again_and_again(*other);
    auto notifier = notifying_many(*other);
    notifier.wait();
    sleeper.wait();
    BOOST_TEST(notifier.lines().size() == 2 * many);
}

BOOST_AUTO_TEST_CASE(a_receiver_killed_while_it_waits_hangs_the_sender_even_with_a_new_receiver) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    auto target = waiting_receiver(*segment);
    wait_until_it_waits(target, *segment);
    target.kill();

    auto receiver = echoing_receiver(*segment);
    auto sender = sending(*segment, many);
    BOOST_TEST(!sender.ends_within(1s));
    BOOST_TEST(sender.lines().size() < many);
    BOOST_TEST_MESSAGE("hung after " << sender.lines().size() << " messages");
    sender.kill();
    receiver.kill();
}

BOOST_AUTO_TEST_CASE(it_is_notify_all_that_hangs_after_a_waiter_was_killed) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    auto target = waiting_receiver(*segment);
    wait_until_it_waits(target, *segment);
    target.kill();

    auto sleeper = sleeping_again_and_again(*segment);
    auto notifier = notifying_many(*segment);
    BOOST_TEST(!notifier.ends_within(1s));
    const auto steps = notifier.lines();
    BOOST_TEST_REQUIRE(!steps.empty());
    BOOST_TEST(steps.back() == "enters", "it hangs elsewhere");
    BOOST_TEST_MESSAGE("hung in notify_all number " << (steps.size() + 1) / 2);
    notifier.kill();
    sleeper.kill();
}

// Woken by one notify_all but unable to run, it keeps a later one from returning.
BOOST_AUTO_TEST_CASE(a_stopped_receiver_hangs_notify_all_until_it_is_resumed) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    auto stopped = waiting_receiver(*segment);
    wait_until_it_waits(stopped, *segment);
    stopped.stop();

    auto receiver = echoing_receiver(*segment);
    auto sender = sending(*segment, many);
    BOOST_TEST(!sender.ends_within(500ms));
    stopped.resume();
    sender.wait();
    receiver.wait();
    BOOST_TEST(sender.lines().size() == many);
}

BOOST_AUTO_TEST_CASE(a_process_killed_with_the_mutex_hangs_everybody) {
    const UniqueName name("classic");
    auto segment = Segment::create(memory_name(name), 8);
    Child target([&](Checkpoints& checkpoints) {
        const SharedData::Lock lock(segment->mutex);
        checkpoints.stop_at("locked");
    });
    target.wait_for("locked");
    target.kill();

    auto sender = sending(*segment, many);
    BOOST_TEST(!sender.ends_within(200ms));
    BOOST_TEST(sender.lines().empty());
    sender.kill();
}

BOOST_AUTO_TEST_CASE(a_killed_receiver_program_hangs_the_sender_program_and_a_killed_sender_leaves_the_segment) {
    const UniqueName name("classic");
    auto sender = start("sender", name, {"--count", "1000000000"});
    auto receiver = start("receiver", name, {"--count", "1000000000"});
    HANDOFF_REQUIRE_EVENTUALLY(name.left_behind().size() == 1);
    auto segment = Segment::attach(memory_name(name), 10s);
    BOOST_TEST_REQUIRE(segment.has_value());
    HANDOFF_REQUIRE_EVENTUALLY(messages_of(**segment) > 100);
    receiver.kill();
    BOOST_TEST(!sender.ends_within(200ms));
    sender.kill();
    BOOST_TEST(name.left_behind().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
