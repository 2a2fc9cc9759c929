// As many as README promises: all attached, all served, half of them killed at any moment, the rest goes on, nothing is
// lost, and one more is refused with a sentence.
#include <algorithm>
#include <memory>
#include <vector>

#include "crowd/crowd.hpp"
#include "process/message.hpp"

namespace participants_test {

using namespace handoff;
using namespace handoff::test;

constexpr std::uint32_t rounds = 2;  // messages of each sender before and after the deaths
constexpr std::size_t message_bytes = 64;

/// Of each message, by its number: committed, and seen by a receiver.
struct Ledger {
    std::array<std::atomic<bool>, std::size_t{2} * rounds * most_on_a_channel> sent{}, seen{};
    std::atomic<std::uint32_t> messages{0};  ///< seen
    std::atomic<std::uint32_t> senders_done{0};
    std::atomic<bool> is_over{false};

    bool is_complete() const {
        for (std::size_t id = 0; id < sent.size(); ++id)
            if (sent[id].load() && !seen[id].load()) return false;
        return true;
    }
};

/// Half of them send, half receive.
struct ManySenders {
    UniqueName name{"crowd"};
    ChannelShape shape{.slot_count = 64,
                       .payload_bytes = message_bytes,
                       .participants = most_on_a_channel,
                       .max_deliveries = unlimited_deliveries};
    Shared<Ledger> ledger;
    Gate work, second_half;

    void send(Sender& sender, std::uint64_t id) const {
        Loan loan = sender.loan(soon).value();
        fill(loan.payload(), id);
        sender.send(std::move(loan)).value();
        ledger->sent[id].store(true);
    }
    void live_as_sender(Roll& roll, std::uint32_t number) const {
        Sender sender(name, shape);
        roll.attached.fetch_add(1);
        work.wait();
        const std::uint64_t first = std::uint64_t{number} * 2 * rounds;
        for (std::uint32_t round = 0; round < rounds; ++round) send(sender, first + round);
        second_half.wait();
        for (std::uint32_t round = 0; round < rounds; ++round) send(sender, first + rounds + round);
        ledger->senders_done.fetch_add(1);
    }
    void live_as_receiver(Roll& roll) const {
        Receiver receiver(name, shape);
        roll.attached.fetch_add(1);
        work.wait();
        while (!ledger->is_over.load()) {
            auto request = receiver.receive(200ms);
            if (!request) continue;
            if (!is_whole(request->payload())) throw std::runtime_error("a torn message");
            ledger->seen[id_of(request->payload())].store(true);
            ledger->messages.fetch_add(1);
            request->processed().value();
        }
    }
};

/// Half of the senders, which are even, and half of the receivers.
bool is_to_be_killed(std::uint32_t number) {
    return number % 4 < 2;
}

/// One more is refused; the message contains how many there are, and what to do.
template <class Opening>
void check_full(Opening&& opening, std::uint32_t most) {
    const Failure failure = refusal_of(opening);
    HANDOFF_TEST_CODE(failure, Errc::too_many_participants);
    check_message(failure, "all " + std::to_string(most) + " places", "End one of them", "more participants");
}

void kill_half(Crowd& crowd) {
    for (std::uint32_t number = 0; number < crowd.count(); ++number)
        if (is_to_be_killed(number)) crowd.kill(number);
}

bool sends(std::uint32_t number) {
    return number % 2 == 0;
}

std::uint32_t survivors_of(const Crowd& crowd, bool senders_only = false) {
    std::uint32_t count = 0;
    for (std::uint32_t number = 0; number < crowd.count(); ++number)
        if (!is_to_be_killed(number) && (sends(number) || !senders_only)) ++count;
    return count;
}

}  // namespace participants_test

BOOST_AUTO_TEST_SUITE(participants_test)

BOOST_FIXTURE_TEST_CASE(as_many_processes_as_promised_share_a_channel_and_survive_the_death_of_half, ManySenders,
                        *boost::unit_test::precondition(has_room_for_processes)) {
    const Sender observer(name, shape);
    Crowd crowd(most_on_a_channel - 1, [&](Roll& roll, std::uint32_t number) {
        if (sends(number)) return live_as_sender(roll, number);
        live_as_receiver(roll);
    });
    crowd.wait_until_attached();
    check_full([&] { Sender(name, shape); }, most_on_a_channel);

    work.open();
    crowd.wait_for([&] { return ledger->messages.load() > most_on_a_channel / 4; }, "no traffic");
    kill_half(crowd);
    second_half.open();
    crowd.wait_for([&] { return ledger->senders_done.load() == survivors_of(crowd, true); },
                   "not all survivors could send");
    crowd.wait_for([&] { return ledger->is_complete(); }, "what was sent was not received");
    ledger->is_over = true;
    crowd.wait_until_ended();

    HANDOFF_CHECK_EVENTUALLY(observer.state().senders == 1U && observer.state().receivers == 0U);
    HANDOFF_CHECK_EVENTUALLY(observer.state().free == *shape.slot_count);
    BOOST_TEST(observer.state().given_up == 0U);
}

/// Where so many processes are not allowed, so many handles are.
BOOST_AUTO_TEST_CASE(as_many_handles_as_promised_share_a_channel, *boost::unit_test::precondition(has_descriptors)) {
    take_all_descriptors();
    const UniqueName name("handles");
    const ChannelShape shape{.slot_count = 64, .payload_bytes = message_bytes, .participants = most_on_a_channel};
    std::deque<Sender> senders;
    std::deque<Receiver> receivers;
    for (std::uint32_t pair = 0; pair < most_on_a_channel / 2; ++pair) {
        senders.emplace_back(name, shape);
        receivers.emplace_back(name, shape);
    }
    check_full([&] { Receiver(name, shape); }, most_on_a_channel);
    for (std::uint32_t pair = 0; pair < most_on_a_channel / 2; ++pair) {
        Loan loan = senders[pair].loan(soon).value();
        fill(loan.payload(), pair);
        senders[pair].send(std::move(loan)).value();
        Request request = receivers[pair].receive(soon).value();
        BOOST_TEST_REQUIRE(id_of(request.payload()) == pair);
        request.processed().value();
    }
    receivers.pop_front();
    const Receiver newcomer(name, shape);  // the place of the one that left is free again
    BOOST_TEST(senders.front().state().receivers == most_on_a_channel / 2);
    senders.clear();
    BOOST_TEST(newcomer.state().senders == 0U);
}

BOOST_AUTO_TEST_CASE(as_many_processes_as_promised_share_a_topic_and_survive_the_death_of_half) {
    constexpr std::uint32_t messages = 20;
    const UniqueName name("crowd-topic");
    const TopicShape shape{.history = 2 * messages, .payload_bytes = message_bytes, .participants = most_on_a_topic};
    Publisher publisher(name, shape);
    const auto publish = [&] {
        for (std::uint32_t message = 0; message < messages; ++message) {
            Loan loan = publisher.loan().value();
            fill(loan.payload(), message);
            publisher.publish(std::move(loan)).value();
        }
    };
    Shared<std::atomic<std::uint32_t>> read_all;
    Crowd crowd(most_on_a_topic - 1, [&](Roll& roll, std::uint32_t number) {
        Subscriber subscriber(name, shape, {.pins = 0, .start = Start::next});
        roll.attached.fetch_add(1);
        std::array<std::byte, message_bytes> bytes{};
        for (std::uint64_t sequence = 1; sequence <= 2 * messages; ++sequence) {
            const Copied copied = subscriber.copy_next(bytes, soon).value();
            if (copied.sequence != sequence || copied.lost != 0 || !is_whole(bytes))
                throw std::runtime_error("message " + std::to_string(copied.sequence) + " instead of " +
                                         std::to_string(sequence));
            // The ones to be killed sleep in the next copy_next(); none of them gets there before all have this
            // message.
            if (sequence == messages || (sequence == 2 * messages && !is_to_be_killed(number))) read_all->fetch_add(1);
        }
    });
    crowd.wait_until_attached();
    check_full([&] { Subscriber(name, shape, {.pins = 0}); }, most_on_a_topic);

    publish();
    crowd.wait_for([&] { return read_all->load() == crowd.count(); }, "not all have read what was published");
    kill_half(crowd);
    publish();
    crowd.wait_for([&] { return read_all->load() == crowd.count() + survivors_of(crowd); },
                   "not all survivors have read what was published");
    crowd.wait_until_ended();
    HANDOFF_CHECK_EVENTUALLY(!publisher.wait_for_subscriber(1ms) && publisher.state().subscribers == 0U);
}

BOOST_AUTO_TEST_CASE(as_many_processes_as_promised_share_a_value_and_survive_the_death_of_half) {
    const UniqueName name("crowd-value");
    const LatestShape shape{.capacity_bytes = message_bytes, .participants = most_on_a_topic};
    LatestBytes value(name, shape);
    Gate work;
    Shared<std::atomic<std::uint32_t>> writes, survivors_writes;
    constexpr std::uint32_t writes_each = 200;
    Crowd crowd(most_on_a_topic - 1, [&](Roll& roll, std::uint32_t number) {
        LatestBytes mine(name, shape);
        roll.attached.fetch_add(1);
        work.wait();
        std::array<std::byte, message_bytes> bytes{};
        // The ones to be killed write until they are.
        for (std::uint32_t count = 0; is_to_be_killed(number) || count < writes_each; ++count) {
            fill(bytes, number);
            mine.write(bytes).value();
            mine.read(bytes).value();
            if (!is_whole(bytes)) throw std::runtime_error("a torn value");
            writes->fetch_add(1);
        }
        survivors_writes->fetch_add(writes_each);
    });
    crowd.wait_until_attached();
    check_full([&] { LatestBytes(name, shape); }, most_on_a_topic);

    work.open();
    crowd.wait_for([&] { return writes->load() > most_on_a_topic; }, "nobody writes");
    kill_half(crowd);
    crowd.wait_until_ended();
    BOOST_TEST(survivors_writes->load() == survivors_of(crowd) * writes_each);
    std::array<std::byte, message_bytes> bytes{};
    const Reading last = value.read(bytes).value();
    BOOST_TEST(is_whole(bytes));
    BOOST_TEST(last.sequence >= writes->load());
    fill(bytes, most_on_a_topic);
    BOOST_TEST(value.write(bytes).value() == last.sequence + 1);
}

BOOST_AUTO_TEST_SUITE_END()
