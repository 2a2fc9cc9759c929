// Both sides killed, all participants killed, the creator killed, a fork left behind.
#include <array>

#include "channel/blueprint.hpp"
#include "fixture.hpp"
#include "segment/name.hpp"
#include "segment/segment.hpp"

BOOST_AUTO_TEST_SUITE(everybody_deaths)

using namespace handoff;
using namespace handoff::test;

BOOST_FIXTURE_TEST_CASE(both_sides_killed_in_the_middle, Channel) {
    Child dead_sender([&](Checkpoints& checkpoints) {
        Sender sender_ = sender();
        auto pending = sender_.request_async(message(sender_, 1)).value();
        const Loan loan = sender_.loan(soon).value();
        checkpoints.stop_at("waiting");
    });
    dead_sender.wait_for("waiting");
    Child dead_receiver([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        const Request request = receiver_.receive(soon).value();
        checkpoints.stop_at("taken");
    });
    dead_receiver.wait_for("taken");
    dead_sender.kill();
    dead_receiver.kill();

    Receiver worker = receiver();
    Request again = worker.receive(soon).value();
    BOOST_TEST(again.deliveries() == 2U);
    BOOST_TEST(is_whole(again.payload()));
    BOOST_TEST(again.processed().has_value());
    Sender survivor = sender();
    check_works(survivor, worker);
}

BOOST_AUTO_TEST_CASE(everybody_killed_and_attached_again) {
    std::string files;
    {
        Channel channel;
        Child one([&](Checkpoints& checkpoints) {
            Sender sender = channel.sender();
            for (std::uint64_t id = 1; id <= 3; ++id) sender.send(message(sender, id)).value();
            checkpoints.stop_at("sent");
        });
        one.wait_for("sent");
        Child two([&](Checkpoints& checkpoints) {
            Receiver receiver = channel.receiver();
            BOOST_TEST(serve_one(receiver) == 1U);
            const Request request = receiver.receive(soon).value();
            checkpoints.stop_at("taken");
        });
        two.wait_for("taken");
        one.kill();
        two.kill();
        BOOST_TEST(channel.name.left_behind().size() == 1U);  // the segment stays for the next participant
        {
            Receiver worker = channel.receiver();
            std::array<std::uint64_t, 2> rest{serve_one(worker), serve_one(worker)};
            std::sort(rest.begin(), rest.end());
            BOOST_TEST(rest[0] == 2U);
            BOOST_TEST(rest[1] == 3U);
            BOOST_TEST(worker.receive(soon).error() == Errc::end_of_stream);
            Sender survivor = channel.sender();
            check_works(survivor, worker);
        }
        BOOST_TEST(channel.name.left_behind().empty());
    }
}

BOOST_FIXTURE_TEST_CASE(the_creator_killed_half_way_leaves_nothing, Channel) {
    Child creator([&](Checkpoints& checkpoints) {
        const auto request = detail::segment::request_for<detail::channel::Pattern>(name, shape, {});
        const detail::segment::Draft draft(request);
        checkpoints.stop_at("made, not named");
    });
    creator.wait_for("made, not named");
    creator.kill();
    BOOST_TEST(name.left_behind().empty());
    Sender survivor = sender();
    Receiver worker = receiver();
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(a_fork_does_not_keep_its_dead_parent_alive, Channel) {
    Sender survivor = sender();
    auto pending = survivor.request_async(message(survivor, 3)).value();
    Child parent([&](Checkpoints& checkpoints) {
        Receiver receiver_ = receiver();
        const Request request = receiver_.receive(soon).value();
        Child grandchild([&](Checkpoints&) {
            BOOST_TEST(receiver_.try_receive().error() == Errc::invalid_handle);
            checkpoints.stop_at("forked");
        });
        grandchild.wait(soon);
    });
    parent.wait_for("forked");
    parent.kill();
    Receiver worker = receiver();
    BOOST_TEST(serve_one(worker) == 3U);
    BOOST_TEST(pending.wait(soon).value().deliveries() == 2U);
    check_works(survivor, worker);
}

BOOST_FIXTURE_TEST_CASE(a_crowd_killed_at_once, Channel) {
    shape.slot_count = slots;
    std::vector<Child> crowd;
    for (int i = 0; i < 3; ++i) {
        crowd.emplace_back([&](Checkpoints& checkpoints) {
            Sender sender_ = sender();
            checkpoints.reach("going");
            for (std::uint64_t id = 1;; ++id) (void)sender_.request(message(sender_, id), soon);
        });
        crowd.emplace_back([&](Checkpoints& checkpoints) {
            Receiver receiver_ = receiver();
            checkpoints.reach("going");
            for (;;) serve_one(receiver_);
        });
    }
    for (Child& child : crowd) child.wait_for("going");
    for (Child& child : crowd) child.kill();
    Sender survivor = sender();
    Receiver worker = receiver();
    while (auto left = worker.try_receive()) {
        BOOST_TEST(is_whole(left->payload()));
        BOOST_TEST(left->processed().has_value());
    }
    check_works(survivor, worker);
}

BOOST_AUTO_TEST_SUITE_END()
