// Folders of pictures: what sets the size of the slots, in which order they go, what stays there, and under which names
// they arrive.
#include "apps/fixture.hpp"
#include "cli/frame_name.hpp"
#include "sender/inputs.hpp"
#include "sender/orientation.hpp"
#include "sender/picture_source.hpp"
#include "sender/playlist.hpp"
#include "sender/slot_size.hpp"

#include <handoff/channel.hpp>
#include <handoff/opencv.hpp>

#include <boost/test/unit_test.hpp>

#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace folders {

using namespace apps_test;
using namespace handoff::apps::sender;
using handoff::Errc;
using handoff::Error;
using handoff::apps::bytes_of_whole_characters;
using handoff::apps::comes_before;
using handoff::apps::Console;
using handoff::apps::shortened;
using handoff::testing::Program;
using handoff::testing::UniqueName;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

bool contains(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

std::string text_of(const std::string& path) {
    const auto bytes = read_file(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string big_endian(std::uint32_t number) {
    std::string bytes;
    for (unsigned shift = 32; shift > 0; shift -= 8) bytes += static_cast<char>(number >> (shift - 8U));
    return bytes;
}

std::string little_endian(std::uint32_t number, std::size_t length = 4) {
    std::string bytes = big_endian(number);
    std::ranges::reverse(bytes);
    return bytes.substr(0, length);
}

/// A PNG of a few bytes whose header claims a large size.
void write_claim(const std::string& path, std::uint32_t width, std::uint32_t height) {
    make_picture(path, 1, 1, 1);
    std::string png = text_of(path);
    png.replace(16, 8, big_endian(width) + big_endian(height));
    write_file(path, bytes_of(png));
}

/// A PNG that has all parts, and that no decoder can decode.
void write_damaged(const std::string& path, int width, int height) {
    make_picture(path, 1, width, height);
    std::string png = text_of(path);
    write_file(path, bytes_of(png.replace(100, 200, 200, 'x')));
}

/// What a sender of this folder makes of its slots.
struct Sized {
    InputList list;
    Console console{"test", true};
    Playlist playlist;
    SlotSize size;
    explicit Sized(const Folder& folder)
        : list(list_inputs({folder.str()})),
          playlist(list.inputs, false),
          size(frame_sizes(list.inputs, UINT64_MAX), Pixels::automatic, playlist, console) {}
    /// Names of what is sent then.
    Names sent() {
        Names names;
        while (playlist.next()) names.push_back(playlist.name());
        return names;
    }
};

boost::test_tools::assertion_result needs_own_mounts(boost::unit_test::test_unit_id) {
    Program probe("/bin/sh", {"-c", "unshare -rm mount -t tmpfs tmpfs /dev/shm"});
    boost::test_tools::assertion_result may(probe.wait().ok());
    may.message() << "no mounts of one's own: " << probe.errors();
    return may;
}

std::uint32_t checksum(const std::string& bytes) {
    std::uint32_t sum = ~0U;
    for (const char byte : bytes) {
        sum ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) sum = sum >> 1U ^ ((sum & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    return ~sum;
}

std::string exif(int orientation) {
    return std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + static_cast<char>(orientation) +
           std::string(6, '\0');
}

std::string encoded(const std::string& extension, const cv::Mat& pixels, const std::vector<int>& parameters = {}) {
    std::vector<unsigned char> bytes;
    BOOST_REQUIRE(cv::imencode(extension, pixels, bytes, parameters));
    return {bytes.begin(), bytes.end()};
}

std::string turned_png(const cv::Mat& pixels, int orientation) {
    std::string png = encoded(".png", pixels);
    const std::string chunk = "eXIf" + exif(orientation);
    const std::size_t behind_the_header = 33;
    return png.insert(behind_the_header, big_endian(26) + chunk + big_endian(checksum(chunk)));
}

/// Lossless; `introduction` stands before the EXIF data in files of some programs.
std::string turned_webp(const cv::Mat& pixels, int orientation, const std::string& introduction) {
    const std::string data = introduction + exif(orientation);
    const char flags = pixels.channels() == 4 ? '\x18' : '\x08';
    const std::string content = std::string("WEBPVP8X") + little_endian(10) + flags + std::string(3, '\0') +
                                little_endian(static_cast<std::uint32_t>(pixels.cols - 1), 3) +
                                little_endian(static_cast<std::uint32_t>(pixels.rows - 1), 3) +
                                encoded(".webp", pixels, {cv::IMWRITE_WEBP_QUALITY, 101}).substr(12) + "EXIF" +
                                little_endian(static_cast<std::uint32_t>(data.size())) + data;
    return "RIFF" + little_endian(static_cast<std::uint32_t>(content.size())) + content;
}

/// Pixel by pixel, as the EXIF standard words it: which side of what is stored is the upper and the left one.
cv::Mat as_seen(const cv::Mat& stored, int orientation) {
    const bool on_its_side = orientation >= 5;
    cv::Mat seen(on_its_side ? stored.cols : stored.rows, on_its_side ? stored.rows : stored.cols, stored.type());
    for (int row = 0; row < stored.rows; ++row)
        for (int column = 0; column < stored.cols; ++column) {
            const int right = stored.cols - 1 - column;
            const int low = stored.rows - 1 - row;
            const int x[] = {column, right, right, column, row, low, low, row};
            const int y[] = {row, row, low, low, column, column, right, right};
            std::copy_n(stored.ptr(row, column), stored.elemSize(), seen.ptr(y[orientation - 1], x[orientation - 1]));
        }
    return seen;
}

cv::Mat sent_of(const std::string& path) {
    const UniqueName name("turned");
    handoff::Sender sender(name, {.slot_count = 1, .payload_bytes = 100'000});
    handoff::Loan loan = sender.try_loan().value();
    PictureSource source(path, "turned");
    BOOST_REQUIRE(source.next());
    source.read_into(loan);
    return handoff::opencv::as_mat(loan).clone();
}

}  // namespace folders

BOOST_AUTO_TEST_SUITE(folders)

BOOST_AUTO_TEST_CASE(what_is_no_picture_does_not_set_the_size_of_the_slots) {
    const Folder folder;
    make_picture(folder / "a.png", 1, 40, 30);
    make_picture(folder / "b.jpg", 1, 80, 60);
    write_damaged(folder / "c.png", 160, 120);
    write_claim(folder / "d.png", 6000, 6000);
    write_claim(folder / "e.png", 4000, 4000);
    Sized sized(folder);
    BOOST_TEST(sized.size.bytes() == 80U * 60 * 3);
    BOOST_TEST(sized.size.skipped() == 3U);
    BOOST_TEST(sized.sent() == (Names{"a", "b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_that_can_be_decoded_is_no_size) {
    const Folder folder;
    write_claim(folder / "a.png", 500, 500);
    Sized sized(folder);
    BOOST_TEST(sized.size.bytes() == 0U);
    BOOST_TEST(sized.sent().empty());
}

BOOST_AUTO_TEST_CASE(what_has_no_room_is_left_out_from_the_largest_down) {
    const Folder folder;
    make_picture(folder / "a.png", 1, 40, 30);
    make_picture(folder / "b.png", 1, 80, 60);
    make_picture(folder / "c.png", 2, 80, 60);
    write_damaged(folder / "d.png", 60, 40);
    make_picture(folder / "e.png", 1, 160, 120);
    const auto open_up_to = [](std::uint64_t room) {
        return [room](std::uint64_t bytes) {
            BOOST_REQUIRE(bytes > 0U);  // 0 would mean: no limit
            if (bytes > room) throw Error(Errc::no_space, "too much");
            return bytes;
        };
    };
    Sized sized(folder);
    BOOST_TEST(sized.size.open(open_up_to(60 * 40 * 3)) == 40U * 30 * 3);  // d.png would have room
    BOOST_TEST(sized.size.skipped() == 4U);
    BOOST_TEST(sized.sent() == Names{"a"}, boost::test_tools::per_element());

    Sized none(folder);
    BOOST_CHECK_EXCEPTION(none.size.open(open_up_to(1)), Error, [&](const Error& error) {
        return error.failure() == Errc::no_space &&
               error.what() == folder / "a.png" + ": there is no room for frames of 3600 bytes: too much";
    });
    Sized other(folder);
    const auto fails = [](std::uint64_t) -> int { throw Error(Errc::mismatch, "another reason"); };
    BOOST_CHECK_EXCEPTION(other.size.open(fails), Error,
                          [](const Error& error) { return error.failure() == Errc::mismatch; });
    BOOST_TEST(other.size.skipped() == 0U);
}

BOOST_AUTO_TEST_CASE(a_small_shared_memory_stops_nothing_that_has_room_in_it,
                     *boost::unit_test::precondition(needs_own_mounts)) {
    const Folder folder;
    const UniqueName name("small");
    make_picture(folder / "a.png", 1);
    make_picture(folder / "b.png", 2);
    make_picture(folder / "large.bmp", 1, 3000, 2000);
    write_claim(folder / "lie.png", 6000, 6000);
    const std::string script =
        "mount -t tmpfs -o size=64m tmpfs /dev/shm && { \"$1/receiver\" --channel \"$2\" --quiet & } && "
        "\"$1/sender\" --channel \"$2\" --wait-receiver 30s --json \"$3\"; code=$?; wait; exit $code";
    Program both("unshare", {"-rm", "/bin/sh", "-c", script, "sh", HANDOFF_BIN_DIR, name.str(), folder.str()});
    require_exit(both, 1);
    BOOST_TEST(number(both, "processed") == 2);
    BOOST_TEST(number(both, "skipped") == 2);
    BOOST_TEST(contains(both.errors(), (folder / "lie.png") + ": the PNG is too short for the size"), both.errors());
    BOOST_TEST(contains(both.errors(), (folder / "large.bmp") + ": there is no room for frames of 18.0 MB: "),
               both.errors());
}

BOOST_AUTO_TEST_CASE(numbers_in_names_count_by_their_value) {
    const std::vector<std::pair<std::string_view, std::string_view>> rows{
        {"img_999999.png", "img_1000000.png"},
        {"img_2.png", "img_10.png"},
        {"a", "b"},
        {"a", "a1"},
        {"a1", "a1b"},
        {"a1b2", "a1b10"},
        {"7", "07"},
        {"a07", "a8"},
        {"1.9.png", "1.10.png"},
        {"99999999999999999999", "100000000000000000000"},
        {"z", "\xc3\xa9"},
    };
    for (const auto& [left, right] : rows) {
        const bool by_bytes = left == "7";  // the same number: any order, but always that one
        BOOST_TEST(comes_before(left, right) == !by_bytes, left << ' ' << right);
        BOOST_TEST(comes_before(right, left) == by_bytes, left << ' ' << right);
        BOOST_TEST(!comes_before(left, left));
    }
    const Folder folder;
    for (const char* name : {"img_1000000.png", "img_999999.png", "img_5.png", "IMG.png"})
        write_file(folder / name, {});
    Names names;
    for (const Input& input : list_inputs({folder.str()}).inputs) names.push_back(input.name);
    BOOST_TEST(names == (Names{"IMG", "img_5", "img_999999", "img_1000000"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_too_long_keeps_its_end_and_whole_characters) {
    const std::string accents = "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
    const std::vector<std::tuple<std::string, std::size_t, std::string>> rows{
        {"short", 31, "short"},
        {"front-left-camera-of-the-gate-000123", 31, "front-left-cam...he-gate-000123"},
        {"exactly-ten", 11, "exactly-ten"},
        {accents, 11, "\xc3\xa9\xc3\xa9...\xc3\xa9\xc3\xa9"},
        {accents, 10, "\xc3\xa9...\xc3\xa9\xc3\xa9"},
        {"x" + accents, 12, "x\xc3\xa9...\xc3\xa9\xc3\xa9\xc3\xa9"},
        {"\xf0\x9f\x90\xb1" + accents, 9, "...\xc3\xa9\xc3\xa9\xc3\xa9"},
    };
    for (const auto& [name, at_most, expected] : rows) {
        BOOST_TEST(shortened(name, at_most) == expected, shortened(name, at_most));
        BOOST_TEST(shortened(name, at_most).size() <= at_most);
    }
    BOOST_TEST(bytes_of_whole_characters(accents, 3) == 2U);
    BOOST_TEST(bytes_of_whole_characters(accents, 100) == accents.size());
}

BOOST_AUTO_TEST_CASE(long_names_arrive_with_their_number) {
    const Folder folder;
    const UniqueName name("long");
    const std::string base =
        "R\xc3\xbc"
        "ckfahrkamera-\xc3\xa4u\xc3\x9f"
        "eres-Tor-2024";
    BOOST_REQUIRE(cv::imwritemulti(folder / "pages.tiff", std::vector<cv::Mat>(2, make_pixels(1, 40, 30))));
    fs::create_directory(folder / "in");
    fs::rename(folder / "pages.tiff", folder / ("in/" + base + ".tiff"));
    make_picture(folder / ("in/" + base + ".png"), 1);
    make_picture(folder / "plain.jpg", 1);
    fs::rename(folder / "plain.jpg", folder / "in/plain.jfif");
    Program working = receiver({"--channel", name.str(), "--out", folder / "out", "--quiet"});
    Program feeding = sender({"--channel", name.str(), "--quiet", "--wait-receiver", "30s", folder / "in"});
    require_exit(feeding, 0);
    require_exit(working, 0);
    Names names;
    for (const auto& entry : fs::directory_iterator(folder / "out")) names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    const std::string front = base.substr(0, 14) + "...";
    BOOST_TEST(names == (Names{front + "-2024-2-000001.png", front + "-2024-2-000002.png", front + "eres-Tor-2024.png",
                               "plain.png"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_lies_there_and_is_not_sent_is_named_at_the_end) {
    const Folder folder;
    const UniqueName name("others");
    const Folder empty;
    BOOST_TEST(list_inputs({empty.str()}).others.format() == "");
    for (const char* text : {"1.txt", "2.TXT", "3.txt", "README", ".thumbs", "half.png.01234567.partial"})
        write_file(folder / text, bytes_of("text"));
    fs::create_directory(folder / "sub");
    make_picture(folder / "p.png", 1);
    const std::string said = "also there, not sent: 3 .txt, 1 .partial, 1 hidden, 1 subfolder, 1 without extension";
    BOOST_TEST(list_inputs({folder.str()}).others.format() == said);
    Program publishing = sender({"--topic", name.str(), folder.str()});
    require_exit(publishing, 0);
    BOOST_TEST(publishing.errors().ends_with("\n" + said + "\n"), publishing.errors());

    for (const char* telephone : {"1.heic", "2.HEIC"})
        write_file(folder / telephone, bytes_of(std::string_view("\0\0\0\x18"
                                                                 "ftypheic\0\0\0\0mif1heic",
                                                                 24)));
    if (cv::haveImageReader(folder / "1.heic")) return;  // an OpenCV that reads them
    const InputList list = list_inputs({folder.str(), folder / "1.heic"});
    BOOST_TEST(list.others.pictures() == 2U);
    BOOST_TEST(list.inputs.size() == 2U);
    Program skipping = sender({"--topic", name.str(), "--json", folder.str(), folder / "1.heic"});
    require_exit(skipping, 1);
    BOOST_TEST(number(skipping, "frames") == 1);
    BOOST_TEST(number(skipping, "skipped") == 3);
    BOOST_TEST(contains(skipping.errors(), "3 .txt, 2 .heic (pictures that this OpenCV cannot read), 1 .partial"),
               skipping.errors());
    BOOST_TEST(contains(skipping.errors(), (folder / "1.heic") + ": this OpenCV cannot read pictures of this format"),
               skipping.errors());
}

BOOST_AUTO_TEST_CASE(more_kinds_than_a_person_reads_are_a_number) {
    const Folder folder;
    for (int kind = 10; kind < 25; ++kind) write_file(folder / ("file.x" + std::to_string(kind)), bytes_of("text"));
    const std::string words = list_inputs({folder.str()}).others.format();
    BOOST_TEST(words.ends_with("1 .x19, 5 of other kinds"), words);
}

BOOST_AUTO_TEST_CASE(pictures_that_were_taken_sideways_arrive_upright) {
    const Folder folder;
    const cv::Mat colour = make_pixels(1, 12, 7);
    const cv::Mat alpha = make_pixels(2, 12, 7, CV_8UC4);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        write_file(folder / "colour.png", bytes_of(turned_png(colour, orientation)));
        write_file(folder / "alpha.png", bytes_of(turned_png(alpha, orientation)));
        write_file(folder / "colour.webp", bytes_of(turned_webp(colour, orientation, "")));
        write_file(folder / "intro.webp", bytes_of(turned_webp(colour, orientation, std::string("Exif\0\0", 6))));
        write_file(folder / "alpha.webp", bytes_of(turned_webp(alpha, orientation, "")));
        for (const auto& [file, pixels] : {std::pair{"colour.png", colour},
                                           {"alpha.png", alpha},
                                           {"colour.webp", colour},
                                           {"intro.webp", colour},
                                           {"alpha.webp", cv::imread(folder / "alpha.webp", cv::IMREAD_UNCHANGED)}})
            BOOST_TEST(same(sent_of(folder / file), as_seen(pixels, orientation)), file << ' ' << orientation);
    }
}

BOOST_AUTO_TEST_CASE(no_bytes_make_the_search_for_the_orientation_read_beyond_them) {
    const std::string png = turned_png(make_pixels(1, 12, 7), 6);
    const std::string webp = turned_webp(make_pixels(1, 12, 7), 6, "");
    BOOST_TEST(orientation_of(bytes_of(png)) == 6);
    BOOST_TEST(orientation_of(bytes_of(webp)) == 6);
    cv::RNG random(7);
    for (int round = 0; round < 20'000; ++round) {
        const std::string& whole = round % 2 == 0 ? png : webp;
        std::vector<char> bytes(whole.begin(), whole.begin() + random.uniform(0, static_cast<int>(whole.size()) + 1));
        for (int change = 0; change < 3 && !bytes.empty(); ++change)
            bytes[static_cast<std::size_t>(random.uniform(0, static_cast<int>(bytes.size())))] =
                static_cast<char>(random.uniform(0, 256));
        const int orientation = orientation_of(std::as_bytes(std::span(bytes)));
        BOOST_REQUIRE((orientation >= 1 && orientation <= 8));
    }
}

BOOST_AUTO_TEST_SUITE_END()
