// Requests withdrawn unread while nobody receives leave the head behind, by more rounds than four bits can tell.
#include "queue/queue_layout.hpp"
#include "world/world.hpp"

using namespace handoff;
using namespace handoff::test;

BOOST_FIXTURE_TEST_SUITE(lag_test, Line)

BOOST_AUTO_TEST_CASE(a_receiver_finds_the_first_message_however_many_were_withdrawn_before) {
    constexpr std::uint32_t cells = 1'024, rounds = detail::queue::CellWord::round_mask + 1;
    for (const std::uint32_t lap : {0U, 1U, rounds / 2 - 1, rounds / 2, rounds / 2 + 1, rounds - 1, rounds, 3 * rounds})
        for (const std::uint32_t more : {0U, 1U, cells - 1}) {
            BOOST_TEST_CONTEXT(lap << " laps and " << more << " withdrawn") {
                const UniqueName own("lag");
                Sender sender(own, shape);
                for (std::uint32_t i = 0; i < lap * cells + more; ++i) {
                    auto pending = sender.request_async(sender.try_loan().value()).value();
                    BOOST_TEST_REQUIRE((pending.withdraw().value() == handoff::Withdrawn::taken_back));
                }
                test::send(sender, 1);
                Receiver receiver(own, shape);
                auto request = receiver.try_receive();
                BOOST_TEST_REQUIRE(request.has_value());
                BOOST_TEST(id_of(request->payload()) == 1U);
                BOOST_TEST(request->processed().has_value());
                check_works(sender, receiver);
            }
        }
}

BOOST_AUTO_TEST_SUITE_END()
