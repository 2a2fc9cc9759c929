// `handoff repair`: what is left of a recording becomes a whole one, and the only copy stays as it is.
#include "mcap/checksum.hpp"
#include "mcap/chunk.hpp"
#include "mcap/reader.hpp"
#include "mcap/repair.hpp"
#include "mcap/writer.hpp"
#include "testing/streams.hpp"
#include "tool/record_play_fixture.hpp"
#include "tool/tool.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace recording_repair {

using namespace recording_test;
using namespace handoff::apps::mcap;
using handoff::testing::UniqueName;
namespace fs = std::filesystem;

/// What `repair` makes of this file, without a program around it.
Repaired repair_to(const std::string& from, const std::string& to) {
    Reader reader(from);
    Writer writer(to, {.replace = true, .compression = compression_of(reader), .header = reader.inventory().header});
    return repair(
        reader, writer, [](const std::string&) {}, [](std::uint64_t) {});
}

void check_whole(const std::string& path, const std::vector<Entry>& entries) {
    const ReadBack read = read_recording(path);
    BOOST_TEST((read.entries == entries));
    BOOST_TEST(read.problems.empty());
    BOOST_TEST(read.cut_off == "");
    BOOST_TEST(Reader(path).inventory().is_complete);
    check_index(path);
}

/// An attachment as others write it.
void put_attachment(std::vector<std::byte>& out, const std::string& name, Bytes data, std::uint32_t wrong_by = 0) {
    const std::size_t start = out.size() + record_head_bytes;
    put_record(out, Opcode::attachment, [&](ByteWriter& record) {
        record.u64(1);
        record.u64(2);
        record.text(name);
        record.text("text/plain");
        record.u64(data.size());
        record.bytes(data);
        record.u32(checksum_of(Bytes(out).subspan(start)) + wrong_by);
    });
}

struct Files {
    Folder folder;
    std::string partial = folder / "film.mcap.0123abcd.partial";
    std::string whole = folder / "film.mcap";
};

}  // namespace recording_repair

BOOST_AUTO_TEST_SUITE(recording_repair)

BOOST_AUTO_TEST_CASE(a_recording_cut_anywhere_becomes_a_whole_one_of_what_can_be_read) {
    const Folder folder;
    const std::string whole = folder / "whole.mcap", cut = folder / "cut.mcap", out = folder / "out.mcap";
    const auto entries = plain_entries(20, 200);
    for (const Compression compression : compressions()) {
        write_recording(whole, entries, 4, compression);
        const auto bytes = read_file(whole);
        std::size_t most = 0;
        for (std::size_t size = bytes.size() / 5; size < bytes.size(); size += 211) {
            write_file(cut, Bytes(bytes).first(size));
            BOOST_TEST(!Reader(cut).inventory().is_complete);
            const ReadBack left = read_recording(cut);
            const Repaired done = repair_to(cut, out);
            BOOST_TEST(done.is_whole);
            BOOST_TEST(done.messages == left.entries.size());
            check_whole(out, left.entries);
            BOOST_TEST((compression_of(Reader(out)) == (left.entries.empty() ? Compression::none : compression)));
            most = std::max(most, left.entries.size());
        }
        BOOST_TEST(most == entries.size());
    }
}

BOOST_AUTO_TEST_CASE(attachments_metadata_and_the_words_of_the_header_are_kept) {
    const Folder folder;
    std::vector<std::byte> bytes(magic.begin(), magic.end());
    put_record(bytes, Opcode::header, [](ByteWriter& out) {
        out.text("ros1");
        out.text("somebody's");
    });
    const auto large = noise(2'500'000, 1);
    put_attachment(bytes, "calibration", large);
    put_attachment(bytes, "damaged", noise(100, 2), 1);
    put_record(bytes, Opcode::metadata, [](ByteWriter& out) {
        out.text("weather");
        out.u32(4 + 3 + 4 + 4);
        out.text("sky");
        out.text("blue");
    });
    write_recording(folder / "plain.mcap", plain_entries(3, 50));
    const auto recorded = read_file(folder / "plain.mcap");  // its header is a second one, which is let pass
    bytes.insert(bytes.end(), recorded.begin() + magic.size(), recorded.end() - 100);
    write_file(folder / "cut.mcap", bytes);

    const Repaired done = repair_to(folder / "cut.mcap", folder / "out.mcap");
    BOOST_TEST(done.attachments == 1u);
    BOOST_TEST(done.left_out == 1u);
    BOOST_TEST(done.messages == 3u);
    Reader reader(folder / "out.mcap");
    BOOST_TEST(reader.inventory().is_complete);
    BOOST_TEST_REQUIRE(reader.inventory().attachments.size() == 1u);
    const Record& kept = reader.inventory().attachments.front();
    std::vector<std::byte> content(kept.length);
    reader.read(kept.at, content);
    BOOST_TEST((std::search(content.begin(), content.end(), large.begin(), large.end()) != content.end()));
    const auto is_weather = [&](const Record& record) {
        const NamedMetadata found = reader.metadata(record);
        return found.name == "weather" && found.pairs == Metadata{{"sky", "blue"}};
    };
    BOOST_TEST(std::ranges::count_if(reader.inventory().metadata, is_weather) == 1);
}

BOOST_AUTO_TEST_CASE(what_the_copy_does_not_hold_is_counted_as_lost_in_it) {
    const Folder folder;
    const std::string path = folder / "damaged.mcap";
    const auto entries = plain_entries(12, 100);
    {
        Writer writer(path, {});
        for (const Entry& entry : entries) {
            MessageHead head = entry.head;
            head.channel = writer.channel(entry.channel);
            writer.add(head, entry.data);
            if (entry.head.sequence % 3 == 2) writer.flush();
        }
        writer.close({{"recorded.plain-0", "4"}, {"lost.plain-0", "5"}, {"recorded.plain-1", "4"}});
    }
    auto bytes = read_file(path);
    bytes[place_of(entries[4].data, bytes)] ^= std::byte{1};
    write_file(path, bytes);
    const Repaired done = repair_to(path, folder / "out.mcap");
    BOOST_TEST(done.messages == 9u);
    BOOST_TEST(done.left_out == 1u);
    Reader reader(folder / "out.mcap");
    BOOST_TEST_REQUIRE(reader.inventory().metadata.size() == 1u);
    const Metadata expected{
        {"recorded.plain-0", "3"}, {"lost.plain-0", "6"}, {"recorded.plain-1", "3"}, {"lost.plain-1", "1"}};
    BOOST_TEST((reader.metadata(reader.inventory().metadata.front()).pairs == expected));
}

BOOST_AUTO_TEST_CASE(what_a_killed_recorder_left_gets_the_name_it_was_to_have) {
    const Files files;
    const auto entries = plain_entries(20, 200);
    write_recording(files.whole, entries, 4);
    auto bytes = read_file(files.whole);
    bytes.resize(bytes.size() * 3 / 4);
    write_file(files.partial, bytes);
    const ReadBack left = read_recording(files.partial);
    BOOST_TEST_REQUIRE(!left.entries.empty());

    auto refused = handoff_program({"repair", files.partial});
    require_exit(refused, 1);
    TOOL_TEST_CONTAINS(refused.errors(), files.whole + ": File exists");
    check_whole(files.whole, entries);

    fs::remove(files.whole);
    auto repaired = handoff_program({"repair", files.partial, "--json"});
    require_exit(repaired, 0);
    check_whole(files.whole, left.entries);
    BOOST_TEST((read_file(files.partial) == bytes));
    BOOST_TEST(number(repaired, "messages") == left.entries.size());
    TOOL_TEST_CONTAINS(repaired.errors(), "was cut off after byte");
    TOOL_TEST_CONTAINS(repaired.errors(), "kept: " + std::to_string(left.entries.size()) + " messages of 3 topics");

    auto nothing_to_do = handoff_program({"repair", files.whole});
    require_exit(nothing_to_do, 0);
    TOOL_TEST_CONTAINS(nothing_to_do.errors(), "is whole");
    BOOST_TEST(std::distance(fs::directory_iterator(files.folder.str()), fs::directory_iterator()) == 2);
}

BOOST_AUTO_TEST_CASE(the_only_copy_is_never_written_over_and_half_a_copy_is_never_left) {
    const Files files;
    write_recording(files.whole, plain_entries(40, 2'000), 4);
    auto bytes = read_file(files.whole);
    bytes.resize(bytes.size() * 3 / 4);
    write_file(files.whole, bytes);
    fs::create_hard_link(files.whole, files.folder / "other-name.mcap");
    for (const std::string& to : {files.whole, files.folder / "other-name.mcap"}) {
        auto onto_itself = handoff_program({"repair", files.whole, "-o", to, "--force"});
        require_exit(onto_itself, 2);
        TOOL_TEST_CONTAINS(onto_itself.errors(), "is the recording itself");
    }
    fs::remove(files.folder / "other-name.mcap");

    Program full = handoff::test::start_with({"ulimit -f 20;", ""}, HANDOFF_BIN_DIR "/handoff",
                                             {"repair", files.whole, "-o", files.folder / "out.mcap"});
    require_exit(full, 1);
    TOOL_TEST_CONTAINS(full.errors(), "File too large. It is removed");

    auto empty = read_file(files.whole);
    empty.resize(60);
    write_file(files.folder / "empty.mcap", empty);
    auto nothing = handoff_program({"repair", files.folder / "empty.mcap"});
    require_exit(nothing, 1);
    TOOL_TEST_CONTAINS(nothing.errors(), "holds no message that can be kept: nothing was written");
    fs::remove(files.folder / "empty.mcap");

    BOOST_TEST((read_file(files.whole) == bytes));
    BOOST_TEST(std::distance(fs::directory_iterator(files.folder.str()), fs::directory_iterator()) == 1);
}

BOOST_AUTO_TEST_CASE(info_tells_what_is_in_a_recording_and_what_to_do_about_one_without_an_end) {
    const Files files;
    const auto entries = plain_entries(20, 200);
    for (const Compression compression : compressions()) {
        write_recording(files.whole, entries, 4, compression);
        auto whole = handoff_program({"info", files.whole});
        require_exit(whole, 0);
        TOOL_TEST_CONTAINS(whole.output(), "complete\n");
        TOOL_TEST_CONTAINS(whole.output(), "20 messages in 5 chunks");
        TOOL_TEST_CONTAINS(whole.output(), compression == Compression::none
                                               ? std::string("not compressed")
                                               : std::string(to_string(compression)) + ": ");
        TOOL_TEST_CONTAINS(whole.output(), "plain-2");
        TOOL_TEST_CONTAINS(whole.output(), "nothing looks wrong");
    }
    auto json = handoff_program({"info", files.whole, "--json"});
    require_exit(json, 0);
    TOOL_TEST_CONTAINS(json.output(), "\"complete\":true");
    TOOL_TEST_CONTAINS(json.output(), "\"first_ns\":\"1700000000000000017\"");
    TOOL_TEST_CONTAINS(json.output(), "{\"name\":\"plain-0\",\"kind\":\"topic\"");

    auto bytes = read_file(files.whole);
    bytes.resize(bytes.size() / 2);
    write_file(files.partial, bytes);
    auto cut = handoff_program({"info", files.partial});
    require_exit(cut, 0);
    TOOL_TEST_CONTAINS(cut.output(), "not complete\n");
    TOOL_TEST_CONTAINS(cut.output(), "was cut off after byte");
    TOOL_TEST_CONTAINS(cut.output(), "`handoff repair '" + files.partial + "'`");
    auto none = handoff_program({"info", files.folder / "none.mcap"});
    require_exit(none, 1);
    TOOL_TEST_CONTAINS(none.errors(), "No such file");
}

BOOST_AUTO_TEST_SUITE_END()
