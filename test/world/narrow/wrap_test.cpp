// Rounds and generations of four bits: what wraps within hours wraps here every few milliseconds, under traffic and
// with deaths at any access to a shared word.
#include <atomic>
#include <csignal>
#include <cstdint>
#include <random>

#include "platform/shared_anonymous.hpp"
#include "queue/queue_layout.hpp"
#include "slot/slots_layout.hpp"
#include "sync/crash_point.hpp"
#include "world/world.hpp"

static_assert(detail::queue::CellWord::round_mask == 15 && detail::queue::CellWord::generation_mask == 15 &&
              detail::slot::SlotWord::generation_mask == 15);

namespace wrap_test {

using namespace handoff;
using namespace handoff::test;

constexpr std::uint64_t cells = 1'024;  // the fewest there are
constexpr std::uint64_t messages_per_wrap = cells * 16;
constexpr std::uint64_t wraps = 8;
constexpr std::uint64_t messages = wraps * messages_per_wrap;

struct Ledger {
    std::atomic<std::uint64_t> next{0};
    std::atomic<std::uint64_t> torn{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<bool> receiving{true};
    std::atomic<std::uint8_t> sent[messages]{};      // send() has returned
    std::atomic<std::uint8_t> received[messages]{};  // before it was answered
};

struct Traffic : Line {
    SharedAnonymous<Ledger> ledger;

    Child start(void (Traffic::*role)(), unsigned seed, bool mortal) {
        return Child([this, role, seed, mortal](Checkpoints&) {
            std::mt19937 random(seed);
            if (mortal) detail::sync::arm_crash_point(static_cast<long>(1 + random() % 20'000));
            (this->*role)();
        });
    }
    void send_all() {
        Sender own = sender();
        for (std::uint64_t id = 0; (id = ledger->next.fetch_add(1)) < messages;) {
            Loan loan = own.loan(soon).value();
            fill(loan.payload().first(64), id);
            if (!own.send(std::move(loan))) ++ledger->refused;
            ledger->sent[id] = 1;
        }
    }
    void receive_all() {
        Receiver own = receiver();
        while (ledger->receiving) {
            auto request = own.receive(20ms);
            if (!request) {
                if (request.error() == Errc::damaged) ++ledger->refused;
                continue;
            }
            const auto bytes = request->payload().first(64);
            if (!is_whole(bytes)) ++ledger->torn;
            ++ledger->received[id_of(bytes)];
            if (!request->processed()) ++ledger->refused;
        }
    }
};

/// Starts the process again whenever it dies. Answers how often that was.
class Undying {
public:
    Undying(Traffic& traffic, void (Traffic::*role)(), unsigned seed)
        : traffic_(traffic), role_(role), random_(seed), child_(start()) {}
    void look() {
        if (child_.is_running()) return;
        try {
            child_.wait();
            done_ = true;
        } catch (const testing::ChildFailed& failure) {
            BOOST_TEST(failure.exit().signal == SIGKILL, failure.what());
            ++deaths_;
            child_ = start();
        }
    }
    bool is_done() const noexcept { return done_; }
    unsigned deaths() const noexcept { return deaths_; }

private:
    Child start() { return traffic_.start(role_, static_cast<unsigned>(random_()), true); }

    Traffic& traffic_;
    void (Traffic::*role_)();
    std::mt19937 random_;
    unsigned deaths_ = 0;
    bool done_ = false;
    Child child_;
};

}  // namespace wrap_test

BOOST_FIXTURE_TEST_SUITE(wrap_test, Traffic)

BOOST_AUTO_TEST_CASE(one_sender_and_one_receiver_keep_the_order_across_many_wraps) {
    Sender sender = this->sender();
    Child receiving([&](Checkpoints&) {
        Receiver own = receiver();
        std::uint64_t wrong = 0;
        for (std::uint64_t id = 0; id < messages; ++id) {
            auto request = own.receive(soon).value();
            if (id_of(request.payload()) != id || request.deliveries() != 1) ++wrong;
            request.processed().value();
        }
        BOOST_TEST(wrong == 0U);
    });
    for (std::uint64_t id = 0; id < messages; ++id) {
        Loan loan = sender.loan(soon).value();
        fill(loan.payload().first(64), id);
        sender.send(std::move(loan)).value();
    }
    receiving.wait(testing::scaled(30s));
    BOOST_TEST(sender.state().free == slots);
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_and_nothing_stays_when_everybody_dies_again_and_again_across_many_wraps) {
    shape.max_deliveries = unlimited_deliveries;
    Sender observer = sender();
    {
        Undying first_sender(*this, &Traffic::send_all, 1), second_sender(*this, &Traffic::send_all, 2);
        Undying first_receiver(*this, &Traffic::receive_all, 3), second_receiver(*this, &Traffic::receive_all, 4);
        const bool all_sent = testing::eventually(
            [&] {
                for (Undying* one : {&first_sender, &second_sender, &first_receiver, &second_receiver})
                    if (!one->is_done()) one->look();
                return first_sender.is_done() && second_sender.is_done();
            },
            40s);
        BOOST_TEST(all_sent);
        const auto deaths =
            first_sender.deaths() + second_sender.deaths() + first_receiver.deaths() + second_receiver.deaths();
        BOOST_TEST(deaths > 20U);
        BOOST_TEST_MESSAGE(messages << " messages, " << deaths << " deaths, " << observer.state().redelivered
                                    << " delivered again");
    }
    Child last = start(&Traffic::receive_all, 5, false);
    HANDOFF_CHECK_EVENTUALLY(observer.state().free == slots);
    ledger->receiving = false;
    last.wait();
    std::uint64_t lost = 0;
    for (std::uint64_t id = 0; id < messages; ++id)
        if (ledger->sent[id] != 0 && ledger->received[id] == 0) ++lost;
    BOOST_TEST(lost == 0U);
    BOOST_TEST(ledger->torn == 0U);
    BOOST_TEST(ledger->refused == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
