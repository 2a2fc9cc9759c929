// Recordings whose chunks are compressed: ours and others', and those with wrong sizes.
#include "mcap/checksum.hpp"
#include "mcap/chunk.hpp"
#include "mcap/compression.hpp"
#include "mcap/reader.hpp"
#include "tool/recording_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <tuple>

namespace recording_compression {

using namespace handoff::apps::mcap;
using namespace recording_test;
using handoff::Errc;
using handoff::Error;

std::vector<Compression> packers() {
    auto all = compressions();
    std::erase(all, Compression::none);
    return all;
}

/// The records of a chunk that holds one channel and one message.
std::vector<std::byte> records_of(const Entry& entry) {
    std::vector<std::byte> records;
    put_record(records, Opcode::channel, [&](ByteWriter& out) {
        out.u16(1);
        out.u16(0);
        out.text(entry.channel.topic);
        out.text(entry.channel.message_encoding);
        out.u32(0);
    });
    put_record(records, Opcode::message, [&](ByteWriter& out) {
        out.u16(1);
        out.u32(entry.head.sequence);
        out.u64(entry.head.log_time_ns);
        out.u64(entry.head.publish_time_ns);
        out.bytes(entry.data);
    });
    return records;
}

/// A file with one chunk that claims these sizes.
std::vector<std::byte> file_with_chunk(std::string_view compression, Bytes packed, std::uint64_t bytes,
                                       std::uint32_t checksum) {
    std::vector<std::byte> file(magic.begin(), magic.end());
    put_record(file, Opcode::chunk, [&](ByteWriter& out) {
        out.u64(0);
        out.u64(0);
        out.u64(bytes);
        out.u32(checksum);
        out.text(compression);
        out.u64(packed.size());
        out.bytes(packed);
    });
    return file;
}

const Entry entry{{"topic", "json", {}, {}}, {1, 7, 5, 5}, std::vector<std::byte>(3'000, std::byte{'x'})};

/// That the entry was read, or, with a problem, that it was left out and why.
void check_read(const ReadBack& read, const std::string& problem) {
    if (problem.empty()) {
        BOOST_TEST(read.problems.empty());
        BOOST_TEST_REQUIRE(read.entries.size() == 1u);
        BOOST_TEST(read.entries.front() == entry);
        return;
    }
    BOOST_TEST(read.entries.empty());
    BOOST_TEST_REQUIRE(read.problems.size() == 1u);
    BOOST_TEST(read.problems[0].find(problem) != std::string::npos, read.problems[0]);
}

}  // namespace recording_compression

BOOST_AUTO_TEST_SUITE(recording_compression)

BOOST_AUTO_TEST_CASE(what_is_written_compressed_is_read_back_byte_for_byte) {
    const Folder folder;
    auto entries = plain_entries(60, 5'000);
    for (std::size_t i = 0; i < entries.size(); i += 2)  // half of them noise, half of them not
        std::ranges::fill(entries[i].data, std::byte{'x'});
    std::vector<std::uintmax_t> sizes;
    for (const Compression compression : compressions())
        for (const std::size_t per_chunk : {1u, 7u, 1'000'000u}) {
            const std::string path = folder / "packed.mcap";
            write_recording(path, entries, per_chunk, compression);
            const ReadBack read = read_recording(path);
            BOOST_TEST(read.entries == entries, boost::test_tools::per_element());
            BOOST_TEST(read.problems.empty());
            BOOST_TEST(read.cut_off == "");
            check_index(path);
            const Reader reader(path);
            BOOST_TEST(reader.messages() == entries.size());
            BOOST_TEST_REQUIRE(reader.inventory().chunks.size() == 1u);
            BOOST_TEST((reader.inventory().chunks.begin()->first == compression));
            if (per_chunk > 7) sizes.push_back(std::filesystem::file_size(path));
        }
    for (const std::uintmax_t size : sizes) BOOST_TEST((size == sizes.front() || size < sizes.front() * 2 / 3));
}

BOOST_AUTO_TEST_CASE(a_chunk_that_lies_about_what_is_in_it_is_told_and_left_out) {
    const auto records = records_of(entry);
    const std::uint32_t checksum = checksum_of(records);
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    MemoryFile file;
    for (const Compression compression : packers()) {
        const std::string name(name_in_file(compression));
        std::vector<std::byte> packed;
        compress(compression, records, packed);
        auto longer = packed;
        longer.resize(packed.size() + 20);
        const Bytes half = Bytes(packed).first(packed.size() / 2);
        const Bytes nothing;
        const auto garbage = noise(50, 1);
        const auto claims = [&](std::uint64_t bytes) { return file_with_chunk(name, packed, bytes, checksum); };
        const std::vector<std::tuple<std::string, std::vector<std::byte>, std::string>> rows{
            {"true", file_with_chunk(name, packed, records.size(), checksum), ""},
            {"true, without a checksum", file_with_chunk(name, packed, records.size(), 0), ""},
            {"another checksum", file_with_chunk(name, packed, records.size(), checksum + 1), "the checksum is wrong"},
            {"one byte more", claims(records.size() + 1), "contradict each other"},
            {"one byte less", claims(records.size() - 1), "left out"},
            {"nothing in it", claims(0), "left out"},
            {"terabytes", claims(std::uint64_t{1} << 42), "contradict each other"},
            {"all there is", claims(most), "contradict each other"},
            {"half of it", file_with_chunk(name, half, records.size(), checksum), "left out"},
            {"nothing packed", file_with_chunk(name, nothing, records.size(), checksum), "left out"},
            {"bytes behind it", file_with_chunk(name, longer, records.size(), checksum), "left out"},
            {"no such thing", file_with_chunk(name, garbage, 100, checksum), "is no " + name},
            {"another name", file_with_chunk("brotli", packed, records.size(), checksum),
             "compressed with 'brotli', which MCAP does not know"}};
        for (const auto& [what, bytes, problem] : rows) BOOST_TEST_CONTEXT(name << ", " << what) {
                file.write(bytes);
                check_read(read_recording(file.path()), problem);
            }
    }
}

/// A sparse file has as many packed bytes as it likes.
BOOST_AUTO_TEST_CASE(a_compressed_chunk_larger_than_the_machine_is_refused_before_anything_is_allocated) {
    const Folder folder;
    const std::string path = folder / "sparse.mcap";
    constexpr std::uint64_t huge = std::uint64_t{1} << 42;
    for (const Compression compression : packers()) {
        std::vector<std::byte> bytes = file_with_chunk(name_in_file(compression), {}, huge, 0);
        std::vector<std::byte> number;
        ByteWriter(number).u64(bytes.size() - magic.size() - record_head_bytes + huge);
        std::ranges::copy(number, bytes.begin() + magic.size() + 1);
        number.clear();
        ByteWriter(number).u64(huge);
        std::ranges::copy(number, bytes.end() - 8);
        write_file(path, bytes);
        std::filesystem::resize_file(path, bytes.size() + huge);
        BOOST_CHECK_EXCEPTION(Reader{path}, Error, [](const Error& error) {
            return error.code() == Errc::no_space &&
                   std::string(error.what()).find("this machine can give") != std::string::npos;
        });
    }
}

BOOST_AUTO_TEST_CASE(what_this_program_was_built_without_is_refused_with_a_sentence) {
    const Folder folder;
    for (const Compression compression : {Compression::lz4, Compression::zstd}) {
        const std::string name(name_in_file(compression));
        BOOST_TEST(how_to_build_in(compression).find("lib" + name + "-dev") != std::string::npos);
        if (is_built_in(compression)) continue;
        write_file(folder / "packed.mcap", file_with_chunk(name, {}, 0, 0));
        BOOST_CHECK_EXCEPTION(Reader{folder / "packed.mcap"}, Error, [&](const Error& error) {
            return error.code() == Errc::mismatch &&
                   std::string(error.what()).find("(" + name + ")") != std::string::npos &&
                   std::string(error.what()).find("lib" + name + "-dev") != std::string::npos;
        });
    }
}

/// What another program wrote: `zstd` is a file of Python's mcap with a byte for the fuzz target before it.
BOOST_AUTO_TEST_CASE(a_compressed_file_of_others_is_read) {
    if (!is_built_in(Compression::zstd)) return;
    const auto input = read_file(HANDOFF_FUZZ_CORPUS "/recording/zstd");
    MemoryFile file;
    file.write(Bytes(input).subspan(1));
    const ReadBack read = read_recording(file.path());
    BOOST_TEST(read.problems.empty());
    BOOST_TEST(read.cut_off == "");
    BOOST_TEST(read.entries.size() == 20u);
    BOOST_TEST(read.entries.size() == Reader(file.path()).messages());
}

BOOST_AUTO_TEST_SUITE_END()
