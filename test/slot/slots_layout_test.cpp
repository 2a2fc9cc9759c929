#include "slot/slots_layout.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace slots_layout_test {

using handoff::detail::slot::SharedData;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;

constexpr SlotState all_states[] = {SlotState::free,      SlotState::loaned, SlotState::ready,   SlotState::taken,
                                    SlotState::processed, SlotState::failed, SlotState::given_up};

bool same(const SlotWord& a, const SlotWord& b) {
    return a.generation == b.generation && a.owner == b.owner && a.deliveries == b.deliveries &&
           a.awaited == b.awaited && a.state == b.state;
}

}  // namespace slots_layout_test

BOOST_AUTO_TEST_SUITE(slots_layout_test)

BOOST_AUTO_TEST_CASE(a_word_keeps_every_field_at_its_extremes) {
    int words = 0;
    for (const std::uint32_t generation : {0U, 1U, 0x7fffffffU, UINT32_MAX})
        for (const std::uint16_t owner : {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{UINT16_MAX}})
            for (const std::uint8_t deliveries : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{UINT8_MAX}})
                for (const bool awaited : {false, true})
                    for (const SlotState state : all_states) {
                        const SlotWord word{generation, owner, deliveries, awaited, state};
                        BOOST_TEST(same(SlotWord::decode(word.encode()), word));
                        ++words;
                    }
    BOOST_TEST(words == 4 * 3 * 3 * 2 * 7);
}

BOOST_AUTO_TEST_CASE(the_fields_share_no_bit_and_leave_none_unused) {
    const std::uint64_t fields[] = {
        SlotWord{UINT32_MAX, 0, 0, false, SlotState::free}.encode(),
        SlotWord{0, UINT16_MAX, 0, false, SlotState::free}.encode(),
        SlotWord{0, 0, UINT8_MAX, false, SlotState::free}.encode(),
        SlotWord{0, 0, 0, true, SlotState::free}.encode(),
        SlotWord{0, 0, 0, false, SlotState{0x7f}}.encode(),
    };
    std::uint64_t all = 0;
    int bits = 0;
    for (const std::uint64_t field : fields) {
        all |= field;
        bits += std::popcount(field);
    }
    BOOST_TEST(all == UINT64_MAX);
    BOOST_TEST(bits == 64);
}

BOOST_AUTO_TEST_CASE(any_64_bits_decode_and_encode_to_themselves) {
    std::uint64_t bits = 0x9e3779b97f4a7c15;
    for (int i = 0; i < 1000; ++i) {
        BOOST_TEST(SlotWord::decode(bits).encode() == bits);
        bits = bits * 6364136223846793005 + 1442695040888963407;
    }
}

BOOST_AUTO_TEST_CASE(zeroed_memory_is_a_free_slot_of_nobody) {
    BOOST_TEST(same(SlotWord::decode(0), SlotWord{}));
    BOOST_TEST((SlotWord{}.state == SlotState::free));
}

BOOST_AUTO_TEST_CASE(freeing_forgets_everything_and_begins_a_new_generation) {
    const SlotWord used{41, 7, 3, true, SlotState::processed};
    BOOST_TEST(same(used.freed(), SlotWord{42, 0, 0, false, SlotState::free}));
    const SlotWord last{UINT32_MAX, 7, 3, true, SlotState::failed};
    BOOST_TEST(same(last.freed(), SlotWord{}));
}

BOOST_AUTO_TEST_CASE(answered_is_processed_failed_or_given_up) {
    for (const SlotState state : all_states) {
        const bool expected =
            state == SlotState::processed || state == SlotState::failed || state == SlotState::given_up;
        BOOST_TEST((SlotWord{1, 2, 3, true, state}.is_answered()) == expected);
    }
}

BOOST_AUTO_TEST_CASE(what_a_plain_message_needs_lies_on_one_cache_line) {
    BOOST_TEST(alignof(SharedData) == 64u);
    BOOST_TEST(offsetof(SharedData, control) == 0u);
    for (const std::size_t offset :
         {offsetof(SharedData, sender), offsetof(SharedData, sequence), offsetof(SharedData, payload),
          offsetof(SharedData, reply), offsetof(SharedData, sent_ns), offsetof(SharedData, taken_ns),
          offsetof(SharedData, answered_ns)})
        BOOST_TEST(offset + 8 <= 64u);
    BOOST_TEST(offsetof(SharedData, data) % 64 == 0u);
    BOOST_TEST(offsetof(SharedData, reason) + sizeof(SharedData::reason) <= offsetof(SharedData, data));
}

BOOST_AUTO_TEST_SUITE_END()
