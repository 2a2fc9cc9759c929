// RecordingWriter: what becomes of every message that is given to it.
#include "tool/recording/recording_writer.hpp"
#include "mcap/reader.hpp"
#include "tool/recording_fixture.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <map>

#include <sys/resource.h>

namespace recording {

using namespace handoff::apps::tool::recording;
using namespace recording_test;
using handoff::inspect::Kind;

constexpr std::size_t payload_bytes = 100'000;

SegmentShape shape(const std::string& name, Kind kind = Kind::topic) {
    return {name, kind, payload_bytes, 8};
}

handoff::Copied message(std::uint64_t sequence, std::size_t size = payload_bytes) {
    return {size, {}, sequence, 0, std::chrono::steady_clock::now()};
}

Metadata counts_in(const std::string& path) {
    Reader reader(path);
    for (const Record& record : reader.inventory().metadata) {
        const NamedMetadata found = reader.metadata(record);
        if (found.name == counts_name) return found.pairs;
    }
    return {};
}

}  // namespace recording

BOOST_AUTO_TEST_SUITE(recording)

/// A chunk of 4 MB holds 39 of these messages: the 40th makes the first one go into the file, the 79th the second.
BOOST_AUTO_TEST_CASE(what_a_full_disk_did_not_take_is_counted_as_lost) {
    const Folder folder;
    const std::string path = folder / "full.mcap";
    constexpr std::uint64_t written = 39, early = 60, added = 79;
    handoff::testing::run_in_child([&](handoff::testing::Checkpoints&) {
        const rlimit limit{6'000'000, 6'000'000};
        BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_FSIZE, &limit), 0);
        std::signal(SIGXFSZ, SIG_IGN);
        RecordingWriter recording(path, false, {});
        const auto payload = noise(payload_bytes, 1);
        std::uint64_t count = 0;
        const auto add_all = [&] {
            for (;;) {
                ++count;
                recording.add(shape(count <= early ? "early" : "late"), message(count), payload);
            }
        };
        BOOST_CHECK_THROW(add_all(), handoff::Error);
        recording.close();
        BOOST_REQUIRE_EQUAL(count, added);
        BOOST_REQUIRE_EQUAL(recording.messages(), written);
        BOOST_REQUIRE_EQUAL(recording.payload_bytes(), written * payload_bytes);
        BOOST_REQUIRE_EQUAL(recording.unwritten(), added - written);
        BOOST_REQUIRE_EQUAL(recording.lost(), added - written);
        BOOST_REQUIRE_EQUAL(recording.counts().at("late").unwritten, added - early);
    });
    const Metadata expected{
        {"recorded.early", "39"}, {"lost.early", "21"}, {"recorded.late", "0"}, {"lost.late", "19"}};
    BOOST_TEST((counts_in(path) == expected));
    BOOST_TEST(read_recording(path).entries.size() == written);
    check_index(path);  // "late" was declared in the chunk that did not fit
}

/// The last chunk goes into the file when it is completed.
BOOST_AUTO_TEST_CASE(what_did_not_fit_at_the_end_is_counted_too) {
    const Folder folder;
    const std::string path = folder / "full.mcap";
    handoff::testing::run_in_child([&](handoff::testing::Checkpoints&) {
        const rlimit limit{500'000, 500'000};
        BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_FSIZE, &limit), 0);
        std::signal(SIGXFSZ, SIG_IGN);
        RecordingWriter recording(path, false, {});
        const auto payload = noise(payload_bytes, 1);
        for (std::uint64_t i = 1; i <= 10; ++i) recording.add(shape("one"), message(i), payload);
        BOOST_CHECK_THROW(recording.close(), handoff::Error);
        BOOST_REQUIRE_EQUAL(recording.messages(), 0u);
        BOOST_REQUIRE_EQUAL(recording.lost(), 10u);
    });
    BOOST_TEST((counts_in(path) == Metadata{{"recorded.one", "0"}, {"lost.one", "10"}}));
    check_index(path);
}

/// So that each can be played by itself. What is repeated is counted once.
BOOST_AUTO_TEST_CASE(every_file_of_a_split_recording_begins_with_the_latest_values) {
    const Folder folder;
    const auto picture = noise(60'000, 1);
    std::uint64_t sequence = 0;
    {
        RecordingWriter::Form form;
        form.split.bytes = 200'000;
        RecordingWriter recording(folder / "film.mcap", false, form);
        const auto write = [&](const std::string& name, std::uint32_t seed) {
            recording.add(shape(name, Kind::latest), message(++sequence, 50), noise(50, seed));
        };
        const auto publish = [&] { recording.add(shape("topic"), message(++sequence, picture.size()), picture); };
        write("early", 1);
        write("early", 2);
        for (int i = 0; i < 6; ++i) publish();
        write("late", 3);
        for (int i = 0; i < 4; ++i) publish();
        recording.close();
        BOOST_TEST_REQUIRE(recording.files() == 3u);
        BOOST_TEST(recording.messages() == sequence);
        BOOST_TEST(recording.payload_bytes() == 10 * picture.size() + 3 * 50);
        BOOST_TEST(recording.lost() == 0u);
    }
    const auto values_at_the_head = [&](const std::string& file) {
        std::map<std::string, std::vector<std::byte>> values;
        for (const Entry& entry : read_recording(folder / file).entries) {
            if (entry.channel.topic == "topic") break;
            values[entry.channel.topic] = entry.data;
        }
        return values;
    };
    using Values = std::map<std::string, std::vector<std::byte>>;
    BOOST_TEST((values_at_the_head("film-001.mcap") == Values{{"early", noise(50, 2)}}));
    BOOST_TEST((values_at_the_head("film-002.mcap") == Values{{"early", noise(50, 2)}}));
    BOOST_TEST((values_at_the_head("film-003.mcap") == Values{{"early", noise(50, 2)}, {"late", noise(50, 3)}}));
    BOOST_TEST((counts_in(folder / "film-002.mcap").contains("recorded.early") == false));
}

BOOST_AUTO_TEST_SUITE_END()
