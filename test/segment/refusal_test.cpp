// Files that are no segment, or not ours: a sentence, and not one byte of them is changed.
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include <sys/stat.h>

#include "platform/scratch_path.hpp"
#include "segment/fixture.hpp"

namespace refusal_test {

using namespace handoff::test;
using handoff::Errc;
using handoff::Failure;
using handoff::detail::segment::OpenMode;
using handoff::detail::segment::Segment;
using handoff::detail::segment::segment_path;
using handoff::detail::segment::SegmentHeader;
using handoff::testing::UniqueName;

template <class Number>
std::string as_bytes(Number number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}

/// What attaching and opening say of the file; it must stay as it is.
Failure refusal_leaving_intact(const UniqueName& name) {
    const std::string before = bytes_of(segment_path(name));
    const auto written = std::filesystem::last_write_time(segment_path(name));
    const Failure attaching = refusal_of([&] { Segment::open(attach_request(name)); });
    const Failure opening = refusal_of([&] { Segment::open(request_for(name)); });
    BOOST_TEST(attaching.message() == opening.message());
    BOOST_TEST((bytes_of(segment_path(name)) == before), "a refused file was changed");
    BOOST_TEST((std::filesystem::last_write_time(segment_path(name)) == written));
    return attaching;
}

struct Spoiled {
    const char* what;
    std::size_t offset;
    std::string bytes;
    Errc code;
    const char* words;
};

}  // namespace refusal_test

BOOST_AUTO_TEST_SUITE(refusal_test)

BOOST_AUTO_TEST_CASE(a_spoiled_header_is_refused_with_its_own_code_and_advice) {
    const std::uint64_t huge = UINT64_MAX;
    const Spoiled table[] = {
        {"magic", offsetof(SegmentHeader, magic), "Handoff\n", Errc::not_a_segment, "does not begin as one"},
        {"layout version", offsetof(SegmentHeader, layout_version), as_bytes(99U), Errc::wrong_version, "layout 99"},
        {"kind", offsetof(SegmentHeader, kind), as_bytes(2U), Errc::wrong_kind, "is a topic, not a channel"},
        {"unknown kind", offsetof(SegmentHeader, kind), as_bytes(77U), Errc::wrong_kind, "unknown kind"},
        {"fingerprint", offsetof(SegmentHeader, fingerprint), as_bytes(huge), Errc::wrong_version, "another build"},
        {"size", offsetof(SegmentHeader, segment_bytes), as_bytes(huge), Errc::damaged, "contradicts itself"},
        {"no participants", offsetof(SegmentHeader, participant_count), as_bytes(0U), Errc::damaged, "contradicts"},
        {"participants", offsetof(SegmentHeader, participant_count), as_bytes(UINT32_MAX), Errc::damaged,
         "contradicts"},
        {"no slots", offsetof(SegmentHeader, slot_count), as_bytes(0U), Errc::damaged, "contradicts itself"},
        {"one slot more", offsetof(SegmentHeader, slot_count), as_bytes(4U), Errc::damaged, "contradicts itself"},
        {"slots", offsetof(SegmentHeader, slot_count), as_bytes(UINT32_MAX), Errc::damaged, "contradicts itself"},
        {"payload", offsetof(SegmentHeader, payload_bytes), as_bytes(huge), Errc::damaged, "contradicts itself"},
        {"payload / 2", offsetof(SegmentHeader, payload_bytes), as_bytes(huge / 2), Errc::damaged, "contradicts"},
        {"reply", offsetof(SegmentHeader, reply_bytes), as_bytes(huge), Errc::damaged, "contradicts itself"},
        {"participants at", offsetof(SegmentHeader, participants_offset), as_bytes(huge), Errc::damaged, "contradicts"},
        {"control at", offsetof(SegmentHeader, control_offset), as_bytes(std::uint64_t{0}), Errc::damaged,
         "contradicts"},
        {"slots at", offsetof(SegmentHeader, slots_offset), as_bytes(huge), Errc::damaged, "contradicts itself"},
        {"stride", offsetof(SegmentHeader, slot_stride), as_bytes(std::uint64_t{0}), Errc::damaged, "contradicts"},
    };
    for (const Spoiled& spoiled : table) {
        BOOST_TEST_CONTEXT("spoiled: " << spoiled.what) {
            const UniqueName name;
            leave_a_corpse(name);
            overwrite(segment_path(name), spoiled.offset, spoiled.bytes);
            const Failure failure = refusal_leaving_intact(name);
            HANDOFF_TEST_CODE(failure, spoiled.code);
            check_message(failure, segment_path(name), spoiled.words);
            const std::string sentence = failure.message();
            BOOST_TEST((sentence.find("remove") != std::string::npos || sentence.find("Choose") != std::string::npos),
                       "no advice in: " << sentence);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_of_the_wrong_length_is_refused_with_both_lengths) {
    const UniqueName name;
    leave_a_corpse(name);
    const auto path = segment_path(name);
    const auto whole = std::filesystem::file_size(path);
    for (const auto size : {whole + 1, whole + 4096, whole - 1, whole / 2, std::uintmax_t{sizeof(SegmentHeader)}}) {
        std::filesystem::resize_file(path, size);
        const Failure failure = refusal_leaving_intact(name);
        HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
        check_message(failure, path, std::to_string(whole) + " bytes", std::to_string(size), "`rm " + path + "`");
    }
    for (const auto size : {sizeof(SegmentHeader) - 1, std::size_t{1}, std::size_t{0}}) {
        std::filesystem::resize_file(path, size);
        const Failure failure = refusal_leaving_intact(name);
        HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
        check_message(failure, path, "only " + std::to_string(size) + " bytes", "`rm " + path + "`");
    }
}

BOOST_AUTO_TEST_CASE(somebody_elses_file_is_refused_and_kept) {
    for (const std::size_t size : {std::size_t{20}, std::size_t{200}, std::size_t{100'000}}) {
        const UniqueName name;
        std::ofstream(segment_path(name)) << std::string(size, '\n');
        const Failure failure = refusal_leaving_intact(name);
        HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
        check_message(failure, "If nobody needs that file");
    }
}

BOOST_AUTO_TEST_CASE(attaching_puts_nothing_beside_somebody_elses_file) {
    const UniqueName name;
    std::ofstream(segment_path(name)) << "precious";
    (void)refusal_of([&] { Segment::open(attach_request(name)); });
    BOOST_TEST(name.left_behind().size() == 1u);
    BOOST_TEST(bytes_of(segment_path(name)) == "precious");
}

BOOST_AUTO_TEST_CASE(exclusive_creation_does_not_replace_somebody_elses_file) {
    const UniqueName name;
    std::ofstream(segment_path(name)) << "precious";
    HANDOFF_TEST_CODE(refusal_of([&] { Segment::open(request_for(name, OpenMode::create)); }), Errc::already_exists);
    BOOST_TEST(bytes_of(segment_path(name)) == "precious");
}

BOOST_AUTO_TEST_CASE(a_directory_a_link_and_a_pipe_in_the_place_of_the_segment_are_refused) {
    const auto refused = [](const UniqueName& name, const char* words) {
        for (const OpenMode mode : {OpenMode::attach, OpenMode::create_or_attach}) {
            const Failure failure = refusal_of([&] { Segment::open(request_for(name, mode)); });
            HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
            check_message(failure, segment_path(name), words);
        }
    };
    handoff::testing::run_in_child([&](handoff::testing::Checkpoints&) {  // killed if it hangs
        const UniqueName directory;
        std::filesystem::create_directory(segment_path(directory));
        refused(directory, "is a directory");
        std::filesystem::remove(segment_path(directory));

        const UniqueName link;
        std::filesystem::create_symlink("/etc/passwd", segment_path(link));
        refused(link, "symbolic link");

        const UniqueName pipe;
        BOOST_TEST_REQUIRE(mkfifo(segment_path(pipe).c_str(), 0600) == 0);
        refused(pipe, "named pipe");
    });
}

BOOST_AUTO_TEST_CASE(random_headers_never_crash_and_never_give_other_places_than_the_file_has) {
    const UniqueName name;
    leave_a_corpse(name);
    const auto path = segment_path(name);
    const std::string good = bytes_of(path).substr(0, sizeof(SegmentHeader));
    std::mt19937 random(1);  // NOLINT: the same every time
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string header = good;
        for (int changes = 1 + static_cast<int>(random() % 3); changes > 0; --changes)
            header[random() % offsetof(SegmentHeader, created_ns)] = static_cast<char>(random());
        overwrite(path, 0, header);
        try {
            const Segment segment = Segment::open(attach_request(name));
            BOOST_TEST(segment.geometry().segment_bytes == std::filesystem::file_size(path));
            BOOST_TEST(segment.geometry().slot_count == 3u);
        } catch (const handoff::Error&) {
            ++refused;
        }
    }
    BOOST_TEST(refused > 2500);  // `settings` alone may hold anything
}

BOOST_AUTO_TEST_SUITE_END()
