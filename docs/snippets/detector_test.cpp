#define BOOST_TEST_MODULE detector
#include <handoff/channel.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

void serve(handoff::Receiver& receiver) {  // what is to be tested
    while (auto request = receiver.receive(5s)) request->processed(request->payload()).value();
}

BOOST_AUTO_TEST_CASE(an_answer_comes_from_another_process) {
    const handoff::testing::UniqueName name;  // a segment that no other test has; removed at the end
    handoff::Sender sender(name, {.payload_bytes = 8, .reply_bytes = 8});
    handoff::testing::Child detector([&](handoff::testing::Checkpoints&) {
        handoff::Receiver receiver(name);
        serve(receiver);
    });
    const std::byte seven{7};
    const auto processed = sender.request({&seven, 1}, 5s).value();
    BOOST_TEST(std::to_integer<int>(processed.reply()[0]) == 7);
}

BOOST_AUTO_TEST_CASE(what_a_killed_detector_held_comes_again) {
    const handoff::testing::UniqueName name;
    handoff::Sender sender(name, {.payload_bytes = 8});
    sender.send(sender.loan(5s).value()).value();
    handoff::testing::Child detector([&](handoff::testing::Checkpoints& checkpoints) {
        handoff::Receiver receiver(name);
        const auto request = receiver.receive(5s);
        BOOST_TEST(request.has_value());  // a failure here fails the test of the parent
        checkpoints.stop_at("taken");     // for ever, or until detector.go_on()
    });
    detector.wait_for("taken");
    detector.kill();  // SIGKILL
    handoff::Receiver next(name);
    BOOST_TEST(next.receive(5s).value().deliveries() == 2);
}
