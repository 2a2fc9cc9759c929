// Recordings that were cut off, damaged, or are something else: whole chunks come out, and nothing crashes.
#include "mcap/reader.hpp"
#include "mcap/ros_image.hpp"
#include "mcap/writer.hpp"
#include "tool/recording_fixture.hpp"

#include <handoff/error.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <random>

#include <sys/resource.h>

namespace recording_damage {

using namespace handoff::apps::mcap;
using namespace recording_test;
using handoff::Errc;
using handoff::Error;

/// Where each chunk with its indexes begins, and where the last one ends.
std::vector<std::size_t> chunk_borders(const std::string& path) {
    InputFile file(path);
    Cursor cursor(file, magic.size(), file.size());
    std::vector<std::size_t> borders;
    while (const auto record = cursor.next()) {
        if (record->opcode == Opcode::chunk || record->opcode == Opcode::metadata) borders.push_back(record->start());
        if (record->opcode == Opcode::metadata) break;
    }
    return borders;
}

/// Where the records of a chunk end, its indexes left out.
std::size_t chunk_end(const std::string& path, std::size_t chunk_start) {
    InputFile file(path);
    return Cursor(file, chunk_start, file.size()).next().value().end();
}

std::ptrdiff_t chunk_checksum_at(std::size_t chunk_start) {
    return static_cast<std::ptrdiff_t>(chunk_start + record_head_bytes + 3 * 8);
}

/// The longer run: HANDOFF_MUTATIONS=10000, under AddressSanitizer.
int mutations() {
    const char* asked = std::getenv("HANDOFF_MUTATIONS");
    return asked != nullptr ? std::stoi(asked) : 1'000;
}

std::vector<std::byte> mutated(std::vector<std::byte> bytes, std::mt19937& random) {
    for (std::uint32_t changes = 1 + random() % 4; changes > 0; --changes) {
        const std::size_t at = random() % bytes.size();
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random() % 4) {
            case 0:
                *place ^= static_cast<std::byte>(1u << random() % 8);
                break;
            case 1:
                *place = static_cast<std::byte>(random());
                break;
            case 2:
                std::fill_n(place, std::min<std::size_t>(8, bytes.size() - at), std::byte{0xff});
                break;
            default:
                bytes.erase(place);
        }
    }
    return bytes;
}

void check_refused(const std::string& path, Errc code, const std::string& words) {
    BOOST_CHECK_EXCEPTION(Reader{path}, Error, [&](const Error& error) {
        return error.code() == code && std::string(error.what()).find(words) != std::string::npos;
    });
}

}  // namespace recording_damage

BOOST_AUTO_TEST_SUITE(recording_damage)

BOOST_AUTO_TEST_CASE(a_recording_cut_at_any_byte_gives_its_whole_chunks) {
    const Folder folder;
    const std::string whole = folder / "whole.mcap";
    MemoryFile cut;
    constexpr std::size_t per_chunk = 4;
    const auto entries = plain_entries(20, 100);
    write_recording(whole, entries, per_chunk);
    const auto bytes = read_file(whole);
    const auto borders = chunk_borders(whole);
    BOOST_REQUIRE_EQUAL(borders.size(), 6u);
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i + 1 < borders.size(); ++i) ends.push_back(chunk_end(whole, borders[i]));

    for (std::size_t size = magic.size(); size < bytes.size(); ++size) {
        cut.write(Bytes(bytes).first(size));
        const ReadBack read = read_recording(cut.path());
        const auto chunks =
            static_cast<std::size_t>(std::ranges::count_if(ends, [&](std::size_t end) { return end <= size; }));
        const std::vector<Entry> expected(entries.begin(),
                                          entries.begin() + static_cast<std::ptrdiff_t>(chunks * per_chunk));
        if (read.entries != expected || !read.problems.empty())
            BOOST_FAIL("cut at byte " << size << ": " << read.entries.size() << " messages instead of "
                                      << expected.size());
        if (chunks < ends.size()) BOOST_TEST(read.cut_off.find("cut off after byte") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_recording_is_refused_with_a_sentence) {
    const Folder folder;
    const std::string path = folder / "other.mcap";
    check_refused(path, Errc::system, "cannot open " + path + ": No such file or directory");
    check_refused(folder.str(), Errc::system, "Is a directory");
    write_file(path, {});
    check_refused(path, Errc::damaged, "is empty");
    write_file(path, noise(10'000, 1));
    check_refused(path, Errc::damaged, "is no recording");
    write_file(path, Bytes(magic).first(7));
    check_refused(path, Errc::damaged, "is no recording");
    auto newer = magic;
    newer[5] = std::byte{'1'};
    write_file(path, newer);
    check_refused(path, Errc::damaged, "another major version");
}

/// A chunk that is too short for its own head, in a small file: the number of bytes that it claims means nothing.
BOOST_AUTO_TEST_CASE(a_small_file_that_claims_a_large_chunk_is_damaged_and_nothing_is_allocated) {
    const Folder folder;
    const std::string path = folder / "claims.mcap";
    for (const std::uint64_t claimed : {std::uint64_t{60} << 30, UINT64_MAX, std::uint64_t{1} << 32}) {
        std::vector<std::byte> bytes(magic.begin(), magic.end());
        bytes.push_back(static_cast<std::byte>(Opcode::chunk));
        ByteWriter out(bytes);
        out.u64(20);  // the size that the chunk claims; its head alone has 40
        out.u64(0);
        out.u64(0);
        out.u32(0);  // so far 20; from here on it reads what lies behind
        out.u32(0);
        out.u32(0);
        out.u64(claimed);
        bytes.resize(4096);
        write_file(path, bytes);
        const ReadBack read = read_recording(path);
        BOOST_TEST(read.entries.empty());
        BOOST_REQUIRE_EQUAL(read.problems.size() + (read.cut_off.empty() ? 0u : 1u), 2u);
        BOOST_TEST(read.problems[0].find("its sizes contradict each other") != std::string::npos);
    }
}

/// A sparse file has as many bytes as it likes.
BOOST_AUTO_TEST_CASE(a_record_larger_than_the_machine_is_refused_before_anything_is_allocated) {
    const Folder folder;
    const std::string path = folder / "sparse.mcap";
    constexpr std::uint64_t huge = std::uint64_t{1} << 42;
    std::vector<std::byte> bytes(magic.begin(), magic.end());
    bytes.push_back(static_cast<std::byte>(Opcode::schema));
    ByteWriter(bytes).u64(huge);
    write_file(path, bytes);
    std::filesystem::resize_file(path, bytes.size() + huge + 100);
    check_refused(path, Errc::no_space, "has a record of 4398.05 GB at byte 8; this machine can give");
}

BOOST_AUTO_TEST_CASE(a_damaged_chunk_is_told_and_left_out) {
    const Folder folder;
    const std::string path = folder / "damaged.mcap";
    constexpr std::size_t per_chunk = 5;
    auto entries = plain_entries(20, 1'000);
    write_recording(path, entries, per_chunk);
    auto bytes = read_file(path);
    const auto borders = chunk_borders(path);
    bytes[chunk_end(path, borders[1]) - 1] ^= std::byte{1};
    write_file(path, bytes);

    const ReadBack read = read_recording(path);
    entries.erase(entries.begin() + per_chunk, entries.begin() + 2 * per_chunk);
    BOOST_TEST((read.entries == entries));
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1u);
    BOOST_TEST(read.problems[0].find("is damaged in the chunk at byte " + std::to_string(borders[1])) !=
               std::string::npos);
    BOOST_TEST(read.problems[0].find("the checksum is wrong") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(channels_of_a_damaged_chunk_are_known_from_the_summary) {
    const Folder folder;
    const std::string path = folder / "damaged.mcap";
    constexpr std::size_t per_chunk = 5;
    auto entries = plain_entries(20, 1'000);
    write_recording(path, entries, per_chunk);
    auto bytes = read_file(path);
    // "plain-1", where it is declared in the first chunk
    const std::string topic = "plain-1";
    bytes[place_of(std::as_bytes(std::span(topic)), bytes)] = std::byte{'P'};
    write_file(path, bytes);

    const ReadBack read = read_recording(path);
    entries.erase(entries.begin(), entries.begin() + per_chunk);
    BOOST_TEST((read.entries == entries));
    BOOST_TEST(read.problems.size() == 1u);
}

BOOST_AUTO_TEST_CASE(damage_between_chunks_is_told) {
    const Folder folder;
    const std::string path = folder / "damaged.mcap";
    constexpr std::size_t per_chunk = 5;
    auto entries = plain_entries(20, 1'000);
    write_recording(path, entries, per_chunk);
    auto bytes = read_file(path);
    bytes[chunk_borders(path)[1] + 8] = std::byte{0xff};  // the length of the second chunk
    write_file(path, bytes);

    const ReadBack read = read_recording(path);
    entries.resize(per_chunk);
    BOOST_TEST((read.entries == entries));
    BOOST_REQUIRE_EQUAL(read.problems.size(), 1u);
    BOOST_TEST(read.problems[0].find("what lies behind it cannot be read") != std::string::npos);
    BOOST_TEST(read.cut_off == "");
}

BOOST_AUTO_TEST_CASE(messages_without_a_chunk_around_them_are_read) {
    const Folder folder;
    const std::string path = folder / "unchunked.mcap";
    std::vector<std::byte> bytes(magic.begin(), magic.end());
    put_record(bytes, Opcode::channel, [](ByteWriter& out) {
        out.u16(7);
        out.u16(0);
        out.text("topic");
        out.text("json");
        out.u32(0);
    });
    std::vector<Entry> expected;
    for (const std::uint64_t log_time : {2u, 5u, 3u, 3u, 4u, 1u}) {
        const auto sequence = static_cast<std::uint32_t>(expected.size());
        put_record(bytes, Opcode::message, [&](ByteWriter& out) {
            out.u16(7);
            out.u32(sequence);
            out.u64(log_time);
            out.u64(3);
            out.u8('x');
        });
        expected.push_back({{"topic", "json", {}, {}}, {7, sequence, log_time, 3}, {std::byte{'x'}}});
    }
    write_file(path, bytes);
    const ReadBack read = read_recording(path);
    std::ranges::stable_sort(expected, {}, [](const Entry& entry) { return entry.head.log_time_ns; });
    BOOST_TEST(read.entries == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_change_of_any_bytes_brings_the_reader_down) {
    const Folder folder;
    const std::string path = folder / "unchanged.mcap";
    MemoryFile file;
    const auto entries = plain_entries(12, 60);
    write_recording(path, entries, 3);
    const auto bytes = read_file(path);
    std::mt19937 random(20);
    std::size_t intact = 0, problems = 0, refused = 0;
    for (int round = 0; round < mutations(); ++round) {
        file.write(mutated(bytes, random));
        try {
            const ReadBack read = read_recording(file.path());
            problems += read.problems.size();
            intact += read.entries.size();
            for (const Entry& entry : read.entries) {  // checksums: every entry that is returned was written
                const auto is_it = [&](const Entry& written) { return written.data == entry.data; };
                if (std::ranges::none_of(entries, is_it)) BOOST_FAIL("round " << round << " gave bytes nobody wrote");
            }
        } catch (const Error&) {
            ++refused;
        }
    }
    BOOST_TEST(intact > 0u);
    BOOST_TEST(problems > 0u);
    BOOST_TEST(refused > 0u);
}

BOOST_AUTO_TEST_CASE(nor_does_any_change_of_compressed_bytes_or_one_that_no_checksum_reveals) {
    const Folder folder;
    const std::string path = folder / "unchanged.mcap";
    MemoryFile file;
    for (const Compression compression : compressions()) {
        write_recording(path, plain_entries(12, 60), 3, compression);
        auto bytes = read_file(path);
        for (const bool checksums : {true, false}) {
            auto borders = chunk_borders(path);
            borders.pop_back();
            if (!checksums)
                for (const std::size_t chunk : borders)
                    std::fill_n(bytes.begin() + chunk_checksum_at(chunk), 4, std::byte{0});
            std::mt19937 random(23);
            std::size_t problems = 0;
            for (int round = 0; round < mutations() / 6; ++round) {
                file.write(mutated(bytes, random));
                try {
                    problems += read_recording(file.path()).problems.size();
                } catch (const Error&) {
                }
            }
            BOOST_TEST(problems > 0u);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_change_of_an_image_brings_its_reader_down) {
    auto image = handoff::Image::of(4, 3, handoff::Encoding::bgr8);
    image.set_frame_id("left");
    std::vector<std::byte> message;
    write_image_head(message, image, "camera", 1, image.byte_count());
    message.resize(message.size() + image.byte_count());
    std::mt19937 random(22);
    std::size_t read = 0;
    for (int round = 0; round < mutations(); ++round) {
        const auto changed = mutated(message, random);
        const auto found = read_ros_image(changed, "camera", 1);
        if (!found) continue;
        ++read;
        BOOST_TEST_REQUIRE(handoff::check_image(found->image, found->payload.size()).has_value());
        BOOST_TEST_REQUIRE(found->payload.size() <= changed.size());
    }
    BOOST_TEST(read > 0u);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_is_not_overwritten) {
    const Folder folder;
    const std::string path = folder / "there.mcap";
    write_file(path, noise(100, 1));
    BOOST_CHECK_EXCEPTION(Writer(path, {}), Error, [](const Error& error) {
        return error.code() == Errc::already_exists && std::string(error.what()).find("--force") != std::string::npos;
    });
    BOOST_TEST((read_file(path) == noise(100, 1)));
    Writer writer(path, {.replace = true});
    BOOST_TEST((read_file(path) == noise(100, 1)));  // until the new one is complete
    writer.close({});
    BOOST_TEST(read_recording(path).cut_off == "");
}

BOOST_AUTO_TEST_CASE(what_was_written_before_the_disk_was_full_is_whole) {
    const Folder folder;
    const std::string path = folder / "full.mcap";
    const auto entries = plain_entries(200, 2'000);
    handoff::testing::run_in_child([&](handoff::testing::Checkpoints&) {
        const rlimit limit{50'000, 50'000};
        BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_FSIZE, &limit), 0);
        std::signal(SIGXFSZ, SIG_IGN);
        Writer writer(path, {.replace = true});
        std::size_t added = 0;
        const auto add_all = [&] {
            for (const Entry& entry : entries) {
                MessageHead head = entry.head;
                head.channel = writer.channel(entry.channel);
                writer.add(head, entry.data);
                if (++added % 10 == 0) writer.flush();
            }
        };
        BOOST_CHECK_EXCEPTION(add_all(), Error, [&](const Error& error) {
            const std::string words = error.what();
            return words.find("cannot write " + path + ": File too large") != std::string::npos &&
                   words.find("can be played") != std::string::npos;
        });
        writer.close({});  // the summary fits where the chunk did not
    });
    check_index(path);
    const ReadBack read = read_recording(path);
    BOOST_TEST(read.cut_off == "");
    BOOST_TEST(read.problems.empty());
    BOOST_REQUIRE_GT(read.entries.size(), 10u);
    BOOST_REQUIRE_LT(read.entries.size(), entries.size());
    BOOST_TEST((read.entries == std::vector<Entry>(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(
                                                                                          read.entries.size()))));
}

BOOST_AUTO_TEST_CASE(a_full_device_is_said) {
    BOOST_CHECK_EXCEPTION(Writer("/dev/full", {.replace = true}), Error, [](const Error& error) {
        return error.code() == Errc::no_space &&
               std::string(error.what()).find("cannot write /dev/full: No space left on device") == 0;
    });
}

BOOST_AUTO_TEST_SUITE_END()
