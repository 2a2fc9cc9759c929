// Many senders, many receivers: each message arrives exactly once, whole, and in the order of its sender.
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "conformance/fixture.hpp"

namespace crowd_test {

using handoff::Errc;
using handoff::Receiver;
using handoff::Sender;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using namespace conformance;

constexpr std::uint64_t per_sender = 500;
constexpr std::uint64_t senders = 3;
constexpr std::uint64_t receivers = 3;

/// A message of any length whose every byte follows from its beginning.
struct Content {
    std::uint64_t sender;
    std::uint64_t number;
    std::uint64_t length;
};

std::byte byte_at(const Content& content, std::size_t index) {
    return static_cast<std::byte>(content.sender * 131 + content.number * 31 + index * 7);
}

handoff::Loan fill(handoff::Loan loan, std::uint64_t sender, std::uint64_t number) {
    const Content content{sender, number, sizeof(Content) + (number * 37) % (loan.payload().size() - sizeof(Content))};
    std::memcpy(loan.payload().data(), &content, sizeof content);
    for (std::size_t i = sizeof content; i < content.length; ++i) loan.payload()[i] = byte_at(content, i);
    loan.resize(content.length).value();
    return loan;
}

/// The identity of the message. Throws if one of its bytes is wrong.
Content check_whole(std::span<const std::byte> payload) {
    Content content{};
    if (payload.size() < sizeof content) throw std::runtime_error("a message is too short");
    std::memcpy(&content, payload.data(), sizeof content);
    if (content.length != payload.size()) throw std::runtime_error("a message has not its length");
    for (std::size_t i = sizeof content; i < content.length; ++i)
        if (payload[i] != byte_at(content, i)) throw std::runtime_error("a byte of a message is wrong");
    return content;
}

void send_all(Sender& sender, std::uint64_t number, bool await) {
    for (std::uint64_t message = 1; message <= per_sender; ++message) {
        auto loan = fill(sender.loan(soon()).value(), number, message);
        if (!await) {
            sender.send(std::move(loan)).value();
            continue;
        }
        const auto processed = sender.request(std::move(loan), soon()).value();
        std::uint64_t answer = 0;
        std::memcpy(&answer, processed.reply().data(), sizeof answer);
        if (answer != number * 1'000'000 + message) throw std::runtime_error("the answer belongs to another request");
    }
}

/// Messages in the order in which one receiver got them; throws where a sender's order is broken.
class Received {
public:
    void add(const Content& content) {
        const std::lock_guard lock(mutex_);
        ++counts_[content.sender * 1'000'000 + content.number];
    }
    void check_each_once(std::uint64_t expected) const {
        BOOST_TEST(counts_.size() == expected);
        for (const auto& [message, count] : counts_) BOOST_TEST_REQUIRE(count == 1, "message " << message);
    }

private:
    std::mutex mutex_;
    std::map<std::uint64_t, int> counts_;
};

/// Receives until the stream ends; each() sees every message, in the order of its sender.
template <class Each>
void receive_all(Receiver& receiver, bool ordered, Each&& each) {
    std::map<std::uint64_t, std::uint64_t> last;
    for (;;) {
        auto request = receiver.receive(soon());
        if (!request && request.error() == Errc::end_of_stream) return;
        const Content content = check_whole(request->payload());
        if (ordered && content.number <= last[content.sender]) throw std::runtime_error("a sender's order is broken");
        last[content.sender] = content.number;
        each(content);
        const std::uint64_t answer = content.sender * 1'000'000 + content.number;
        request->processed(std::as_bytes(std::span(&answer, 1))).value();
    }
}

struct Crowd : Channel {
    Crowd() { shape.slot_count = 5; }
};

}  // namespace crowd_test

BOOST_FIXTURE_TEST_SUITE(crowd_test, Crowd)

BOOST_DATA_TEST_CASE(threads_with_their_own_handles, policies, policy) {
    for (const bool await : {false, true}) {
        Received received;
        Receiver anchor(name, shape);  // takes part, takes nothing: keeps the channel while threads come and go
        std::vector<std::thread> threads;
        std::vector<Sender> sending;
        for (std::uint64_t number = 1; number <= senders; ++number)
            sending.emplace_back(name, shape, handoff::HandleOptions{.wait = policy});
        for (std::uint64_t i = 0; i < receivers; ++i)
            threads.emplace_back([&, receiver = Receiver(name, {.wait = policy})]() mutable {
                receive_all(receiver, true, [&](const Content& content) { received.add(content); });
            });
        for (std::uint64_t number = 1; number <= senders; ++number)
            threads.emplace_back(
                [&, number, sender = std::move(sending[number - 1])]() mutable { send_all(sender, number, await); });
        sending.clear();
        for (auto& thread : threads) thread.join();
        received.check_each_once(senders * per_sender);
        BOOST_TEST(anchor.state().free == *shape.slot_count);
        BOOST_TEST(anchor.state().redelivered == 0U);
    }
}

BOOST_DATA_TEST_CASE(threads_on_one_handle, policies, policy) {
    Received received;
    Receiver receiver(name, shape, {.wait = policy});
    auto sender = std::make_unique<Sender>(name, shape, handoff::HandleOptions{.wait = policy});
    std::atomic<std::uint64_t> left = senders * per_sender;
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < receivers; ++i)
        threads.emplace_back([&] {
            while (left > 0) {
                auto request = receiver.receive(20ms);
                if (!request) continue;
                const Content content = check_whole(request->payload());
                received.add(content);
                const std::uint64_t answer = content.sender * 1'000'000 + content.number;
                request->processed(std::as_bytes(std::span(&answer, 1))).value();
                --left;
            }
        });
    for (std::uint64_t number = 1; number <= senders; ++number)
        threads.emplace_back([&, number] { send_all(*sender, number, number % 2 == 0); });
    for (auto& thread : threads) thread.join();
    received.check_each_once(senders * per_sender);
    check_all_free(*sender);
}

BOOST_DATA_TEST_CASE(processes, policies, policy) {
    Receiver anchor(name, shape);
    std::vector<Child> sending, receiving;
    for (std::uint64_t i = 0; i < receivers; ++i)
        receiving.emplace_back([&](Checkpoints& checkpoints) {
            Receiver receiver(name, {.wait = policy});
            checkpoints.reach("attached");
            std::string list;
            receive_all(receiver, true, [&](const Content& content) {
                list += std::to_string(content.sender * 1'000'000 + content.number) + " ";
            });
            checkpoints.report(list);
        });
    for (std::uint64_t number = 1; number <= senders; ++number)
        sending.emplace_back([&, number](Checkpoints& checkpoints) {
            Sender sender(name, shape, {.wait = policy});
            checkpoints.stop_at("attached");
            send_all(sender, number, number % 2 == 0);
        });
    for (auto& child : receiving) child.wait_for("attached");
    for (auto& child : sending) child.wait_for("attached");
    for (auto& child : sending) child.go_on();
    for (auto& child : sending) child.wait(60s);
    std::map<std::uint64_t, int> counts;
    for (auto& child : receiving) {
        child.wait(60s);
        std::istringstream list(child.next_line());
        for (std::uint64_t message = 0; list >> message;) ++counts[message];
    }
    BOOST_TEST(counts.size() == senders * per_sender);
    for (const auto& [message, count] : counts) BOOST_TEST_REQUIRE(count == 1, "message " << message);
    HANDOFF_CHECK_EVENTUALLY(anchor.state().free == *shape.slot_count);
    BOOST_TEST(anchor.state().redelivered == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_written_before_the_send_is_seen_after_the_receive) {
    shape.slot_count = 2;
    shape.payload_bytes = 1 << 20;
    handoff::testing::UniqueName large("large");
    auto sender = std::make_unique<Sender>(large, shape);
    Receiver receiver(large);
    std::thread receiving([&] { receive_all(receiver, true, [](const Content&) {}); });
    for (std::uint64_t message = 1; message <= 40; ++message)
        sender->send(fill(sender->loan(soon()).value(), 1, message)).value();
    sender.reset();
    receiving.join();
}

BOOST_AUTO_TEST_CASE(participants_come_and_go) {
    Receiver anchor(name, shape);
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < 50; ++round) {
                if (i % 2 == 0) {
                    Sender sender(name, shape);
                    auto pending = sender.request_async(fill(sender.loan(soon()).value(), i, 1)).value();
                    pending.wait(soon()).value();
                } else {
                    Receiver receiver(name, shape);
                    if (auto request = receiver.receive(1ms)) request->processed().value();
                }
            }
        });
    std::atomic<bool> done = false;
    std::thread answering([&] {
        while (!done)
            if (auto request = anchor.receive(5ms)) request->processed().value();
    });
    for (auto& thread : threads) thread.join();
    done = true;
    answering.join();
    BOOST_TEST(anchor.state().free == *shape.slot_count);
    BOOST_TEST(anchor.state().senders == 0U);
    BOOST_TEST(anchor.state().receivers == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
