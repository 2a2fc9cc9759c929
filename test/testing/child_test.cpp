#include <handoff/testing.hpp>

#include "testing/message_contains.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace child_test {

using namespace std::chrono_literals;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::ChildFailed;
using handoff::testing::DeadlinePassed;
using handoff::testing::Exit;

// As in /proc/PID/stat: R running, S sleeping, T stopped, Z zombie; '-' where there is no such process.
char process_state(int pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(stat, text);
    const auto name_end = text.rfind(')');
    return name_end == std::string::npos ? '-' : text.at(name_end + 2);
}

// A counter that parent and child both see.
class SharedCounter {
public:
    SharedCounter()
        : counter_(new (::mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                       Counter{0}) {}
    SharedCounter(const SharedCounter&) = delete;
    SharedCounter& operator=(const SharedCounter&) = delete;
    ~SharedCounter() { ::munmap(counter_, sizeof(Counter)); }
    std::atomic<long>& operator*() const { return *counter_; }

private:
    using Counter = std::atomic<long>;
    Counter* counter_;
};

[[noreturn]] void hang() {
    while (true) ::pause();
}

}  // namespace child_test

BOOST_AUTO_TEST_SUITE(child_test)

BOOST_AUTO_TEST_CASE(a_point_that_is_not_reached_is_named_at_the_deadline) {
    Child child([](Checkpoints& checkpoints) {
        checkpoints.reach("attached");
        hang();
    });
    child.wait_for("attached");
    BOOST_CHECK_EXCEPTION(child.wait_for("sent", 30ms), DeadlinePassed, message_contains("reached \"sent\""));
    BOOST_CHECK_EXCEPTION(child.wait_for("sent", 30ms), DeadlinePassed, message_contains("it reached: attached"));
    BOOST_CHECK_EXCEPTION(child.wait_for("attached", 30ms), DeadlinePassed, message_contains("2 times"));
    BOOST_CHECK_EXCEPTION(child.next_line(30ms), DeadlinePassed, message_contains("reported line 1"));
    BOOST_CHECK_EXCEPTION(child.wait(30ms), DeadlinePassed, message_contains("it is running"));
}

BOOST_AUTO_TEST_CASE(a_point_that_a_finished_child_never_reached_is_a_failure) {
    Child child([](Checkpoints&) {});
    BOOST_CHECK_EXCEPTION(child.wait_for("sent", 60s), ChildFailed,
                          message_contains("ended before it reached \"sent\""));
}

BOOST_AUTO_TEST_CASE(going_on_without_a_stop_is_refused) {
    Child child([](Checkpoints& checkpoints) {
        checkpoints.reach("here");
        hang();
    });
    child.wait_for("here");
    BOOST_CHECK_EXCEPTION(child.go_on(), std::logic_error, message_contains("has not arrived at a stop_at()"));
}

BOOST_AUTO_TEST_CASE(points_are_waited_for_by_name_in_any_order) {
    Child child([](Checkpoints& checkpoints) {
        for (const char* point : {"a", "b", "a"}) checkpoints.reach(point);
    });
    child.wait_for("b");
    child.wait_for("a");
    child.wait_for("a");
    child.wait();
    child.wait();
}

BOOST_AUTO_TEST_CASE(stop_at_holds_the_child_until_go_on) {
    const SharedCounter steps;
    Child child([&](Checkpoints& checkpoints) {
        checkpoints.stop_at("first");
        ++*steps;
        checkpoints.stop_at("second");
        ++*steps;
    });
    child.wait_for("first");
    BOOST_CHECK_EXCEPTION(child.wait(30ms), DeadlinePassed, message_contains("blocked in stop_at(\"first\")"));
    BOOST_TEST(*steps == 0);
    child.go_on();
    child.wait_for("second");
    BOOST_TEST(*steps == 1);
    child.go_on();
    child.wait();
    BOOST_TEST(*steps == 2);
}

BOOST_AUTO_TEST_CASE(lines_arrive_whole_and_in_order_whatever_their_size) {
    const std::string large(3'000'000, 'x');
    Child child([&](Checkpoints& checkpoints) {
        checkpoints.report("first\nwith two rows");
        checkpoints.report("");
        checkpoints.report(large);
        for (int i = 0; i < 1000; ++i) checkpoints.report(std::to_string(i));
    });
    BOOST_TEST(child.next_line() == "first\nwith two rows");
    BOOST_TEST(child.next_line() == "");
    BOOST_TEST((child.next_line() == large));
    child.wait();
    BOOST_TEST(child.lines().size() == 1003u);
    BOOST_TEST(child.lines().back() == "999");
}

BOOST_AUTO_TEST_CASE(threads_of_a_child_may_report_at_once) {
    Child child([](Checkpoints& checkpoints) {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&checkpoints, t] {
                for (int i = 0; i < 500; ++i)
                    checkpoints.report(std::string(static_cast<std::size_t>(t) * 50 + 1, 'x'));
            });
    });
    child.wait();
    BOOST_TEST(child.lines().size() == 2000u);
}

BOOST_AUTO_TEST_CASE(a_child_is_killed_at_a_point_and_reaped) {
    const SharedCounter steps;
    Child child([&](Checkpoints& checkpoints) {
        checkpoints.report("said before death");
        checkpoints.stop_at("here");
        ++*steps;
    });
    child.wait_for("here");
    BOOST_TEST(child.is_running());
    BOOST_TEST((child.kill() == Exit{0, SIGKILL}));
    BOOST_TEST(!child.is_running());
    BOOST_TEST(process_state(child.pid()) == '-');
    BOOST_TEST(*steps == 0);
    BOOST_TEST(child.lines().at(0) == "said before death");
    child.wait();
    BOOST_TEST(child.kill().signal == SIGKILL);
}

BOOST_AUTO_TEST_CASE(killing_a_child_that_was_done_tells_that_it_was_done) {
    Child child([](Checkpoints&) {});
    child.wait();
    BOOST_TEST(child.kill().ok());
}

BOOST_AUTO_TEST_CASE(a_stopped_child_stands_still_until_it_is_resumed) {
    const SharedCounter counter;
    Child child([&](Checkpoints& checkpoints) {
        checkpoints.reach("counting");
        while (true) ++*counter;
    });
    child.wait_for("counting");
    for (int round = 0; round < 3; ++round) {
        child.stop();
        BOOST_TEST(process_state(child.pid()) == 'T');
        BOOST_TEST(child.is_running());
        const long seen = *counter;
        BOOST_CHECK_EXCEPTION(child.wait(20ms), DeadlinePassed, message_contains("it is stopped"));
        BOOST_TEST(*counter == seen);
        child.resume();
        HANDOFF_REQUIRE_EVENTUALLY(*counter > seen);
    }
    child.stop();
    BOOST_TEST(child.kill().signal == SIGKILL);
    BOOST_CHECK_EXCEPTION(child.stop(), ChildFailed, message_contains("could not be stopped"));
}

BOOST_AUTO_TEST_CASE(a_hang_is_shown_by_ends_within) {
    Child hanging([](Checkpoints&) { hang(); });
    BOOST_TEST(!hanging.ends_within(50ms));
    Child ending([](Checkpoints&) {});
    BOOST_TEST(ending.ends_within(10s));
}

BOOST_AUTO_TEST_CASE(a_forgotten_child_is_killed_and_leaves_no_zombie) {
    std::vector<int> pids;
    {
        std::vector<Child> children;
        for (int i = 0; i < 3; ++i)
            children.emplace_back([](Checkpoints& checkpoints) {
                ::signal(SIGTERM, SIG_IGN);
                checkpoints.reach("alive");
                hang();
            });
        for (auto& child : children) {
            child.wait_for("alive");
            pids.push_back(child.pid());
        }
        children[0].stop();
    }
    for (const int pid : pids) BOOST_TEST(process_state(pid) == '-');
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1, "there is a child left");
}

BOOST_AUTO_TEST_CASE(an_assigned_child_replaces_and_ends_the_old_one) {
    Child child([](Checkpoints&) { hang(); });
    const int old_pid = child.pid();
    child = Child([](Checkpoints&) {});
    BOOST_TEST(process_state(old_pid) == '-');
    child.wait();
}

BOOST_AUTO_TEST_CASE(a_sibling_does_not_end_with_the_copy_that_another_child_has_of_it) {
    std::optional<Child> first;
    first.emplace([](Checkpoints& checkpoints) { checkpoints.stop_at("alive"); });
    first->wait_for("alive");
    handoff::testing::run_in_child([&](Checkpoints&) { first.reset(); });
    BOOST_TEST(first->is_running());
    first->go_on();
    first->wait();
}

BOOST_AUTO_TEST_CASE(children_die_with_a_killed_parent) {
    Child parent([](Checkpoints& checkpoints) {
        Child grandchild([](Checkpoints& inner) {
            inner.reach("alive");
            hang();
        });
        grandchild.wait_for("alive");
        checkpoints.report(std::to_string(grandchild.pid()));
        checkpoints.stop_at("both alive");
    });
    parent.wait_for("both alive");
    const int grandchild = std::stoi(parent.next_line());
    HANDOFF_REQUIRE_EVENTUALLY(process_state(grandchild) == 'S');
    parent.kill();
    HANDOFF_CHECK_EVENTUALLY(process_state(grandchild) == '-' || process_state(grandchild) == 'Z');
}

BOOST_AUTO_TEST_SUITE_END()
