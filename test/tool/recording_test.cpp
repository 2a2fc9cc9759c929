// Recordings: what is written is read back, of images and of plain bytes.
#include "mcap/reader.hpp"
#include "mcap/ros_image.hpp"
#include "mcap/writer.hpp"
#include "tool/recording_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <random>

namespace recording {

using namespace handoff::apps::mcap;
using namespace recording_test;

constexpr std::uint64_t published_ns = 1'700'000'000'123'456'789;

bool same(const handoff::Image& left, const handoff::Image& right) {
    return std::memcmp(&left, &right, sizeof left) == 0;
}

/// The image after a way through its recorded form.
RosImage there_and_back(const handoff::Image& image, Bytes payload, std::vector<std::byte>& message) {
    write_image_head(message, image, "camera", published_ns, payload.size());
    message.insert(message.end(), payload.begin(), payload.end());
    const auto read = read_ros_image(message, "camera", published_ns);
    BOOST_REQUIRE(read.has_value());
    return *read;
}

void check_there_and_back(const handoff::Image& image, Bytes payload) {
    std::vector<std::byte> message;
    const RosImage read = there_and_back(image, payload, message);
    BOOST_TEST(same(read.image, image));
    BOOST_TEST(std::ranges::equal(read.payload, payload));
}

}  // namespace recording

BOOST_AUTO_TEST_SUITE(recording)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back_byte_for_byte) {
    const Folder folder;
    for (const std::size_t per_chunk : {1u, 7u, 1'000'000u}) {
        const auto entries = plain_entries(100, 5'000);
        write_recording(folder / "plain.mcap", entries, per_chunk);
        const ReadBack read = read_recording(folder / "plain.mcap");
        BOOST_TEST(read.entries == entries, boost::test_tools::per_element());
        BOOST_TEST(read.problems.empty());
        BOOST_TEST(read.cut_off == "");
        check_index(folder / "plain.mcap");
    }
}

BOOST_AUTO_TEST_CASE(messages_come_by_log_time_whatever_their_order_in_the_file) {
    const Folder folder;
    const auto sorted = plain_entries(200, 500);
    for (const std::size_t per_chunk : {1u, 9u, 1'000u}) {
        auto entries = sorted;
        std::shuffle(entries.begin(), entries.end(), std::mt19937(static_cast<std::uint32_t>(per_chunk)));
        write_recording(folder / "shuffled.mcap", entries, per_chunk);
        const ReadBack read = read_recording(folder / "shuffled.mcap");
        BOOST_TEST(read.entries == sorted, boost::test_tools::per_element());
        BOOST_TEST(read.problems.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_message_larger_than_a_chunk_is_a_chunk_of_its_own) {
    const Folder folder;
    std::vector<Entry> entries = plain_entries(3, 100);
    entries[1].data = noise(Writer::chunk_bytes + 1, 1);
    write_recording(folder / "large.mcap", entries);
    const ReadBack read = read_recording(folder / "large.mcap");
    BOOST_TEST((read.entries == entries));
    BOOST_TEST(read.problems.empty());
}

BOOST_AUTO_TEST_CASE(a_recording_of_nothing_is_read_as_nothing) {
    const Folder folder;
    write_recording(folder / "nothing.mcap", {});
    const ReadBack read = read_recording(folder / "nothing.mcap");
    BOOST_TEST(read.entries.empty());
    BOOST_TEST(read.problems.empty());
    BOOST_TEST(read.cut_off == "");
}

BOOST_AUTO_TEST_CASE(the_reader_tells_what_is_in_the_file_before_it_reads_it) {
    const Folder folder;
    const auto entries = plain_entries(50, 3'000);
    write_recording(folder / "plain.mcap", entries, 7);
    Reader reader(folder / "plain.mcap");
    BOOST_TEST(reader.messages() == entries.size());
    BOOST_REQUIRE_EQUAL(reader.channels().size(), 3u);
    for (const auto& [id, content] : reader.channels()) {
        std::uint64_t messages = 0, largest = 0;
        for (const Entry& entry : entries) {
            if (entry.channel.topic != content.channel.topic) continue;
            ++messages;
            largest = std::max<std::uint64_t>(largest, entry.data.size());
        }
        BOOST_TEST(content.messages == messages);
        BOOST_TEST(content.largest_bytes == largest);
    }
    for (int round = 0; round < 2; ++round) {
        std::size_t count = 0;
        while (reader.next().value()) ++count;
        BOOST_TEST(count == entries.size());
        reader.rewind();
    }
}

BOOST_AUTO_TEST_CASE(images_of_every_encoding_come_back_with_their_description) {
    for (std::uint32_t number = 1; number <= static_cast<std::uint32_t>(handoff::Encoding::bayer_grbg8); ++number) {
        const auto encoding = static_cast<handoff::Encoding>(number);
        BOOST_TEST_CONTEXT(handoff::name_of(encoding)) {
            const auto image = handoff::Image::of(5, 3, encoding);
            check_there_and_back(image, noise(image.byte_count(), number));
        }
    }
}

BOOST_AUTO_TEST_CASE(gaps_between_rows_and_bytes_behind_the_last_one_are_kept) {
    auto image = handoff::Image::of(5, 3, handoff::Encoding::bgr8);
    image.step = 32;
    check_there_and_back(image, noise(image.byte_count(), 1));
    check_there_and_back(image, noise(image.byte_count() + 100, 2));
}

BOOST_AUTO_TEST_CASE(time_of_capture_and_frame_id_are_kept) {
    auto image = handoff::Image::of(5, 3, handoff::Encoding::mono8);
    for (const std::int64_t time_ns :
         {1ll, -1ll, -1'500'000'000ll, 1'699'999'999'999'999'999ll, -2'147'483'648'000'000'000ll}) {
        image.capture_time_ns = time_ns;
        check_there_and_back(image, noise(15, 1));
    }
    for (const char* frame : {"left", "x", "a-frame-id-as-long-as-they-get-"}) {
        image.set_frame_id(frame);
        check_there_and_back(image, noise(15, 1));
    }
}

BOOST_AUTO_TEST_CASE(without_time_of_capture_and_frame_id_others_read_those_of_the_publication) {
    const auto image = handoff::Image::of(5, 3, handoff::Encoding::mono8);
    std::vector<std::byte> message;
    BOOST_TEST(same(there_and_back(image, noise(15, 1), message).image, image));
    ByteReader in(message);
    BOOST_TEST(in.u32() == 0x100u);
    BOOST_TEST(in.u32() == 1'700'000'000u);
    BOOST_TEST(in.u32() == 123'456'789u);
    BOOST_TEST(in.text() == std::string("camera") + '\0');
}

BOOST_AUTO_TEST_CASE(an_image_with_no_place_in_the_format_is_no_ros_image) {
    auto image = handoff::Image::of(5, 3, handoff::Encoding::mono8);
    BOOST_TEST(fits_ros_image(image, 15));
    BOOST_TEST(!fits_ros_image(image, 1ull << 32));
    BOOST_TEST(!fits_ros_image({}, 15));
    image.step = 1ull << 32;
    BOOST_TEST(!fits_ros_image(image, 15));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_image_are_not_read_as_one) {
    const auto image = handoff::Image::of(5, 3, handoff::Encoding::mono16);
    std::vector<std::byte> message;
    const auto payload = noise(image.byte_count(), 1);
    there_and_back(image, payload, message);
    for (std::size_t size = 0; size < message.size(); ++size)
        BOOST_TEST(!read_ros_image(Bytes(message).first(size), "camera", published_ns).has_value());
    auto big_endian = message;
    big_endian[1] = std::byte{0};
    BOOST_TEST(!read_ros_image(big_endian, "camera", published_ns).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
