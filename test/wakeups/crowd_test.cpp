// As many waiters are woken as there is work for, by notifications alone, and none needlessly.
#include <handoff/channel.hpp>
#include <handoff/wait_any.hpp>

#include <array>
#include <deque>
#include <functional>
#include <vector>

#include "channel/open_channel.hpp"
#include "queue/member.hpp"
#include "wakeups/fixture.hpp"

namespace crowd_test {

using namespace handoff;
using namespace handoff::test;

/// Threads that wait, one after another, so that the order in which they fell asleep is known.
class Crowd {
public:
    Crowd() = default;
    Crowd(const Crowd&) = delete;
    ~Crowd() {
        for (auto& waiter : waiters_) waiter.join();
    }
    /// `wait(deadline)` returns whether it got something.
    void add(std::function<bool(Deadline)> wait) {
        waiters_.emplace_back([this, wait = std::move(wait)] {
            if (wait(deadline_)) ++got_;
        });
        HANDOFF_CHECK_EVENTUALLY(others_are_asleep());
    }
    /// `count` of them got something, and the others sleep.
    void check_got(int count) {
        const bool is_all = count == static_cast<int>(waiters_.size());
        HANDOFF_CHECK_EVENTUALLY(got_ == count && (is_all || others_are_asleep()));
        BOOST_TEST(got_ == count);
        BOOST_TEST(detail::platform::now_ns() < deadline_.at_ns(), "no wake-up: they slept until their deadline");
    }

private:
    const Deadline deadline_{testing::scaled(6s)};
    std::atomic<int> got_{0};
    std::vector<std::thread> waiters_;
};

struct Fixture : NoTick {
    testing::UniqueName name{"crowd"};
    ChannelShape shape{.slot_count = 4, .payload_bytes = 64, .participants = 32};
    HandleOptions handle{.wait = WaitPolicy::sleep};
    Sender sender{name, shape, handle};
    std::deque<Receiver> receivers;
    std::deque<Sender> senders;

    void send(std::size_t count) {
        std::vector<Loan> batch;
        for (std::size_t i = 0; i < count; ++i) batch.push_back(sender.try_loan().value());
        sender.send(batch).value();
    }
    /// Takes one message and keeps it.
    void add_receiver(Crowd& crowd) {
        crowd.add([this, &receiver = receivers.emplace_back(name, shape, handle)](Deadline deadline) {
            auto request = receiver.receive(deadline);
            return request && request->processed().has_value();
        });
    }
};

}  // namespace crowd_test

BOOST_FIXTURE_TEST_SUITE(crowd_test, Fixture)

BOOST_AUTO_TEST_CASE(as_many_receivers_are_woken_as_messages_came) {
    Crowd crowd;
    for (int i = 0; i < 6; ++i) add_receiver(crowd);
    send(1);
    crowd.check_got(1);
    send(3);
    crowd.check_got(4);
    send(1);
    crowd.check_got(5);
    send(1);
    crowd.check_got(6);
}

BOOST_AUTO_TEST_CASE(as_many_senders_are_woken_as_slots_were_freed) {
    send(4);
    Receiver& receiver = receivers.emplace_back(name, shape, handle);
    std::array<Request, 4> requests;
    BOOST_TEST(receiver.receive(requests).value() == 4U);
    std::vector<Loan> kept(5);
    Crowd crowd;
    for (std::size_t i = 0; i < 4; ++i)
        crowd.add([&, i, &own = senders.emplace_back(name, shape, handle)](Deadline deadline) {
            auto loan = own.loan(deadline);
            if (loan) kept[i] = std::move(*loan);
            return kept[i].size() > 0;
        });
    requests[0].processed().value();
    crowd.check_got(1);
    receiver.processed(std::span(requests).subspan(1, 2)).value();
    crowd.check_got(3);
    requests[3].processed().value();
    crowd.check_got(4);
}

BOOST_AUTO_TEST_CASE(a_slot_that_was_given_back_wakes_one_sender) {
    std::vector<Loan> all;
    for (int i = 0; i < 4; ++i) all.push_back(sender.try_loan().value());
    std::vector<Loan> kept(2);
    Crowd crowd;
    for (std::size_t i = 0; i < 2; ++i)
        crowd.add([&, i, &own = senders.emplace_back(name, shape, handle)](Deadline deadline) {
            auto loan = own.loan(deadline);
            if (loan) kept[i] = std::move(*loan);
            return kept[i].size() > 0;
        });
    all.pop_back();
    crowd.check_got(1);
    all.pop_back();
    crowd.check_got(2);
}

/// They slept first, and would be woken first.
BOOST_AUTO_TEST_CASE(a_watcher_takes_no_wake_up_away) {
    Receiver& watching = receivers.emplace_back(name, shape, handle);
    (void)watching.descriptor();
    Crowd crowd;
    crowd.add([&](Deadline deadline) {
        const std::array<Waitable, 1> wanted{watching.waitable()};
        return wait_any(wanted, deadline).has_value();
    });
    add_receiver(crowd);
    send(2);  // one is taken, one is there to be seen
    crowd.check_got(2);
    BOOST_TEST(watching.try_receive().has_value());
    add_receiver(crowd);
    send(1);
    crowd.check_got(3);
}

BOOST_AUTO_TEST_CASE(a_check_counts_the_participants_and_a_crowd_sleeps_longer) {
    std::vector<detail::slot::LenderPtr<detail::queue::Member>> members;
    for (int i = 0; i < 7; ++i)
        members.push_back(detail::channel::open_channel(name, shape, handle, detail::participants::Role::receiver));
    BOOST_TEST(members[6]->interval_ns() == 2 * detail::sync::tick_ns);  // of eight
    members.resize(1);
    members[0]->reap();
    BOOST_TEST(members[0]->interval_ns() == detail::sync::tick_ns);
}

BOOST_AUTO_TEST_CASE(of_a_crowd_that_comes_within_a_tick_one_checks_for_the_dead) {
    for (int i = 0; i < 16; ++i) receivers.emplace_back(name, shape, handle);
    with_check_due([&] { senders.emplace_back(name, shape, handle); });
    Child dying([&](Checkpoints& checkpoints) {
        const Receiver receiver(name, shape, handle);
        checkpoints.stop_at("there");
    });
    dying.wait_for("there");
    dying.kill();
    senders.emplace_back(name, shape, handle);
    BOOST_TEST(sender.state().receivers == 17U);
    with_check_due([&] { senders.emplace_back(name, shape, handle); });
    BOOST_TEST(sender.state().receivers == 16U);
}

BOOST_AUTO_TEST_SUITE_END()
