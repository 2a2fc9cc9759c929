// Every call on a channel that waits or asks, at every rate, notices the dead.
#include <poll.h>

#include <deque>
#include <optional>
#include <vector>

#include "traffic/world.hpp"

namespace channel_traffic {

using namespace handoff;
using namespace handoff::test;
namespace data = boost::unit_test::data;

struct Channel {
    static constexpr std::uint32_t slots = 64;
    testing::UniqueName name{"traffic"};
    ChannelShape shape{.slot_count = slots, .payload_bytes = 64, .reply_bytes = 8, .participants = 8};

    /// A receiver that holds a message when it is killed, and the sender of that message beside it.
    Child target() const {
        Child child([this](Checkpoints& checkpoints) {
            Sender sender(name, shape);
            sender.send(sender.loan(soon).value()).value();
            Receiver receiver(name);
            const Request held = receiver.receive(soon).value();
            checkpoints.stop_at("holds a message");
        });
        child.wait_for("holds a message");
        return child;
    }
    Bystander feeder(const Rate& rate) const {
        return Bystander(rate, [this] {
            return [sender = std::make_shared<Sender>(name, shape)] {
                if (auto loan = sender->loan(soon)) (void)sender->send(std::move(*loan));
            };
        });
    }
    Bystander worker(const Rate& rate) const {
        return Bystander(rate, [this] {
            return [receiver = std::make_shared<Receiver>(name, shape)] {
                if (auto request = receiver->receive(soon)) (void)request->processed();
            };
        });
    }
};

/// A receiver, while messages come at the same rate.
struct Receiving : Channel {
    std::optional<Receiver> receiver{std::in_place, name, shape};
    void check(const Rate& rate, const std::function<void()>& call) {
        Child dead = target();
        const Bystander sends = feeder(rate);
        BOOST_TEST(notices(name, rate, dead, call), "nobody noticed the death");
    }
};

struct Sending : Channel {
    std::optional<Sender> sender{std::in_place, name, shape};
    void check(const Rate& rate, const std::function<void()>& call) {
        Child dead = target();
        BOOST_TEST(notices(name, rate, dead, call), "nobody noticed the death");
    }
    void check_with_worker(const Rate& rate, const std::function<void()>& call) {
        Child dead = target();
        const Bystander answers = worker(full);
        BOOST_TEST(notices(name, rate, dead, call), "nobody noticed the death");
    }
};

}  // namespace channel_traffic

BOOST_AUTO_TEST_SUITE(channel_traffic)

BOOST_DATA_TEST_CASE_F(Receiving, receive, data::make(all_rates)) {
    check(sample, [&] { (void)receiver->receive(soon); });
}
BOOST_DATA_TEST_CASE_F(Receiving, receive_with_a_short_deadline, data::make(all_rates)) {
    check(sample, [&] { (void)receiver->receive(5ms); });
}
BOOST_DATA_TEST_CASE_F(Receiving, receive_a_batch, data::make(all_rates)) {
    check(sample, [&] {
        std::vector<Request> batch(8);
        (void)receiver->receive(batch, soon);
    });
}
BOOST_DATA_TEST_CASE_F(Receiving, try_receive, data::make(all_rates)) {
    check(sample, [&] { (void)receiver->try_receive(); });
}
BOOST_DATA_TEST_CASE_F(Receiving, try_receive_when_empty, data::make(all_rates)) {
    Child dead = target();
    BOOST_TEST(notices(name, sample, dead, [&] { (void)receiver->try_receive(); }));
}
/// No call begins or ends meanwhile.
BOOST_FIXTURE_TEST_CASE(one_wait_that_lasts, Receiving) {
    Child dead = target();
    dead.kill();
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(receiver->receive(soon).has_value());
    BOOST_TEST((std::chrono::steady_clock::now() - begin < soon / 2), "noticed at the end of the wait only");
}
BOOST_DATA_TEST_CASE_F(Receiving, wait_any_with_nothing_taken, data::make(all_rates)) {
    check(sample, [&] { (void)wait_any({receiver->waitable()}, soon); });
}
BOOST_DATA_TEST_CASE_F(Receiving, wait_any_with_a_short_deadline, data::make(all_rates)) {
    Child dead = target();
    BOOST_TEST(notices(name, sample, dead, [&] { (void)wait_any({receiver->waitable()}, 5ms); }));
}
BOOST_DATA_TEST_CASE_F(Receiving, asking_whether_something_is_ready, data::make(all_rates)) {
    Child dead = target();
    BOOST_TEST(notices(name, sample, dead, [&] { (void)receiver->waitable().was_ready(); }));
}
BOOST_DATA_TEST_CASE_F(Receiving, a_descriptor_that_nobody_takes_from, data::make(all_rates)) {
    Child dead = target();
    const Bystander sends = feeder(sample);
    pollfd readable{receiver->descriptor(), POLLIN, 0};
    BOOST_TEST(notices(name, sample, dead, [&] { poll(&readable, 1, 1000); }));
}

BOOST_DATA_TEST_CASE_F(Sending, loan, data::make(all_rates)) {
    check(sample, [&] { (void)sender->loan(soon); });
}
BOOST_DATA_TEST_CASE_F(Sending, loan_a_batch, data::make(all_rates)) {
    check(sample, [&] {
        std::vector<Loan> batch(8);
        (void)sender->loan(batch, soon);
    });
}
BOOST_DATA_TEST_CASE_F(Sending, try_loan, data::make(all_rates)) {
    check(sample, [&] { (void)sender->try_loan(); });
}
BOOST_DATA_TEST_CASE_F(Sending, try_loan_when_full, data::make(all_rates)) {
    Child dead = target();
    std::vector<Loan> all;
    while (auto loan = sender->try_loan()) all.push_back(std::move(*loan));
    BOOST_TEST(notices(name, sample, dead, [&] { (void)sender->try_loan(); }));
}
BOOST_DATA_TEST_CASE_F(Sending, loan_when_full_with_a_short_deadline, data::make(all_rates)) {
    Child dead = target();
    std::vector<Loan> all;
    while (auto loan = sender->try_loan()) all.push_back(std::move(*loan));
    BOOST_TEST(notices(name, sample, dead, [&] { (void)sender->loan(5ms); }));
}
/// Such a wait has no tick.
BOOST_DATA_TEST_CASE_F(Sending, loan_when_full_with_a_deadline_that_is_over, data::make(all_rates)) {
    Child dead = target();
    std::vector<Loan> all;
    while (auto loan = sender->try_loan()) all.push_back(std::move(*loan));
    BOOST_TEST(notices(name, sample, dead, [&] { (void)sender->loan(Deadline::now()); }));
}
BOOST_DATA_TEST_CASE_F(Sending, send, data::make(paced_rates)) {
    Child dead = target();
    std::deque<Loan> loans;
    while (loans.size() < slots / 2) loans.push_back(sender->loan(soon).value());
    BOOST_TEST(notices(name, sample, dead, [&] {
        if (loans.empty()) return;
        sender->send(std::move(loans.front())).value();
        loans.pop_front();
    }));
}
BOOST_DATA_TEST_CASE_F(Sending, request, data::make(all_rates)) {
    check_with_worker(sample, [&] { (void)sender->request(sender->loan(soon).value(), soon); });
}
BOOST_DATA_TEST_CASE_F(Sending, waiting_for_answers, data::make(paced_rates)) {
    Child dead = target();
    std::deque<Pending> pending;
    while (pending.size() < slots / 2) pending.push_back(sender->request_async(sender->loan(soon).value()).value());
    const Bystander answers = worker(sample);
    BOOST_TEST(notices(name, sample, dead, [&] {
        if (pending.empty()) return;
        (void)pending.front().wait(soon);
        pending.pop_front();
    }));
}
BOOST_DATA_TEST_CASE_F(Sending, asking_whether_it_was_answered, data::make(all_rates)) {
    Child dead = target();
    const Pending pending = sender->request_async(sender->loan(soon).value()).value();
    BOOST_TEST(notices(name, sample, dead, [&] { (void)pending.was_answered(); }));
}

BOOST_AUTO_TEST_SUITE_END()
