// Containers that share /dev/shm, clocks that differ or jump, and deaths that take long because of a core dump.
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "world.hpp"

namespace containers_test {

using namespace handoff;
using namespace handoff::test;

std::atomic<unsigned> looks_at_wall_clock{0};
std::atomic<bool> wall_clock_jumps{false};

/// Years there and back, differently each time.
std::int64_t wall_clock_error_s() {
    const unsigned look = looks_at_wall_clock.fetch_add(1);
    if (!wall_clock_jumps) return 0;
    return (look % 2 == 0 ? 1 : -1) * std::int64_t{100'000'000};
}

std::int64_t steady_ns() {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// As a container of its own: process 1, its own mounts, the shared /dev/shm.
Child container(const Child::Function& body) {
    return Child([&](Checkpoints& checkpoints) { join(start_container([&] { body(checkpoints); })); });
}

/// Sends one request, reports its holder, and expects the second one to answer it.
void request_and_report_holders(Sender own, Checkpoints& checkpoints) {
    BOOST_TEST(own.wait_for_receiver(soon).has_value());
    Loan loan = own.loan(soon).value();
    fill(loan.payload(), 7);
    auto pending = own.request_async(std::move(loan)).value();
    HANDOFF_CHECK_EVENTUALLY(own.state().taken == 1U);
    checkpoints.report(own.who_holds());
    auto processed = pending.wait(soon).value();
    BOOST_TEST(id_of(processed.reply()) == 7U);
    BOOST_TEST(processed.deliveries() == 2U);
    checkpoints.stop_at("answered");
}

constexpr auto ahead = 1'000'000s;  // of another container's clock

/// Deadlines are kept, for every way of waiting and every clock.
void check_deadlines(const Line& line) {
    for (const WaitPolicy policy : {WaitPolicy::busy, WaitPolicy::balanced, WaitPolicy::sleep}) {
        Receiver waiting(line.name, line.shape, {.wait = policy});
        const auto before = std::chrono::steady_clock::now();
        BOOST_TEST(!waiting.receive(150ms));
        const auto took = std::chrono::steady_clock::now() - before;
        BOOST_TEST((took >= 150ms && took < soon));
    }
}

}  // namespace containers_test

// All ways to the wall clock: the C library's are replaced in this program.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const long outcome = syscall(SYS_clock_gettime, clock, time);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI)
        time->tv_sec += containers_test::wall_clock_error_s();
    return static_cast<int>(outcome);
}
extern "C" int gettimeofday(timeval* time, void*) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    *time = {now.tv_sec, now.tv_nsec / 1000};
    return 0;
}
extern "C" time_t time(time_t* result) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (result != nullptr) *result = now.tv_sec;
    return now.tv_sec;
}

BOOST_FIXTURE_TEST_SUITE(containers_test, Line)

BOOST_AUTO_TEST_CASE(two_containers_with_one_dev_shm_are_two_participants_though_both_are_process_1,
                     *boost::unit_test::precondition(needs_containers)) {
    Child sending = container([&](Checkpoints& checkpoints) { request_and_report_holders(sender(), checkpoints); });
    Child dying = container([&](Checkpoints& checkpoints) {
        Receiver own = receiver();
        const Request request = own.receive(soon).value();
        checkpoints.stop_at("taken");
    });
    dying.wait_for("taken");
    const std::string holds = sending.next_line();
    BOOST_TEST(holds.starts_with("1 of 4 slots in use: 1 taken by "), holds);
    BOOST_TEST(holds.find(" (pid 1) for ") != std::string::npos, holds);
    dying.kill();
    Child surviving = container([&](Checkpoints& checkpoints) {
        Receiver own = receiver();
        BOOST_TEST(serve(own) == 7U);
        checkpoints.stop_at("served");
    });
    sending.wait_for("answered");
    surviving.wait_for("served");
    // Process 1 of both is alive; from here, too, they are distinguished and counted correctly.
    Sender observer = sender();
    HANDOFF_CHECK_EVENTUALLY(observer.state().receivers == 1U);
    BOOST_TEST(observer.state().senders == 2U);
    sending.kill();
    surviving.kill();
    Receiver mine = receiver();
    HANDOFF_CHECK_EVENTUALLY(!mine.receive(1ms) && observer.state().senders == 1U && observer.state().receivers == 1U);
    check_works(observer, mine);
}

// ---- clocks ---------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(containers_with_other_monotonic_clocks_hand_over_and_wait_in_time_and_only_ages_are_off,
                     *boost::unit_test::precondition(needs_own_clocks)) {
    Sender sender = this->sender();
    Child other([&](Checkpoints& checkpoints) {
        const auto start_ns = steady_ns();
        join(start_with_clock_ahead(ahead, [&] {
            BOOST_TEST(steady_ns() - start_ns > 999'999'000'000'000);
            Receiver own = receiver();
            check_deadlines(*this);
            checkpoints.reach("waited");
            for (int i = 0; i < 50; ++i) serve(own);
            const Request held = own.receive(soon).value();  // and dies with it
            const auto age = std::chrono::steady_clock::now() - held.sent_at();
            BOOST_TEST((age > ahead - 60s && age < ahead + 60s));
            checkpoints.stop_at("holding");
        }));
    });
    other.wait_for("waited");
    for (std::uint64_t id = 1; id <= 50; ++id) {
        Loan loan = sender.loan(soon).value();
        fill(loan.payload(), id);
        const auto processed = sender.request(std::move(loan), soon).value();
        BOOST_TEST(id_of(processed.reply()) == id);
        BOOST_TEST((processed.round_trip() > ahead - 60s && processed.round_trip() < ahead + 60s));
    }
    send(sender, 51);
    other.wait_for("holding");
    BOOST_TEST(sender.who_holds().find(" for 0.0 s") != std::string::npos, sender.who_holds());  // taken in the future
    BOOST_TEST(!sender.wait_for_receiver(0s).has_error());
    other.kill();
    Receiver worker = receiver();
    auto again = worker.receive(soon).value();
    BOOST_TEST(again.deliveries() == 2U);
    BOOST_TEST(again.processed().has_value());
    check_works(sender, worker);
}

BOOST_AUTO_TEST_CASE(nothing_but_creation_asks_the_wall_clock_and_its_jumps_do_not_matter) {
    const auto before_creating = looks_at_wall_clock.load();
    wall_clock_jumps = true;
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    const UniqueName topic_name("topic"), value_name("value");
    Publisher publisher(topic_name, {.payload_bytes = 100});
    Subscriber subscriber(topic_name);
    LatestBytes value(value_name, {.capacity_bytes = 100});
    BOOST_TEST(looks_at_wall_clock > before_creating, "the wall clock is not watched: this test shows nothing");

    const auto after_creating = looks_at_wall_clock.load();
    check_works(sender, receiver);
    std::array<std::byte, 100> buffer{};
    for (int i = 0; i < 20; ++i) {
        publisher.publish(publisher.loan().value()).value();
        BOOST_TEST(subscriber.next(soon).has_value());
        value.write(buffer).value();
        BOOST_TEST(value.wait_newer(buffer, soon).has_value());
    }
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST((receiver.receive(120ms).error() == Errc::timed_out));
    BOOST_TEST((subscriber.next(120ms).error() == Errc::timed_out));
    BOOST_TEST((value.wait_newer(buffer, 120ms).error() == Errc::timed_out));
    std::array<Waitable, 2> both{receiver.waitable(), subscriber.waitable()};
    BOOST_TEST((wait_any(both, 120ms).error() == Errc::timed_out));
    BOOST_TEST((std::chrono::steady_clock::now() - start >= 480ms));
    (void)sender.who_holds();
    BOOST_TEST(looks_at_wall_clock == after_creating);
    wall_clock_jumps = false;
}

// ---- core dumps -----------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(who_dies_with_a_core_dump_is_recovered_when_the_dump_is_written) {
    char directory[] = "/tmp/handoff-core-XXXXXX";
    BOOST_TEST_REQUIRE(mkdtemp(directory) != nullptr);
    std::string pattern;
    std::ifstream("/proc/sys/kernel/core_pattern") >> pattern;
    Sender sender = this->sender();
    std::uint64_t id = 0;
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS}) {
        auto pending = [&] {
            Loan loan = sender.loan(soon).value();
            fill(loan.payload(), ++id);
            return sender.request_async(std::move(loan)).value();
        }();
        Child dying([&](Checkpoints& checkpoints) {
            BOOST_TEST_REQUIRE(chdir(directory) == 0);
            rlimit all{RLIM_INFINITY, RLIM_INFINITY};
            if (setrlimit(RLIMIT_CORE, &all) != 0) limit(RLIMIT_CORE, 1UL << 30);
            std::vector<char> memory(32 << 20, 'x');  // something to write down
            Receiver own = receiver();
            const Request request = own.receive(soon).value();
            checkpoints.reach("taken");
            std::signal(signal, SIG_DFL);
            raise(signal);
        });
        dying.wait_for("taken");
        Receiver worker = receiver();
        auto again = worker.receive(soon).value();
        BOOST_TEST(again.deliveries() == 2U);
        BOOST_TEST(is_whole(again.payload()));
        BOOST_TEST(again.processed().has_value());
        BOOST_TEST(pending.wait(soon).has_value());
        BOOST_CHECK_EXCEPTION(dying.wait(), testing::ChildFailed,
                              [&](const auto& failure) { return failure.exit().signal == signal; });
    }
    if (pattern.front() != '|' && pattern.find('/') == std::string::npos)
        BOOST_TEST(!std::filesystem::is_empty(directory), "no core was written: this test showed little");
    std::filesystem::remove_all(directory);
    Receiver worker = receiver();
    check_works(sender, worker);
}

BOOST_AUTO_TEST_SUITE_END()
