#include "slot/slots.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "segment/geometry.hpp"

namespace slots_test {

using handoff::detail::slot::Slots;
using handoff::detail::slot::SlotState;
using handoff::detail::slot::SlotWord;

/// Slots in memory of exactly the size that their geometry asks for, so that a sanitizer sees every byte beyond it.
class Room {
public:
    Room(std::uint32_t count, std::uint64_t payload_bytes, std::uint64_t reply_bytes) {
        handoff::detail::segment::Blueprint blueprint;
        blueprint.participant_count = 2;
        blueprint.participant_bytes = 192;
        blueprint.control_bytes = 64;
        blueprint.slot_count = count;
        blueprint.slot_header_bytes = sizeof(handoff::detail::slot::SharedData);
        blueprint.payload_bytes = payload_bytes;
        blueprint.reply_bytes = reply_bytes;
        BOOST_TEST_REQUIRE(lay_out(blueprint, geometry));
        memory.reset(static_cast<std::byte*>(std::aligned_alloc(64, geometry.segment_bytes)));
        BOOST_TEST_REQUIRE(memory != nullptr);
        std::fill_n(memory.get(), geometry.segment_bytes, std::byte{0});
        slots().place();
    }
    Slots slots() const { return {memory.get(), geometry}; }
    std::size_t offset(const void* address) const {
        return static_cast<std::size_t>(static_cast<const std::byte*>(address) - memory.get());
    }

    handoff::detail::segment::Geometry geometry;

private:
    struct Free {
        void operator()(std::byte* bytes) const { std::free(bytes); }
    };
    std::unique_ptr<std::byte, Free> memory;
};

}  // namespace slots_test

BOOST_AUTO_TEST_SUITE(slots_test)

BOOST_AUTO_TEST_CASE(placed_slots_are_free_and_empty) {
    const Room room(5, 100, 10);
    BOOST_TEST(room.slots().count() == 5u);
    for (std::uint32_t index = 0; index < 5; ++index) {
        const auto& slot = room.slots()[index];
        BOOST_TEST(slot.control.load() == SlotWord{}.encode());
        BOOST_TEST(slot.payload.get().bytes == 0u);
        BOOST_TEST(!slot.payload.get().described);
        BOOST_TEST(slot.reply.get().bytes == 0u);
        BOOST_TEST(!slot.reply.get().described);
        BOOST_TEST((slot.image.encoding == handoff::Encoding::none));
        BOOST_TEST(slot.reason[0] == '\0');
    }
}

BOOST_AUTO_TEST_CASE(areas_have_their_sizes_lie_inside_and_follow_each_other_on_cache_lines) {
    for (const std::uint32_t count : {1U, 3U})
        for (const std::uint64_t payload : {1U, 63U, 64U, 65U, 5000U})
            for (const std::uint64_t reply : {0U, 1U, 64U, 777U}) {
                const Room room(count, payload, reply);
                std::size_t end_of_last = room.geometry.slots_offset;
                for (std::uint32_t index = 0; index < count; ++index) {
                    const auto payload_area = room.slots().payload_area(index);
                    const auto reply_area = room.slots().reply_area(index);
                    BOOST_TEST(payload_area.size() == payload);
                    BOOST_TEST(reply_area.size() == reply);
                    BOOST_TEST(room.offset(&room.slots()[index]) >= end_of_last);
                    BOOST_TEST(room.offset(payload_area.data()) >=
                               room.offset(&room.slots()[index]) + sizeof(handoff::detail::slot::SharedData));
                    BOOST_TEST(room.offset(reply_area.data()) >= room.offset(payload_area.data()) + payload);
                    BOOST_TEST(room.offset(payload_area.data()) % 64 == 0u);
                    BOOST_TEST(room.offset(reply_area.data()) % 64 == 0u);
                    end_of_last = room.offset(reply_area.data()) + reply;
                }
                BOOST_TEST(end_of_last <= room.geometry.segment_bytes);
            }
}

BOOST_AUTO_TEST_CASE(what_is_written_into_one_area_is_seen_in_no_other) {
    const Room room(3, 65, 33);
    const auto slots = room.slots();
    for (std::uint32_t index = 0; index < 3; ++index) {
        std::ranges::fill(slots.payload_area(index), static_cast<std::byte>(2 * index + 1));
        std::ranges::fill(slots.reply_area(index), static_cast<std::byte>(2 * index + 2));
    }
    const auto all = [](auto area, std::byte value) {
        return std::ranges::all_of(area, [value](std::byte byte) { return byte == value; });
    };
    for (std::uint32_t index = 0; index < 3; ++index) {
        BOOST_TEST(all(slots.payload_area(index), static_cast<std::byte>(2 * index + 1)));
        BOOST_TEST(all(slots.reply_area(index), static_cast<std::byte>(2 * index + 2)));
        BOOST_TEST((SlotWord::decode(slots[index].control.load()).state == SlotState::free));
    }
}

BOOST_AUTO_TEST_SUITE_END()
