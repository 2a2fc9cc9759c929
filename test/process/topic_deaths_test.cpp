// Publishers and subscribers killed at every stage: the last published messages stand, pins and loans come back.
#include <handoff/topic.hpp>

#include <sched.h>

#include <atomic>
#include <csignal>
#include <random>
#include <thread>

#include "fixture.hpp"
#include "platform/shared_anonymous.hpp"

namespace topic_deaths {

using namespace handoff;
using namespace handoff::test;

struct Topic {
    testing::UniqueName name{"topic-deaths"};
    TopicShape shape{.history = 4, .payload_bytes = 4'000, .loans = 2, .pin_budget = 4, .participants = 8};

    ~Topic() {
        for (const auto& file : name.left_behind()) BOOST_ERROR("left behind: " + file);
    }
    Publisher publisher() const { return Publisher(name, shape); }
    Subscriber subscriber(const SubscriberOptions& options = {.start = Start::oldest}) const {
        return Subscriber(name, shape, options);
    }
};

std::uint64_t publish(Publisher& publisher, std::uint64_t id) {
    Loan loan = publisher.loan().value();
    fill(loan.payload(), id);
    return publisher.publish(std::move(loan)).value();
}

/// No other participant is there: nothing is held, and messages go through every slot several times.
void check_works(const Topic& topic, Publisher& publisher) {
    { const Subscriber newcomer = topic.subscriber(); }  // a newcomer recovers the dead
    BOOST_TEST(publisher.state().loaned == 0U);
    BOOST_TEST(publisher.state().pinned == 0U);
    BOOST_TEST(publisher.state().publishers == 1U);
    Subscriber subscriber = topic.subscriber({.pins = 4, .start = Start::next});
    for (std::uint64_t id = 0; id < 40; ++id) {
        const std::uint64_t sequence = publish(publisher, 1'000'000 + id);
        const auto message = subscriber.try_next().value();
        BOOST_TEST(message.sequence() == sequence);
        BOOST_TEST(message.lost() == 0U);
        BOOST_TEST(is_whole(message.payload()));
        BOOST_TEST(id_of(message.payload()) == 1'000'000 + id);
    }
    std::vector<Loan> loans;
    while (auto loan = publisher.loan()) loans.push_back(std::move(*loan));
    BOOST_TEST(loans.size() == publisher.info().slot_count - *topic.shape.history);
}

/// Waits a random while, in yields: the machine decides what that is.
void loiter(std::mt19937_64& random) {
    for (std::uint64_t i = random() % 30; i > 0; --i) sched_yield();
}

/// Every message is whole and comes once, and each sequence comes or is counted as lost, until there is enough.
void check_all_until(Subscriber& subscriber, const std::atomic<bool>& enough) {
    std::uint64_t last = 0, got = 0, lost = 0;
    std::vector<bool> seen(2'000'000);
    while (!enough || subscriber.state().newest > last) {
        const auto message = subscriber.next(100ms);
        if (!message) {
            BOOST_TEST((message.error() == Errc::timed_out), message.error());
            continue;
        }
        if (message->sequence() <= last) BOOST_ERROR("a sequence came twice: " << message->sequence());
        if (!is_whole(message->payload())) BOOST_ERROR("torn: sequence " << message->sequence());
        last = message->sequence();
        ++got;
        lost += message->lost();
        BOOST_TEST_REQUIRE(got + lost == last);
        const std::uint64_t id = id_of(message->payload());
        if (id >= seen.size()) continue;
        if (seen[id]) BOOST_ERROR("message " << id << " came twice");
        seen[id] = true;
    }
    BOOST_TEST(got > 0U);
}

}  // namespace topic_deaths

BOOST_AUTO_TEST_SUITE(topic_deaths)

BOOST_FIXTURE_TEST_CASE(a_publisher_killed_with_loans, Topic) {
    Publisher survivor = publisher();
    for (int round = 0; round < 10; ++round) {  // more than there are slots and places
        Child target([&](Checkpoints& checkpoints) {
            Publisher publisher_ = publisher();
            Loan half = publisher_.loan().value();
            const Loan other = publisher_.loan().value();
            fill(half.payload().first(1'000), 99);
            checkpoints.stop_at("on loan");
        });
        target.wait_for("on loan");
        target.kill();
        publish(survivor, static_cast<std::uint64_t>(round));
    }
    BOOST_TEST(survivor.state().newest == 10U);
    check_works(*this, survivor);
}

BOOST_FIXTURE_TEST_CASE(what_a_killed_publisher_published_stands, Topic) {
    Subscriber waiting = subscriber();
    Child target([&](Checkpoints& checkpoints) {
        Publisher publisher_ = publisher();
        for (std::uint64_t id = 1; id <= 6; ++id) publish(publisher_, id);
        const Loan loan = publisher_.loan().value();
        checkpoints.stop_at("published");
    });
    target.wait_for("published");
    target.kill();
    for (Subscriber* each : {&waiting}) {
        for (std::uint64_t id = 3; id <= 6; ++id) {
            const auto message = each->next(soon).value();
            BOOST_TEST(id_of(message.payload()) == id);
            BOOST_TEST(is_whole(message.payload()));
            BOOST_TEST(message.sequence() == id);
            BOOST_TEST(message.lost() == (id == 3 ? 2U : 0U));
        }
        BOOST_TEST(each->next(soon).error() == Errc::end_of_stream);  // a tick after its death
    }
    Publisher survivor = publisher();
    Subscriber late = subscriber();
    for (std::uint64_t id = 3; id <= 6; ++id) BOOST_TEST(id_of(late.next(soon).value().payload()) == id);
    { const Subscriber gone = std::move(late), gone_too = std::move(waiting); }
    BOOST_TEST(publish(survivor, 7) == 7U);
    check_works(*this, survivor);
}

BOOST_FIXTURE_TEST_CASE(publishers_killed_at_random_moments, Topic) {
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    SharedAnonymous<std::atomic<std::uint64_t>> next_id;
    SharedAnonymous<std::atomic<bool>> enough;
    Publisher survivor = publisher();
    Child watching([&](Checkpoints& checkpoints) {
        Subscriber subscriber_ = subscriber();
        checkpoints.reach("joined");
        check_all_until(subscriber_, *enough);
    });
    watching.wait_for("joined");
    for (int death = 0; death < 200; ++death) {
        Child target([&](Checkpoints& checkpoints) {
            Publisher publisher_ = publisher();
            checkpoints.reach("going");
            for (;;) publish(publisher_, next_id->fetch_add(1));
        });
        target.wait_for("going");
        loiter(random);
        BOOST_TEST(target.kill().signal == SIGKILL);
        if (death % 10 == 0) publish(survivor, next_id->fetch_add(1));
    }
    const std::uint64_t newest = publish(survivor, next_id->fetch_add(1));
    BOOST_TEST(newest <= *next_id);
    BOOST_TEST_MESSAGE(newest << " messages, " << *next_id - newest << " of them not published by the dead");
    BOOST_TEST(newest > 200U);
    *enough = true;
    watching.wait(30s);
    check_works(*this, survivor);
}

BOOST_FIXTURE_TEST_CASE(a_subscriber_killed_with_pins, Topic) {
    Publisher survivor = publisher();
    std::uint64_t id = 0;
    for (int round = 0; round < 10; ++round) {
        Child target([&](Checkpoints& checkpoints) {
            Subscriber subscriber_ = subscriber({.pins = 4, .start = Start::oldest});  // the whole budget
            std::vector<Message> held;
            for (int i = 0; i < 4; ++i) held.push_back(subscriber_.next(soon).value());
            checkpoints.stop_at("holding");
        });
        for (int i = 0; i < 4; ++i) publish(survivor, id++);
        target.wait_for("holding");
        for (int i = 0; i < 20; ++i) publish(survivor, id++);
        BOOST_TEST(survivor.state().pinned == 4U);
        target.kill();
        for (int i = 0; i < 20; ++i) publish(survivor, id++);  // with the pins of the dead still there, or not
    }
    check_works(*this, survivor);
}

BOOST_FIXTURE_TEST_CASE(subscribers_killed_at_random_moments, Topic) {
    const std::uint64_t seed = std::random_device{}();
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    SharedAnonymous<std::atomic<bool>> enough;
    Publisher survivor = publisher();
    Child publishing([&](Checkpoints&) {
        Publisher publisher_ = publisher();
        for (std::uint64_t id = 0; !*enough; ++id) publish(publisher_, id);  // throws if it ever finds no slot
    });
    for (int death = 0; death < 200; ++death) {
        Child target([&](Checkpoints& checkpoints) {
            Subscriber subscriber_ = subscriber({.pins = 4, .start = Start::oldest});
            checkpoints.reach("going");
            std::vector<Message> held;
            for (std::uint64_t last = 0;;) {
                auto message = death % 2 == 0 ? subscriber_.next(soon) : subscriber_.newest(soon);
                if (!message || !is_whole(message->payload()) || message->sequence() <= last)
                    BOOST_FAIL("a torn or repeated message");
                last = message->sequence();
                if (held.size() == 3) held.erase(held.begin());
                held.push_back(std::move(*message));
            }
        });
        target.wait_for("going");
        loiter(random);
        BOOST_TEST(target.kill().signal == SIGKILL);
    }
    *enough = true;
    publishing.wait(30s);
    check_works(*this, survivor);
}

BOOST_AUTO_TEST_CASE(everybody_killed_and_attached_again) {
    Topic topic;
    Child one([&](Checkpoints& checkpoints) {
        Publisher publisher = topic.publisher();
        for (std::uint64_t id = 1; id <= 9; ++id) publish(publisher, id);
        const Loan loan = publisher.loan().value();
        checkpoints.stop_at("published");
    });
    one.wait_for("published");
    Child two([&](Checkpoints& checkpoints) {
        Subscriber subscriber = topic.subscriber({.pins = 4, .start = Start::oldest});
        const Message first = subscriber.next(soon).value(), second = subscriber.next(soon).value();
        checkpoints.stop_at("holding");
    });
    two.wait_for("holding");
    one.kill();
    two.kill();
    BOOST_TEST(topic.name.left_behind().size() == 1U);  // the segment stays for the next participant
    {
        Subscriber subscriber = topic.subscriber({.pins = 4, .start = Start::oldest});
        for (std::uint64_t id = 6; id <= 9; ++id) {
            const auto message = subscriber.next(soon).value();
            BOOST_TEST(id_of(message.payload()) == id);
            BOOST_TEST(is_whole(message.payload()));
            BOOST_TEST(message.sequence() == id);
        }
        BOOST_TEST(subscriber.next(soon).error() == Errc::end_of_stream);
    }
    Publisher survivor = topic.publisher();
    check_works(topic, survivor);
}

BOOST_FIXTURE_TEST_CASE(a_read_only_subscriber_goes_on_when_everybody_else_is_killed, Topic) {
    Child target([&](Checkpoints& checkpoints) {
        Publisher publisher_ = publisher();
        for (std::uint64_t id = 1; id <= 3; ++id) publish(publisher_, id);
        checkpoints.stop_at("published");
    });
    target.wait_for("published");
    std::optional<Publisher> survivor;  // leaves last, and removes the name
    Subscriber reading = subscriber({.start = Start::oldest, .read_only = true});
    target.kill();
    std::vector<std::byte> buffer(4'000);
    for (std::uint64_t id = 1; id <= 3; ++id) {
        BOOST_TEST(reading.copy_next(buffer, soon).value().sequence == id);
        BOOST_TEST(id_of(buffer) == id);
    }
    BOOST_TEST(reading.copy_next(buffer, 20ms).error() == Errc::timed_out);  // it cannot recover the dead
    survivor = publisher();
    BOOST_TEST(publish(*survivor, 4) == 4U);
    BOOST_TEST(reading.copy_next(buffer, soon).value().lost == 0U);
    check_works(*this, *survivor);
}

BOOST_AUTO_TEST_SUITE_END()
