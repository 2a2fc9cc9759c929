// Many senders and receivers on 500 photographs each, and some of them killed meanwhile.
#include "apps/fixture.hpp"

#include <handoff/channel.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace crowd {

using namespace apps_test;
using namespace std::chrono_literals;
using handoff::testing::Program;
using handoff::testing::UniqueName;

constexpr std::size_t photographs_sent = 500;

/// The photographs again and again, until there are 500.
std::vector<std::string> five_hundred() {
    std::vector<std::string> paths;
    while (paths.size() < photographs_sent) paths.push_back(photographs()[paths.size() % photographs().size()]);
    return paths;
}

struct Crowd {
    UniqueName name{"crowd"};
    std::optional<handoff::Receiver> observer;
    std::vector<Program> receivers;
    std::vector<Program> senders;

    explicit Crowd(const std::string& operation) {
        for (int i = 0; i < 3; ++i)
            receivers.push_back(receiver({"--channel", name.str(), "--operation", operation, "--json"}));
        for (int i = 0; i < 2; ++i)
            senders.push_back(sender(std::vector<std::string>{"--channel", name.str(), "--slots", "6", "--payload",
                                                              "2M", "--in-flight", "3", "--timeout", "60s", "--json"} +
                                     five_hundred()));
        observer.emplace(name, handoff::HandleOptions{.attach_timeout = handoff::testing::scaled(20s)});
        HANDOFF_REQUIRE_EVENTUALLY(observer->state().receivers == 4 && observer->state().senders == 2);
    }

    /// Stops the program at a moment when it holds a slot, which the message about the holders shows.
    void stop_with_a_slot(Program& program) {
        const std::string pid = "pid " + std::to_string(program.pid());
        const bool held = handoff::testing::eventually([&] {
            program.stop();
            if (observer->who_holds().find(pid) != std::string::npos) return true;
            program.resume();
            return false;
        });
        BOOST_REQUIRE_MESSAGE(held, "never seen with a slot: " << pid << "; " << observer->who_holds());
    }

    double sum(const char* key) const {
        double sum = 0;
        for (const Program& program : receivers)
            if (!program.output().empty()) sum += number(program, key);
        return sum;
    }

    void check_nothing_is_left() {
        HANDOFF_CHECK_EVENTUALLY(observer->state().free == 6);
        observer.reset();
        BOOST_TEST(name.left_behind().empty());
    }
};

}  // namespace crowd

BOOST_AUTO_TEST_SUITE(crowd)

BOOST_AUTO_TEST_CASE(two_senders_and_three_receivers_deliver_each_photograph_exactly_once) {
    Crowd crowd("gray");
    for (Program& program : crowd.senders) {
        require_exit(program, 0);
        BOOST_TEST(number(program, "frames") == 500);
        BOOST_TEST(number(program, "processed") == 500);
        BOOST_TEST(number(program, "failed") + number(program, "redelivered") + number(program, "skipped") == 0);
    }
    for (Program& program : crowd.receivers) require_exit(program, 0);
    BOOST_TEST(crowd.sum("frames") == 1000);
    BOOST_TEST(crowd.sum("processed") == 1000);
    BOOST_TEST(crowd.sum("redelivered") == 0);
    BOOST_TEST(crowd.sum("bytes") == number(crowd.senders[0], "bytes") + number(crowd.senders[1], "bytes"));
    crowd.check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_receiver_killed_with_a_photograph_in_hand_leaves_the_others_finishing) {
    Crowd crowd("equalize");
    crowd.stop_with_a_slot(crowd.receivers[0]);
    BOOST_TEST((crowd.receivers[0].kill() == handoff::testing::Exit{0, SIGKILL}));
    double redelivered = 0;
    for (Program& program : crowd.senders) {
        require_exit(program, 0);
        BOOST_TEST(number(program, "processed") == 500);
        BOOST_TEST(number(program, "failed") == 0);
        redelivered += number(program, "redelivered");
    }
    BOOST_TEST(redelivered >= 1);
    for (std::size_t i : {1U, 2U}) require_exit(crowd.receivers[i], 0);
    BOOST_TEST(crowd.sum("redelivered") == redelivered);
    crowd.check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_sender_killed_with_requests_in_flight_leaves_the_others_finishing) {
    Crowd crowd("gray");
    crowd.stop_with_a_slot(crowd.senders[0]);
    BOOST_TEST((crowd.senders[0].kill() == handoff::testing::Exit{0, SIGKILL}));
    require_exit(crowd.senders[1], 0);
    BOOST_TEST(number(crowd.senders[1], "processed") == 500);
    BOOST_TEST(number(crowd.senders[1], "failed") == 0);
    for (Program& program : crowd.receivers) require_exit(program, 0);
    BOOST_TEST(crowd.sum("frames") >= 500);
    BOOST_TEST(crowd.sum("failed") == 0);
    crowd.check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_receiver_killed_and_started_again_in_the_middle_goes_on) {
    const UniqueName name("again");
    Program first = receiver({"--channel", name.str(), "--operation", "blur"});
    Program feeder = sender(std::vector<std::string>{"--channel", name.str(), "--slots", "3", "--timeout", "60s",
                                                     "--payload", "2M", "--json"} +
                            five_hundred());
    handoff::Receiver observer(name, {.attach_timeout = handoff::testing::scaled(20s)});
    HANDOFF_REQUIRE_EVENTUALLY(observer.state().taken > 0);
    first.kill();
    HANDOFF_REQUIRE_EVENTUALLY(observer.state().receivers == 1);
    BOOST_TEST(feeder.is_running());
    Program second = receiver({"--channel", name.str(), "--operation", "blur"});
    require_exit(feeder, 0);
    require_exit(second, 0);
    BOOST_TEST(number(feeder, "processed") == 500);
}

BOOST_AUTO_TEST_SUITE_END()
