// Sizes that a hostile process wrote into the segment: never used beyond the real size of the slot.
#include <array>

#include "channel/open_channel.hpp"
#include "fixture.hpp"
#include "latest/blueprint.hpp"
#include "queue/member.hpp"
#include "topic/open_topic.hpp"

namespace hostile_sizes {

using namespace handoff;
using namespace handoff::test;
using handoff::detail::participants::Role;

constexpr std::size_t slot_bytes = 1'000;
constexpr std::size_t claimed_bytes =
    slot_bytes + 64;  // the next slot begins later: nothing is touched that is not there

struct Fixture {
    testing::UniqueName name{"hostile"};
    ChannelShape shape{.slot_count = 4, .payload_bytes = slot_bytes, .reply_bytes = slot_bytes};
    std::array<std::byte, 4'096> buffer{};

    template <class Members>
    static void claim_too_much(const Members& member) {
        for (std::uint32_t slot = 0; slot < member.slots().count(); ++slot) {
            member.slots()[slot].payload.set(claimed_bytes, true);
            member.slots()[slot].reply.set(claimed_bytes, true);
        }
    }
};

}  // namespace hostile_sizes

BOOST_FIXTURE_TEST_SUITE(hostile_sizes, Fixture)

BOOST_AUTO_TEST_CASE(a_message_that_claims_to_be_larger_than_its_slot_is_cut) {
    Sender sender(name, shape);
    Receiver receiver(name);
    sender.send(sender.try_loan().value()).value();
    claim_too_much(*detail::channel::open_channel(name, shape, {}, Role::none));
    BOOST_TEST(receiver.try_receive().value().payload().size() == slot_bytes);
}

BOOST_AUTO_TEST_CASE(an_answer_that_claims_to_be_larger_than_its_slot_is_cut) {
    Sender sender(name, shape);
    Receiver receiver(name);
    Pending pending = sender.request_async(sender.try_loan().value()).value();
    receiver.try_receive().value().processed(slot_bytes).value();
    claim_too_much(*detail::channel::open_channel(name, shape, {}, Role::none));
    const Processed answer = pending.wait(Deadline::now()).value();
    BOOST_TEST(answer.payload().size() == slot_bytes);
    BOOST_TEST(answer.reply().size() == slot_bytes);
}

BOOST_AUTO_TEST_CASE(a_topics_message_that_claims_to_be_larger_than_its_slot_is_cut) {
    const TopicShape topic{.history = 2, .payload_bytes = slot_bytes};
    Publisher publisher(name, topic);
    Subscriber holding(name, topic), copying(name, topic);
    publisher.publish(publisher.loan().value()).value();
    claim_too_much(
        *detail::topic::open_topic(name, topic, {}, {Role::none, Role::publisher, WaitPolicy::balanced, 0, false}));
    BOOST_TEST(holding.try_next().value().payload().size() == slot_bytes);
    BOOST_TEST(copying.copy_next(buffer, Deadline::now()).value().size == slot_bytes);
}

BOOST_AUTO_TEST_CASE(a_value_that_claims_to_be_larger_than_its_slot_is_cut) {
    const LatestShape latest{.capacity_bytes = slot_bytes};
    LatestBytes value(name, latest);
    value.write(std::span(buffer).first(slot_bytes)).value();
    claim_too_much(*detail::latest::open_latest(name, latest, {}));
    BOOST_TEST(value.read(buffer).value().size == slot_bytes);
}

BOOST_AUTO_TEST_SUITE_END()
