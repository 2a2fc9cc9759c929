// No descriptors: at every step of opening an error with a sentence, nothing left behind, and the dead are recovered
// all the same.
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <optional>

#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#include "platform/shm_file.hpp"
#include "world.hpp"

namespace descriptors_test {

using namespace handoff;
using namespace handoff::test;

/// No descriptor can be opened while it lives. Nothing is checked then: sanitizers need descriptors to look at memory.
class NoneLeft {
public:
    NoneLeft() { limit(RLIMIT_NOFILE, 0); }
    NoneLeft(const NoneLeft&) = delete;
    ~NoneLeft() { limit(RLIMIT_NOFILE, 1'000); }
};

/// Opens, in a child that has so many descriptors left. False: refused, with a message that explains why.
template <class Opening>
bool opens_with(unsigned count, Opening&& opening) {
    Child child([&](Checkpoints& checkpoints) {
        leave_descriptors(count);
        try {
            opening();
            checkpoints.report("opened");
        } catch (const Error& error) {
            limit(RLIMIT_NOFILE, 1'000);
            HANDOFF_TEST_CODE(error.failure(), Errc::system);
            check_message(error.failure(), "Too many open files", "no descriptor left", "A handle takes 2",
                          "ulimit -n");
            checkpoints.report("refused");
        }
    });
    const bool opened = child.next_line() == "opened";
    child.wait();
    return opened;
}

/// Tries with 0, 1, 2, ... descriptors until it works, and looks around after each refusal. Answers how many it needed.
template <class Opening, class Look>
unsigned needed_by(Opening&& opening, Look&& look) {
    unsigned count = 0;
    while (count < 10 && !opens_with(count, opening)) {
        BOOST_TEST_CONTEXT("after a refusal with " << count << " descriptors") {
            look();
        }
        ++count;
    }
    return count;
}

}  // namespace descriptors_test

BOOST_FIXTURE_TEST_SUITE(descriptors_test, Line)

BOOST_AUTO_TEST_CASE(creating_is_refused_at_every_step_and_leaves_nothing) {
    const auto nothing_left = [&] { BOOST_TEST(name.left_behind().empty()); };
    BOOST_TEST(needed_by([&] { sender(); }, nothing_left) == 3U);
    BOOST_TEST(needed_by([&] { Publisher(name, {.payload_bytes = 100}); }, nothing_left) == 3U);
    BOOST_TEST(needed_by([&] { LatestBytes(name, {.capacity_bytes = 100}); }, nothing_left) == 3U);
    nothing_left();
}

BOOST_AUTO_TEST_CASE(creating_for_a_group_does_not_call_the_group_unknown) {
    const std::string group = getgrgid(getegid())->gr_name;
    BOOST_TEST(needed_by([&] { detail::platform::create_unlinked(0, 0660, group); }, [] {}) <= 2U);
}

BOOST_AUTO_TEST_CASE(attaching_is_refused_at_every_step_and_leaves_no_trace) {
    Sender sender = this->sender();
    const auto no_trace = [&] {
        BOOST_TEST(sender.state().receivers == 0U);
        BOOST_TEST(name.left_behind().size() == 1U);
    };
    BOOST_TEST(needed_by([&] { receiver(); }, no_trace) == 2U);
    Receiver receiver = this->receiver();
    check_works(sender, receiver);
}

/// What the sentence and the pages say: a process with a thousand handles needs to know its `ulimit -n`.
BOOST_AUTO_TEST_CASE(a_handle_takes_two_descriptors_and_one_more_for_an_event_loop) {
    run_in_child([&](Checkpoints&) {
        const auto in_use = [] {
            const std::filesystem::directory_iterator descriptors("/proc/self/fd");
            return std::distance(begin(descriptors), end(descriptors));
        };
        const auto before = in_use();
        const Sender own_sender = sender();
        BOOST_TEST(in_use() == before + 2);
        const Receiver own = receiver();
        BOOST_TEST(in_use() == before + 4);
        own.descriptor();
        BOOST_TEST(in_use() == before + 5);
        const UniqueName others[] = {UniqueName("topic"), UniqueName("value")};
        const Publisher publisher(others[0], {.payload_bytes = 100});
        BOOST_TEST(in_use() == before + 7);
        const Subscriber subscriber(others[0]);
        BOOST_TEST(in_use() == before + 9);
        const LatestBytes value(others[1], {.capacity_bytes = 100});
        BOOST_TEST(in_use() == before + 11);
    });
}

BOOST_AUTO_TEST_CASE(a_handle_without_a_descriptor_for_an_event_loop_works_as_before) {
    run_in_child([&](Checkpoints&) {
        Sender own_sender = sender();
        Receiver own = receiver();
        const Failure failure = refusal_of([&] {
            const NoneLeft none;
            own.descriptor();
        });
        check_message(failure, "event descriptor", "Too many open files");
        check_works(own_sender, own);
    });
}

BOOST_AUTO_TEST_CASE(the_dead_are_recovered_without_a_new_descriptor) {
    Sender sender = this->sender();
    send(sender, 1);
    Child survivor([&](Checkpoints& checkpoints) {
        Receiver own = this->receiver();
        Sender own_sender = this->sender();
        auto none = std::make_optional<NoneLeft>();
        checkpoints.stop_at("has none left");
        const int file = open("/dev/null", O_RDONLY);
        auto request = own.receive(soon).value();
        none.reset();
        BOOST_TEST(file == -1);
        BOOST_TEST(request.deliveries() == 2U);
        BOOST_TEST(request.processed().has_value());
        BOOST_TEST(own_sender.state().senders == 2U);  // the dead one with its loan is gone
        check_works(own_sender, own);
    });
    survivor.wait_for("has none left");
    kill_in_the_middle([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        Sender sender_ = this->sender();
        const Request request = receiver_.receive(soon).value();
        const Loan loan = sender_.loan(soon).value();
        checkpoints.stop_at("in the middle");
    });
    survivor.go_on();
    survivor.wait();
}

BOOST_AUTO_TEST_CASE(a_dead_publisher_and_subscriber_are_recovered_without_a_new_descriptor) {
    const TopicShape topic{.history = 2, .payload_bytes = 100, .loans = 1, .pin_budget = 2};
    Child survivor([&](Checkpoints& checkpoints) {
        Publisher own(name, topic);
        auto none = std::make_optional<NoneLeft>();
        checkpoints.stop_at("has none left");
        for (int i = 0; i < 20; ++i) own.publish(own.loan().value()).value();
        const bool recovered = testing::eventually(
            [&] { return !own.wait_for_subscriber(1ms) && own.state().pinned == 0U && own.state().loaned == 0U; });
        none.reset();
        BOOST_TEST(recovered);
    });
    survivor.wait_for("has none left");
    kill_in_the_middle([&](Checkpoints& checkpoints) {
        Publisher publisher(name, topic);
        Subscriber subscriber(name);
        publisher.publish(publisher.loan().value()).value();
        const Message message = subscriber.next(soon).value();
        const Loan loan = publisher.loan().value();
        checkpoints.stop_at("in the middle");
    });
    survivor.go_on();
    survivor.wait();
}

BOOST_AUTO_TEST_CASE(what_a_process_without_standard_streams_prints_does_not_land_in_the_segment) {
    Child daemon([&](Checkpoints& checkpoints) {
        std::fflush(nullptr);
        for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) close(number);
        Sender own = sender();
        Receiver other = receiver();
        BOOST_TEST(other.descriptor() > STDERR_FILENO);
        for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            BOOST_TEST(write(number, "a line that some code prints\n", 29) == -1);
        checkpoints.stop_at("printed");
    });
    daemon.wait_for("printed");
    Receiver receiver(name);
    Sender sender = this->sender();
    check_works(sender, receiver);
    daemon.go_on();
    daemon.wait();
}

BOOST_AUTO_TEST_SUITE_END()
