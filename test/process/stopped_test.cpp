// The message of a timeout names stopped processes, and what to do.
#include <memory>

#include "fixture.hpp"

namespace stopped {

using namespace handoff;
using namespace handoff::test;

std::string advice(const char* noun, const Child& child) {
    const std::string pid = std::to_string(child.pid());
    const std::string program = boost::unit_test::framework::master_test_suite().argv[0];
    return "; " + std::string(noun) + " " + program.substr(program.rfind('/') + 1) + " (pid " + pid +
           ") is stopped (by a signal or a debugger): `kill -CONT " + pid + "` lets it go on";
}

template <class Result>
void check_ends_with(const Result& refused, const std::string& end) {
    BOOST_TEST_REQUIRE((!refused && refused.error() == Errc::timed_out));
    BOOST_TEST(refused.error().message().ends_with(end), refused.error().message());
}

/// A process that has opened `make()` and is then stopped.
template <class Make>
class StoppedChild {
public:
    explicit StoppedChild(Make make)
        : child_([make](Checkpoints& checkpoints) {
              const auto handle = make();
              checkpoints.stop_at("open");
          }) {
        child_.wait_for("open");
        child_.stop();
    }
    ~StoppedChild() { child_.kill(); }
    const Child& operator*() const noexcept { return child_; }
    Child& operator*() noexcept { return child_; }

private:
    Child child_;
};

}  // namespace stopped

BOOST_AUTO_TEST_SUITE(stopped)

BOOST_FIXTURE_TEST_CASE(a_receiver, Channel) {
    Sender waiting = sender();
    StoppedChild receiving([this] { return receiver(); });
    auto pending = waiting.request_async(message(waiting, 1)).value();
    check_ends_with(pending.wait(10ms), advice("receiver", *receiving));
    while (auto loan = waiting.try_loan()) BOOST_TEST(waiting.send(std::move(*loan)).has_value());
    check_ends_with(waiting.loan(10ms), advice("receiver", *receiving));
}

BOOST_FIXTURE_TEST_CASE(not_beside_one_that_is_not_stopped, Channel) {
    Sender waiting = sender();
    const Receiver other = receiver();
    StoppedChild receiving([this] { return receiver(); });
    auto pending = waiting.request_async(message(waiting, 1)).value();
    check_ends_with(pending.wait(10ms), "s");
}

BOOST_FIXTURE_TEST_CASE(a_sender, Channel) {
    Receiver waiting = receiver();
    StoppedChild sending([this] { return sender(); });
    check_ends_with(waiting.receive(10ms), advice("sender", *sending));
}

BOOST_AUTO_TEST_CASE(a_publisher) {
    const testing::UniqueName name("stopped");
    const TopicShape shape{.payload_bytes = 100};
    Subscriber waiting(name, shape);
    StoppedChild publishing([&] { return Publisher(name, shape); });
    check_ends_with(waiting.next(10ms), advice("publisher", *publishing));
}

BOOST_AUTO_TEST_CASE(a_writer) {
    const testing::UniqueName name("stopped");
    Latest<int> waiting(name);
    StoppedChild writing([&] {
        auto value = std::make_unique<Latest<int>>(name);
        (void)value->write(1);
        return value;
    });
    (void)waiting.read();
    check_ends_with(waiting.wait_newer(10ms), advice("writer", *writing));
}

BOOST_AUTO_TEST_SUITE_END()
