// Every call on a topic or a latest value that waits or asks, at every rate, notices the dead.
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>

#include <array>
#include <deque>
#include <optional>

#include "traffic/world.hpp"

namespace broadcast_traffic {

using namespace handoff;
using namespace handoff::test;
namespace data = boost::unit_test::data;

struct Topic {
    testing::UniqueName name{"traffic"};
    TopicShape shape{.history = 4, .payload_bytes = 64, .loans = 32, .participants = 8};
    std::array<std::byte, 64> buffer{};

    /// A subscriber that has pinned a message when it is killed, and the publisher of that message beside it.
    Child target() const {
        Child child([this](Checkpoints& checkpoints) {
            Publisher publisher(name, shape);
            publisher.publish(publisher.loan().value()).value();
            Subscriber subscriber(name);
            const Message held = subscriber.next(soon).value();
            checkpoints.stop_at("holds a message");
        });
        child.wait_for("holds a message");
        return child;
    }
    Bystander feeder(const Rate& rate) const {
        return Bystander(rate, [this] {
            return [publisher = std::make_shared<Publisher>(name, shape)] {
                if (auto loan = publisher->loan()) (void)publisher->publish(std::move(*loan));
            };
        });
    }
};

struct Publishing : Topic {
    std::optional<Publisher> publisher{std::in_place, name, shape};
};

struct Subscribing : Topic {
    std::optional<Subscriber> subscriber{std::in_place, name, shape};
    void check(const Rate& rate, const std::function<void()>& call) {
        Child dead = target();
        const Bystander publishes = feeder(rate);
        BOOST_TEST(notices(name, rate, dead, call), "nobody noticed the death");
    }
};

struct Value {
    testing::UniqueName name{"traffic"};
    LatestShape shape{.capacity_bytes = 64, .participants = 8};
    std::optional<LatestBytes> value{std::in_place, name, shape};
    std::array<std::byte, 64> buffer{};

    Child target() const {
        Child child([this](Checkpoints& checkpoints) {
            LatestBytes writer(name);
            writer.write(buffer).value();
            checkpoints.stop_at("wrote");
        });
        child.wait_for("wrote");
        return child;
    }
    Bystander writer(const Rate& rate) const {
        return Bystander(rate, [this] {
            return [other = std::make_shared<LatestBytes>(name, shape)] {
                std::array<std::byte, 64> something{};
                (void)other->write(something);
            };
        });
    }
};

}  // namespace broadcast_traffic

BOOST_AUTO_TEST_SUITE(broadcast_traffic)

BOOST_DATA_TEST_CASE_F(Publishing, publish, data::make(paced_rates)) {
    Child dead = target();
    std::deque<Loan> loans;
    while (loans.size() < 30) loans.push_back(publisher->loan().value());
    BOOST_TEST(notices(name, sample, dead, [&] {
        if (loans.empty()) return;
        publisher->publish(std::move(loans.front())).value();
        loans.pop_front();
    }));
}
BOOST_DATA_TEST_CASE_F(Publishing, loan_of_a_topic, data::make(all_rates)) {
    Child dead = target();
    BOOST_TEST(notices(name, sample, dead, [&] { (void)publisher->loan(); }));
}
BOOST_DATA_TEST_CASE_F(Publishing, loan_when_all_are_taken, data::make(all_rates)) {
    Child dead = target();
    std::deque<Loan> loans;
    while (auto loan = publisher->loan()) loans.push_back(std::move(*loan));
    BOOST_TEST(notices(name, sample, dead, [&] { (void)publisher->loan(); }));
}

BOOST_DATA_TEST_CASE_F(Subscribing, next, data::make(all_rates)) {
    check(sample, [&] { (void)subscriber->next(soon); });
}
BOOST_DATA_TEST_CASE_F(Subscribing, next_with_a_short_deadline, data::make(all_rates)) {
    check(sample, [&] { (void)subscriber->next(5ms); });
}
BOOST_DATA_TEST_CASE_F(Subscribing, try_next, data::make(all_rates)) {
    check(sample, [&] { (void)subscriber->try_next(); });
}
BOOST_DATA_TEST_CASE_F(Subscribing, newest, data::make(all_rates)) {
    check(sample, [&] { (void)subscriber->newest(soon); });
}
BOOST_DATA_TEST_CASE_F(Subscribing, try_newest, data::make(all_rates)) {
    check(sample, [&] { (void)subscriber->try_newest(); });
}
BOOST_DATA_TEST_CASE_F(Subscribing, copy_next, data::make(all_rates)) {
    check(sample, [&] { (void)subscriber->copy_next(buffer, soon); });
}
BOOST_DATA_TEST_CASE_F(Subscribing, copy_newest, data::make(all_rates)) {
    check(sample, [&] { (void)subscriber->copy_newest(buffer, soon); });
}
BOOST_DATA_TEST_CASE_F(Subscribing, wait_any_for_a_topic_with_nothing_taken, data::make(all_rates)) {
    check(sample, [&] { (void)wait_any({subscriber->waitable()}, soon); });
}

BOOST_DATA_TEST_CASE_F(Value, write, data::make(all_rates)) {
    Child dead = target();
    BOOST_TEST(notices(name, sample, dead, [&] { value->write(buffer).value(); }));
}
BOOST_DATA_TEST_CASE_F(Value, read, data::make(all_rates)) {
    Child dead = target();
    BOOST_TEST(notices(name, sample, dead, [&] { value->read(buffer).value(); }));
}
BOOST_DATA_TEST_CASE_F(Value, wait_newer, data::make(all_rates)) {
    Child dead = target();
    const Bystander writes = writer(sample);
    BOOST_TEST(notices(name, sample, dead, [&] { (void)value->wait_newer(buffer, soon); }));
}
BOOST_DATA_TEST_CASE_F(Value, wait_any_for_a_value_with_nothing_read, data::make(all_rates)) {
    Child dead = target();
    const Bystander writes = writer(sample);
    BOOST_TEST(notices(name, sample, dead, [&] { (void)wait_any({value->waitable()}, soon); }));
}

BOOST_AUTO_TEST_SUITE_END()
