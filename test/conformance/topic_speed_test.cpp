// Publishers at full speed against subscribers of every pace: no torn message, an exact count of losses, and the
// publisher never waits.
#include <atomic>
#include <thread>

#include "conformance/topic_fixture.hpp"
#include "platform/shared_anonymous.hpp"
#include "process/message.hpp"

namespace topic_speed_test {

using namespace conformance;
using handoff::Errc;
using handoff::Publisher;
using handoff::Start;
using handoff::Subscriber;
using handoff::test::fill;
using handoff::test::id_of;
using handoff::test::is_whole;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

constexpr std::uint64_t total = 8'000;
constexpr std::size_t payload_bytes = 4'000;

void publish_whole(Publisher& publisher, std::uint64_t id) {
    auto loan = publisher.loan().value();
    fill(loan.payload(), id);
    publisher.publish(std::move(loan)).value();
}

/// Adds up what a subscriber got and lost; `sequence` must be where that leads.
class Account {
public:
    void enter(std::uint64_t sequence, std::uint64_t lost, std::span<const std::byte> payload) {
        ++got_;
        lost_ += lost;
        if (sequence != got_ + lost_) BOOST_ERROR("sequence " << sequence << " after " << got_ << "+" << lost_);
        if (payload.size() != payload_bytes || !is_whole(payload)) BOOST_ERROR("torn: sequence " << sequence);
    }
    void check(std::uint64_t published) const { BOOST_TEST(got_ + lost_ == published); }
    std::uint64_t lost() const { return lost_; }
    std::uint64_t got() const { return got_; }

private:
    std::uint64_t got_ = 0, lost_ = 0;
};

struct Fixture : Topic {
    Fixture() {
        shape.payload_bytes = payload_bytes;
        shape.history = 8;
        shape.pin_budget = 8;
    }
    /// Reads with next() until the stream ends, `looks` at every message.
    Account read_all(Subscriber& subscriber, int looks) {
        Account account;
        for (;;) {
            const auto message = subscriber.next(soon());
            if (!message) {
                BOOST_TEST((message.error() == Errc::end_of_stream), message.error());
                return account;
            }
            account.enter(message->sequence(), message->lost(), message->payload());
            for (int look = 1; look < looks; ++look)
                if (!is_whole(message->payload())) BOOST_ERROR("overwritten in our hands: " << message->sequence());
        }
    }
    Account copy_all(Subscriber& subscriber) {
        Account account;
        std::vector<std::byte> buffer(payload_bytes);
        for (;;) {
            const auto copied = subscriber.copy_next(buffer, soon());
            if (!copied) {
                BOOST_TEST((copied.error() == Errc::end_of_stream), copied.error());
                return account;
            }
            account.enter(copied->sequence, copied->lost, std::span(buffer).first(copied->size));
        }
    }
};

}  // namespace topic_speed_test

BOOST_FIXTURE_TEST_SUITE(topic_speed_test, Fixture)

BOOST_DATA_TEST_CASE(full_speed_against_a_fast_a_slow_and_copying_subscribers, policies, policy) {
    std::vector<Child> subscribers;
    const Subscriber holder(name, shape, {.pins = 0});
    const auto joined = [&](Checkpoints& checkpoints) { checkpoints.reach("joined"); };
    subscribers.emplace_back([&](Checkpoints& checkpoints) {
        Subscriber fast(name, {.wait = policy, .start = Start::oldest});
        joined(checkpoints);
        read_all(fast, 1).check(total);
    });
    subscribers.emplace_back([&](Checkpoints& checkpoints) {
        Subscriber slow(name, {.wait = policy, .start = Start::oldest});
        joined(checkpoints);
        const Account account = read_all(slow, 30);
        account.check(total);
        BOOST_TEST(account.lost() > 0U);
    });
    for (const bool read_only : {false, true})
        subscribers.emplace_back([&, read_only](Checkpoints& checkpoints) {
            Subscriber copying(name, {.wait = policy, .pins = 0, .start = Start::oldest, .read_only = read_only});
            joined(checkpoints);
            copy_all(copying).check(total);
        });
    for (Child& child : subscribers) child.wait_for("joined");
    Child publishing([&](Checkpoints&) {
        Publisher publisher(name, shape, {.wait = policy});
        for (std::uint64_t id = 1; id <= total; ++id) publish_whole(publisher, id);
    });
    publishing.wait(60s);
    for (Child& child : subscribers) child.wait(60s);
    BOOST_TEST(holder.state().newest == total);
    BOOST_TEST(holder.state().pinned == 0U);
    BOOST_TEST(holder.state().loaned == 0U);
}

BOOST_AUTO_TEST_CASE(several_publishers_at_full_speed_and_every_message_once) {
    handoff::test::SharedAnonymous<std::array<std::atomic<std::uint8_t>, 3 * total / 4>> seen;
    shape.loans = 3;
    const Publisher holder = publisher();  // the stream does not end between two publishers
    Child reading([&](Checkpoints& checkpoints) {
        Subscriber subscriber(name, {.pins = 2, .start = Start::oldest});
        checkpoints.reach("joined");
        std::uint64_t got = 0, lost = 0;
        while (got + lost < seen->size()) {
            const auto message = subscriber.next(soon()).value();
            ++got;
            lost += message.lost();
            BOOST_TEST(message.sequence() == got + lost);
            if (!is_whole(message.payload())) BOOST_ERROR("torn: sequence " << message.sequence());
            if ((*seen)[id_of(message.payload())]++ != 0) BOOST_ERROR("twice: " << id_of(message.payload()));
        }
    });
    reading.wait_for("joined");
    std::vector<Child> publishers;
    for (std::uint64_t who = 0; who < 3; ++who)
        publishers.emplace_back([&, who](Checkpoints&) {
            Publisher publisher(name, shape);
            for (std::uint64_t i = 0; i < total / 4; ++i) publish_whole(publisher, who * (total / 4) + i);
        });
    for (Child& child : publishers) child.wait(60s);
    reading.wait(60s);
    BOOST_TEST(holder.state().newest == 3 * total / 4);
}

BOOST_AUTO_TEST_CASE(what_is_overwritten_while_it_is_copied_counts_as_lost) {
    constexpr std::size_t large = 256 * 1024;
    shape.payload_bytes = large;
    shape.history = 4;  // a subscriber that is interrupted finds its slot overwritten
    shape.loans = 1;
    shape.pin_budget = 0;
    handoff::test::SharedAnonymous<std::atomic<bool>> enough;
    Subscriber subscriber(name, shape, {.pins = 0, .start = Start::oldest});
    Child publishing([&](Checkpoints&) {
        Publisher publisher = this->publisher();
        std::array<std::vector<std::byte>, 3> values;
        for (std::uint64_t i = 0; i < 3; ++i) fill((values[i].resize(large), values[i]), i);
        for (std::uint64_t number = 0; !*enough; ++number) {
            auto loan = publisher.loan().value();
            std::memcpy(loan.payload().data(), values[number % 3].data(), large);
            publisher.publish(std::move(loan)).value();
        }
    });
    std::vector<std::byte> buffer(large);
    std::uint64_t accounted = 0;
    for (int i = 0; i < 3'000; ++i) {
        const auto copied = subscriber.copy_newest(buffer, soon()).value();
        accounted += 1 + copied.lost;
        BOOST_TEST_REQUIRE(copied.sequence == accounted);
        BOOST_TEST_REQUIRE(is_whole(buffer));
        BOOST_TEST_REQUIRE(id_of(buffer) == (copied.sequence - 1) % 3);
    }
    *enough = true;
    publishing.wait();
}

BOOST_AUTO_TEST_CASE(a_stopped_subscriber_holds_its_messages_and_nobody_up) {
    Publisher publisher = this->publisher();
    Child stopped([&](Checkpoints& checkpoints) {
        Subscriber subscriber(name, {.pins = 3, .start = Start::oldest});
        Account account;
        std::vector<handoff::Message> held;
        for (int i = 0; i < 3; ++i) {
            held.push_back(subscriber.next(soon()).value());
            account.enter(held.back().sequence(), held.back().lost(), held.back().payload());
        }
        const std::vector<std::byte> before(held[0].payload().begin(), held[0].payload().end());
        checkpoints.stop_at("holding");
        for (std::uint64_t i = 0; i < 3; ++i) {
            BOOST_TEST(is_whole(held[i].payload()));
            BOOST_TEST(id_of(held[i].payload()) == i + 1);
        }
        BOOST_TEST(std::equal(before.begin(), before.end(), held[0].payload().begin()));
        held.clear();
        while (const auto message = subscriber.try_next())
            account.enter(message->sequence(), message->lost(), message->payload());
        account.check(3 + 1000);
        BOOST_TEST(account.got() == 3U + 8U);
    });
    for (std::uint64_t id = 1; id <= 3; ++id) publish_whole(publisher, id);
    stopped.wait_for("holding");
    stopped.stop();
    for (std::uint64_t id = 4; id <= 1003; ++id) publish_whole(publisher, id);  // throws if it ever finds no slot
    BOOST_TEST(publisher.state().newest == 1003U);
    BOOST_TEST(publisher.state().pinned == 3U);
    stopped.resume();
    stopped.go_on();
    stopped.wait();
    BOOST_TEST(publisher.state().pinned == 0U);
}

BOOST_AUTO_TEST_CASE(whatever_is_held_a_publisher_finds_a_slot) {
    Publisher publisher = this->publisher(), other = this->publisher();
    std::vector<Subscriber> subscribers;
    std::vector<handoff::Message> held;
    for (int i = 0; i < 4; ++i) subscribers.push_back(subscriber({.pins = 2}));
    std::uint64_t id = 0;
    for (int i = 0; i < 2; ++i)
        for (Subscriber& subscriber : subscribers) {  // every pin on a slot of its own
            publish_whole(publisher, ++id);
            held.push_back(subscriber.newest(soon()).value());
        }
    const auto loan = other.loan().value();
    for (int i = 0; i < 200; ++i) publish_whole(publisher, ++id);
    for (std::size_t i = 0; i < held.size(); ++i) {
        BOOST_TEST(is_whole(held[i].payload()));
        BOOST_TEST(id_of(held[i].payload()) == i + 1);
    }
    BOOST_TEST(publisher.state().pinned == 8U);
}

BOOST_AUTO_TEST_SUITE_END()
