// A stranger's suite: a child process takes a request and is killed; the request comes again, and nothing stays behind.
#define BOOST_TEST_MODULE consumer
#include <handoff/handoff.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_killed_receiver_loses_nothing) {
    handoff::testing::UniqueName name("package");
    {
        handoff::Sender sender(name, {.slot_count = 2, .payload_bytes = 64});
        handoff::testing::Child child([&](handoff::testing::Checkpoints& checkpoints) {
            handoff::Receiver receiver(name);
            auto request = receiver.receive(10s).value();
            checkpoints.stop_at("taken");
        });
        auto pending = sender.request_async(sender.loan(10s).value()).value();
        child.wait_for("taken");
        child.kill();

        handoff::Receiver receiver(name);
        auto request = receiver.receive(10s).value();
        BOOST_TEST(request.deliveries() == 2u);
        request.processed().value();
        BOOST_TEST(pending.wait(10s).has_value());
    }
    BOOST_TEST(name.left_behind().empty());
}
