// A second mapping of a segment, which the kernel lets nobody write to.
#include <handoff/testing.hpp>
#include <handoff/truncation.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>

#include "platform/mappings.hpp"
#include "segment/fixture.hpp"

namespace read_only_mapping_test {

using namespace handoff::test;
using handoff::detail::segment::keep_mapped;
using handoff::detail::segment::Segment;
using handoff::detail::segment::segment_path;
using handoff::testing::Checkpoints;
using handoff::testing::run_in_child;
using handoff::testing::UniqueName;

/// A segment with a second mapping.
Segment open_protected(const UniqueName& name, bool prefault = false) {
    Segment segment = Segment::open(request_for(name));
    segment.add_read_only_mapping(prefault);
    return segment;
}

std::uint64_t number_at(const std::byte* place) {
    std::uint64_t number = 0;
    std::memcpy(&number, place, sizeof number);
    return number;
}

std::size_t mapped_files(const UniqueName& name) {
    const std::string rights = rights_of_file(segment_path(name.str()));
    return rights.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(rights.begin(), rights.end(), ' '));
}

}  // namespace read_only_mapping_test

BOOST_AUTO_TEST_SUITE(read_only_mapping_test)

BOOST_AUTO_TEST_CASE(it_shows_the_same_bytes_without_the_right_to_write_them) {
    const UniqueName name;
    Segment plain = Segment::open(request_for(name));
    BOOST_TEST(plain.read_only_base() == plain.base());
    const Segment segment = open_protected(name);
    BOOST_TEST(rights_at(segment.base()) == "rw-s");
    BOOST_TEST(rights_at(segment.read_only_base()) == "r--s");
    const auto first_slot = segment.geometry().slots_offset;
    BOOST_TEST(number_at(segment.read_only_base() + first_slot) == mark);
    std::memset(segment.base() + first_slot, 7, 8);
    BOOST_TEST(number_at(segment.read_only_base() + first_slot) == 0x0707070707070707U);
    BOOST_TEST(leave(plain) == false);
}

BOOST_AUTO_TEST_CASE(both_mappings_go_with_the_segment) {
    const UniqueName name;
    std::optional<Segment> segment = open_protected(name, true);
    BOOST_TEST(mapped_files(name) == 2U);
    leave(*segment);
    segment.reset();
    BOOST_TEST(mapped_files(name) == 0U);
}

BOOST_AUTO_TEST_CASE(an_address_in_either_keeps_it_mapped) {
    const UniqueName name;
    for (const bool of_the_second : {false, true}) {
        std::optional<Segment> segment = open_protected(name);
        const auto bytes = segment->geometry().segment_bytes;
        const std::byte* const base = of_the_second ? segment->read_only_base() : segment->base();
        auto kept = keep_mapped(base + bytes - 1);
        BOOST_TEST_REQUIRE(kept.get() != nullptr);
        BOOST_TEST(keep_mapped(base).get() == kept.get());
        leave(*segment);
        segment.reset();
        BOOST_TEST(number_at(base + bytes - sizeof(std::uint64_t)) == 0U);  // else it would crash
        BOOST_TEST(keep_mapped(base).get() == kept.get());
        kept.reset();
        BOOST_TEST(mapped_files(name) == 0U);
        BOOST_TEST(keep_mapped(base).get() == nullptr);
    }
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_has_neither_and_unmaps_nothing) {
    const UniqueName name;
    std::optional<Segment> segment = open_protected(name);
    run_in_child([&](Checkpoints&) {
        BOOST_TEST(mapped_files(name) == 0U);
        BOOST_TEST(keep_mapped(segment->read_only_base()).get() == nullptr);
        auto* const place = const_cast<std::byte*>(segment->read_only_base());
        constexpr int exactly_there = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
        BOOST_TEST(mmap(place, 4096, PROT_READ, exactly_there, -1, 0) == place);
        segment.reset();
        BOOST_TEST(rights_at(place) == "r--p");
    });
    BOOST_TEST(mapped_files(name) == 2U);
    leave(*segment);
}

BOOST_AUTO_TEST_CASE(a_missing_page_in_it_cuts_the_segment_short) {
    const UniqueName name;
    run_in_child([&](Checkpoints&) {
        handoff::handle_sigbus();
        const Segment segment = open_protected(name);
        const Segment bystander = Segment::open(request_for(name));
        std::filesystem::resize_file(segment_path(name.str()), 0);
        BOOST_TEST(!segment.was_cut_short());
        BOOST_TEST(number_at(segment.read_only_base() + segment.geometry().slots_offset) == 0U);
        BOOST_TEST(segment.was_cut_short());
        BOOST_TEST(!bystander.was_cut_short());  // it has touched nothing
    });
}

BOOST_AUTO_TEST_SUITE_END()
