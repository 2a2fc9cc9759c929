// Processes that fork, exec and spawn with open handles, and many that clean up after the same dead at once.
#include <array>
#include <atomic>
#include <csignal>
#include <cstdarg>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/shared_anonymous.hpp"
#include "world.hpp"

namespace processes_test {

using namespace handoff;
using namespace handoff::test;

std::atomic<const std::function<void()>*> when_opened_for_locks{nullptr};
std::atomic<int> opened_before{0};  // that very path, since the test called when_opened_for_locks

/// Children that outlive their parent, and end at the latest when this does.
class Orphans {
public:
    Orphans() { BOOST_TEST_REQUIRE(pipe2(ends_, O_CLOEXEC) == 0); }
    Orphans(const Orphans&) = delete;
    ~Orphans() {
        close(ends_[0]);
        close(ends_[1]);
    }
    /// Call in the parent of the orphans: only the test may keep them alive.
    void let_go() noexcept { close(std::exchange(ends_[1], -1)); }
    /// What an orphan does: nothing, for as long as the test runs.
    [[noreturn]] void linger() const noexcept {
        char byte = 0;
        [[maybe_unused]] const auto got = read(ends_[0], &byte, 1);
        _exit(0);
    }
    int read_end() const noexcept { return ends_[0]; }

private:
    int ends_[2] = {-1, -1};
};

/// Handles, and threads that are inside their operations all the time.
class Busy {
public:
    explicit Busy(const Line& line)
        : name_(line.name),
          sender(line.sender()),
          receiver(line.receiver()),
          publisher_(topic_name_, topic),
          subscriber_(topic_name_) {
        (void)receiver.descriptor();  // one more thread
        repeat([this] { (void)sender.loan(5ms); });
        repeat([this] { (void)receiver.receive(5ms); });
        repeat([this] { (void)subscriber_.next(5ms); });
        repeat([this] {
            if (auto loan = sender.try_loan()) (void)sender.send(std::move(*loan));
        });
        repeat([this] {
            if (auto loan = publisher_.loan()) (void)publisher_.publish(std::move(*loan));
        });
    }
    void stop() {
        stopping_ = true;
        for (std::thread& thread : threads_) thread.join();
    }
    /// In a child of fork: everything is refused, handles can go, and others can be opened. 0: all well.
    int look_around_as_a_child() {
        alarm(20);  // a deadlock is death by SIGALRM
        const auto is_refused = [](const auto& outcome) { return !outcome && outcome.error() == Errc::invalid_handle; };
        const bool refused = is_refused(sender.try_loan()) && is_refused(sender.loan(1ms)) &&
                             is_refused(sender.wait_for_receiver(1ms)) && is_refused(receiver.receive(1ms)) &&
                             is_refused(receiver.try_receive()) && is_refused(publisher_.loan()) &&
                             is_refused(subscriber_.try_next());
        try {
            { const Sender gone = std::move(sender); }
            { const Receiver gone = std::move(receiver); }
            const Sender own(name_);
            return (refused ? 0 : 1) + (own.state().senders >= 2U ? 0 : 2);
        } catch (const std::exception&) {
            return 4;
        }
    }

private:
    static inline const TopicShape topic{.payload_bytes = 100};
    template <class Action>
    void repeat(Action action) {
        threads_.emplace_back([this, action] {
            while (!stopping_) action();
        });
    }

    std::string_view name_;
    UniqueName topic_name_{"topic"};

public:
    Sender sender;
    Receiver receiver;

private:
    Publisher publisher_;
    Subscriber subscriber_;
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> threads_;
};

/// Workers in several processes, two threads each, that meet before and after each round of deaths.
struct Recovery {
    static constexpr std::uint32_t rounds = 25, dead = 8, processes = 3, parties = 2 * processes + 1;

    struct Counts {
        std::array<std::atomic<std::uint32_t>, rounds * dead> received{};
        std::atomic<std::uint32_t> all{0};
        std::atomic<std::uint32_t> wrong{0};
    };
    SharedAnonymous<Barrier> barrier;
    SharedAnonymous<Counts> counts;

    void meet() const { barrier->arrive_and_wait(parties); }
    void work(Sender& sender, Receiver& receiver) const {
        for (std::uint32_t round = 0; round < rounds; ++round) {
            meet();
            (void)sender.try_loan();  // none is free: look for the dead
            while (counts->all < dead * (round + 1)) {
                auto request = receiver.try_receive();
                if (!request) continue;
                if (!is_whole(request->payload()) || request->deliveries() != 2) ++counts->wrong;
                ++counts->received.at(id_of(request->payload()));
                if (!request->processed()) ++counts->wrong;
                ++counts->all;
            }
            meet();
        }
    }
    Child start_worker(const Line& line) const {
        return Child([&](Checkpoints&) {
            Sender sender = line.sender();
            Receiver receiver = line.receiver();
            std::thread second([&] { work(sender, receiver); });
            work(sender, receiver);
            second.join();
        });
    }
};

}  // namespace processes_test

/// The C library's, and a moment in which a test can do something.
extern "C" int open(const char* path, int flags, ...) {
    static const auto original = reinterpret_cast<int (*)(const char*, int, ...)>(dlsym(RTLD_NEXT, "open"));
    va_list arguments;
    va_start(arguments, flags);
    const int file = original(path, flags, va_arg(arguments, mode_t));
    va_end(arguments);
    if (file >= 0 && processes_test::when_opened_for_locks && std::string_view(path).starts_with("/dev/shm/handoff."))
        if (processes_test::opened_before++ == 1)  // the first one is mapped
            if (const auto* action = processes_test::when_opened_for_locks.exchange(nullptr)) (*action)();
    return file;
}

BOOST_FIXTURE_TEST_SUITE(processes_test, Line)

BOOST_AUTO_TEST_CASE(a_child_of_a_process_whose_threads_are_all_inside_operations_is_refused_and_can_open_its_own) {
    run_in_child(
        [&](Checkpoints&) {
            auto busy = std::make_unique<Busy>(*this);
            for (int round = 0; round < 60; ++round) {
                std::fflush(nullptr);
                const pid_t pid = fork();
                if (pid == 0) _exit(busy->look_around_as_a_child());
                int status = 0;
                waitpid(pid, &status, 0);
                BOOST_TEST(status == 0, "round " << round << ": status " << status);
            }
            busy->stop();
            while (auto rest = busy->receiver.try_receive()) rest->processed().value();
            HANDOFF_CHECK_EVENTUALLY(!busy->receiver.receive(1ms) && busy->sender.state().senders == 1U);
            BOOST_TEST(busy->sender.state().receivers == 1U);
            check_works(busy->sender, busy->receiver);
        },
        60s);
}

/// fork() copies all descriptors. If it came between opening the file for its locks and telling the fork handler about
/// it, the child would keep its dead parent alive.
BOOST_AUTO_TEST_CASE(a_fork_at_the_moment_of_opening_does_not_keep_the_dead_parent_alive) {
    Sender observer = this->sender();
    Receiver worker = receiver();
    Orphans orphans;
    Child parent([&](Checkpoints& checkpoints) {
        orphans.let_go();
        std::atomic<bool> is_opening{false}, has_forked{false};
        std::thread forking([&] {
            while (!is_opening) std::this_thread::yield();
            if (fork() == 0) orphans.linger();
            has_forked = true;
        });
        const std::function<void()> just_opened = [&] {
            is_opening = true;
            (void)testing::eventually([&] { return has_forked.load(); }, 100ms);  // unless it has to wait for us
        };
        when_opened_for_locks = &just_opened;
        const Receiver own = receiver();
        BOOST_TEST(!when_opened_for_locks);
        forking.join();
        checkpoints.stop_at("open");
    });
    parent.wait_for("open");
    BOOST_TEST(observer.state().receivers == 2U);
    parent.kill();
    HANDOFF_CHECK_EVENTUALLY(!worker.receive(1ms) && observer.state().receivers == 1U);
    check_works(observer, worker);
}

BOOST_AUTO_TEST_CASE(exec_without_leaving_is_a_death) {
    Sender sender = this->sender();
    send(sender, 5);
    Child child([&](Checkpoints& checkpoints) {
        Receiver own = receiver();
        const Request request = own.receive(soon).value();
        checkpoints.reach("taken");
        execl("/bin/sleep", "sleep", "30", nullptr);
    });
    child.wait_for("taken");
    Receiver worker = receiver();
    auto again = worker.receive(soon).value();
    BOOST_TEST(again.deliveries() == 2U);
    BOOST_TEST(again.processed().has_value());
    BOOST_TEST(child.is_running());
    child.kill();
    check_works(sender, worker);
}

BOOST_AUTO_TEST_CASE(a_program_that_was_spawned_does_not_keep_its_dead_parent_alive) {
    Sender sender = this->sender();
    send(sender, 6);
    Orphans orphans;
    Child parent([&](Checkpoints& checkpoints) {
        Receiver own = receiver();
        const Request request = own.receive(soon).value();
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, orphans.read_end(), STDIN_FILENO);
        char program[] = "cat";
        char* arguments[] = {program, nullptr};
        pid_t spawned = 0;
        BOOST_TEST_REQUIRE(posix_spawnp(&spawned, program, &actions, nullptr, arguments, environ) == 0);
        checkpoints.report(std::to_string(spawned));
        checkpoints.stop_at("taken");
    });
    const int spawned = std::stoi(parent.next_line());
    parent.wait_for("taken");
    parent.kill();
    Receiver worker = receiver();
    auto again = worker.receive(soon).value();
    BOOST_TEST(again.deliveries() == 2U);
    BOOST_TEST(again.processed().has_value());
    BOOST_TEST(kill(spawned, 0) == 0, "the spawned program has ended: nothing was shown");
    check_works(sender, worker);
}

BOOST_AUTO_TEST_CASE(one_handle_of_a_process_leaves_while_another_of_the_same_process_goes_on) {
    Sender sender = this->sender();
    auto first = std::make_optional(receiver());
    Receiver second = receiver();
    send(sender, 1);
    send(sender, 2);
    auto held = std::make_optional(first->receive(soon).value());
    const Request other = second.receive(soon).value();
    first.reset();
    BOOST_TEST(sender.state().receivers == 2U);  // the request keeps its receiver
    held.reset();                                // the last of it: given back, and left
    BOOST_TEST(sender.state().receivers == 1U);
    BOOST_TEST(sender.state().taken == 1U);
    BOOST_TEST(is_whole(other.payload()));
    Receiver third = receiver();
    auto again = third.receive(soon).value();
    BOOST_TEST(id_of(again.payload()) == 1U);
    BOOST_TEST(again.processed().has_value());
}

/// In each round one process dies with eight receivers, each with a request. Threads of three processes all look for a
/// slot at the same moment, find none, and recover.
BOOST_AUTO_TEST_CASE(many_recover_the_same_dead_at_once_and_each_request_comes_back_once) {
    shape.slot_count = Recovery::dead;
    shape.participants = 32;
    shape.max_deliveries = unlimited_deliveries;
    const Recovery recovery;
    Sender sender = this->sender();
    std::vector<Child> workers;
    for (std::uint32_t i = 0; i < Recovery::processes; ++i) workers.push_back(recovery.start_worker(*this));
    HANDOFF_REQUIRE_EVENTUALLY(sender.state().receivers == Recovery::processes);
    for (std::uint32_t round = 0; round < Recovery::rounds; ++round) {
        for (std::uint32_t i = 0; i < Recovery::dead; ++i) send(sender, round * Recovery::dead + i);
        kill_in_the_middle([&](Checkpoints& checkpoints) {
            std::vector<Receiver> receivers;
            std::vector<Request> requests;
            for (std::uint32_t i = 0; i < Recovery::dead; ++i) {
                receivers.push_back(receiver());
                requests.push_back(receivers.back().receive(soon).value());
            }
            checkpoints.stop_at("in the middle");
        });
        recovery.meet();
        recovery.meet();
    }
    for (Child& worker : workers) worker.wait();
    BOOST_TEST(recovery.counts->wrong == 0U);
    for (const auto& received : recovery.counts->received) BOOST_TEST(received == 1U);
    BOOST_TEST(sender.state().redelivered == Recovery::rounds * Recovery::dead);
    BOOST_TEST(sender.state().free == Recovery::dead);
    BOOST_TEST(sender.state().receivers == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
