#include "apps/fixture.hpp"
#include "sender/inputs.hpp"
#include "sender/pacer.hpp"
#include "sender/pattern_source.hpp"
#include "sender/picture_source.hpp"
#include "sender/playlist.hpp"
#include "sender/video_source.hpp"

#include <handoff/channel.hpp>
#include <handoff/opencv.hpp>

#include <boost/test/unit_test.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace sources {

using apps_test::Folder;
using apps_test::make_picture;
using apps_test::same;
using namespace handoff::apps::sender;
using namespace std::chrono_literals;
using handoff::apps::PictureSize;

/// A loan to read into.
struct Room {
    handoff::testing::UniqueName name{"sources"};
    handoff::Sender sender;
    handoff::Loan loan;
    explicit Room(std::size_t payload_bytes = 2'000'000)
        : sender(name, {.slot_count = 1, .payload_bytes = payload_bytes}), loan(sender.try_loan().value()) {}
    cv::Mat picture() { return handoff::opencv::as_mat(loan); }
};

/// A JPEG with the orientation of a camera held sideways.
void write_turned_jpeg(const std::string& path, int orientation) {
    make_picture(path, 5, 64, 48);
    auto bytes = apps_test::read_file(path);
    const std::vector<int> exif{0xFF, 0xE1, 0,    34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M',         0, 42, 0, 0, 0, 8,
                                0,    1,    0x01, 0x12, 0,   3,   0,   0,   0, 1, 0,   orientation, 0, 0,  0, 0, 0, 0};
    std::vector<std::byte> segment;
    for (const int value : exif) segment.push_back(static_cast<std::byte>(value));
    bytes.insert(bytes.begin() + 2, segment.begin(), segment.end());
    apps_test::write_file(path, bytes);
}

std::string why_unreadable(FrameSource& source, handoff::Loan& loan) {
    try {
        if (source.next()) source.read_into(loan);
    } catch (const Unreadable& error) {
        return error.what();
    }
    return "";
}

}  // namespace sources

BOOST_AUTO_TEST_SUITE(sources)

BOOST_AUTO_TEST_CASE(what_is_no_picture_is_unreadable_with_a_sentence) {
    const Folder folder;
    apps_test::write_file(folder / "empty.jpg", {});
    apps_test::write_file(folder / "text.jpg", std::as_bytes(std::span("I am a text, whatever my name says")));
    make_picture(folder / "whole.jpg", 1);
    make_picture(folder / "whole.png", 1);
    make_picture(folder / "whole.bmp", 1);
    apps_test::write_cut(folder / "cut.jpg", folder / "whole.jpg", 3000);
    apps_test::write_cut(folder / "cut.png", folder / "whole.png", 3000);
    apps_test::write_cut(folder / "header.png", folder / "whole.png", 10);
    Room room;
    for (const auto& [name, why] : {std::pair{"empty.jpg", "the file is empty"},
                                    {"text.jpg", "not a picture"},
                                    {"cut.jpg", "cut short"},
                                    {"cut.png", "cut short"},
                                    {"header.png", "cut short"},
                                    {"nowhere.jpg", "No such file"}}) {
        PictureSource source(folder / name, name);
        const std::string said = why_unreadable(source, room.loan);
        BOOST_TEST_CONTEXT(name << ": " << said) {
            BOOST_TEST(said.find(why) != std::string::npos);
            BOOST_TEST(said.find(folder / name) == 0U);
        }
    }
    PictureSource device("/dev/null", "null");
    BOOST_TEST(why_unreadable(device, room.loan).find("neither a file nor a folder") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_picture_is_what_imread_reads) {
    const Folder folder;
    for (const char* extension : {"jpg", "png", "bmp", "tif", "webp"}) {
        const std::string path = folder / (std::string("picture.") + extension);
        make_picture(path, 3);
        PictureSource source(path, "picture");
        Room room;
        BOOST_TEST_CONTEXT(path) {
            BOOST_REQUIRE(source.next());
            BOOST_TEST(source.frame_bytes() == 160U * 120 * 3);
            source.read_into(room.loan);
            BOOST_TEST(same(room.picture(), cv::imread(path, cv::IMREAD_COLOR)));
            BOOST_TEST(room.loan.size() == 160U * 120 * 3);
            BOOST_TEST(!source.next());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_turned_photograph_arrives_upright) {
    const Folder folder;
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const std::string path = folder / "turned.jpg";
        write_turned_jpeg(path, orientation);
        const cv::Mat upright = cv::imread(path, cv::IMREAD_COLOR);
        BOOST_REQUIRE(upright.cols == (orientation < 5 ? 64 : 48));
        PictureSource source(path, "turned");
        Room room;
        BOOST_REQUIRE(source.next());
        source.read_into(room.loan);
        BOOST_TEST(same(room.picture(), upright), "orientation " << orientation);
    }
}

BOOST_AUTO_TEST_CASE(a_playlist_skips_what_is_bad_and_tells_it_once_even_in_a_loop) {
    const Folder folder;
    make_picture(folder / "a.png", 1);
    apps_test::write_file(folder / "b.png", std::as_bytes(std::span("no picture")));
    make_picture(folder / "c.png", 2);
    Playlist playlist(list_inputs({folder.str()}).inputs, true);
    Room room;
    std::vector<std::string> seen;
    while (seen.size() < 7) {
        try {
            BOOST_REQUIRE(playlist.next());
            playlist.read_into(room.loan);
            seen.push_back(playlist.name());
        } catch (const Unreadable&) {
            seen.emplace_back("bad");
        }
    }
    BOOST_TEST(seen == (std::vector<std::string>{"a", "bad", "c", "a", "c", "a", "c"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_loop_over_nothing_but_bad_pictures_ends) {
    const Folder folder;
    apps_test::write_file(folder / "a.jpg", {});
    apps_test::write_file(folder / "b.jpg", {});
    Playlist playlist(list_inputs({folder.str()}).inputs, true);
    BOOST_CHECK_THROW(playlist.next(), Unreadable);
    BOOST_CHECK_THROW(playlist.next(), Unreadable);
    BOOST_TEST(!playlist.next());
}

BOOST_AUTO_TEST_CASE(a_video_gives_the_frames_that_OpenCV_gives) {
    const std::string path = apps_test::example("vtest.avi");
    VideoSource source(path, "vtest");
    cv::VideoCapture capture(path);
    Room room;
    cv::Mat expected;
    for (int frame = 1; frame <= 50; ++frame) {
        BOOST_REQUIRE(source.next());
        BOOST_REQUIRE(capture.read(expected));
        source.read_into(room.loan);
        BOOST_REQUIRE_MESSAGE(same(room.picture(), expected), "frame " << frame);
    }
    BOOST_TEST(source.name() == "vtest-000050");
    BOOST_TEST(source.frame_bytes() == 768U * 576 * 3);
}

BOOST_AUTO_TEST_CASE(a_video_that_shows_fewer_frames_than_it_announces_is_whole_if_its_time_is_up) {
    VideoSource source(apps_test::example("tree.avi"), "tree");  // announces 444, most of them repetitions
    int frames = 0;
    while (source.next()) ++frames;
    BOOST_TEST(frames > 10);
}

BOOST_AUTO_TEST_CASE(a_half_downloaded_video_is_told_at_its_end) {
    const Folder folder;
    apps_test::write_cut(folder / "cut.avi", apps_test::example("vtest.avi"), 1'000'000);
    VideoSource source(folder / "cut.avi", "cut");
    int frames = 0;
    try {
        while (source.next()) ++frames;
        BOOST_ERROR("nobody noticed");
    } catch (const Unreadable& error) {
        BOOST_TEST(std::string(error.what()).find("cut short: " + std::to_string(frames) + " frames of 795") !=
                   std::string::npos);
    }
    BOOST_TEST(!source.next());
    BOOST_CHECK_THROW(VideoSource(folder / "nowhere.avi", ""), Unreadable);
}

BOOST_AUTO_TEST_CASE(the_pattern_moves_and_fits_into_any_size) {
    for (const PictureSize size : {PictureSize{1, 1}, PictureSize{3, 2}, PictureSize{320, 240}}) {
        PatternSource source(size);
        Room room;
        std::vector<cv::Mat> frames;
        for (int frame = 0; frame < 3; ++frame) {
            BOOST_REQUIRE(source.next());
            source.read_into(room.loan);
            BOOST_TEST(room.loan.size() == size.bgr_bytes());
            frames.push_back(room.picture().clone());
        }
        BOOST_TEST(source.name() == "pattern-000003");
        if (size.width > 100) BOOST_TEST(!same(frames[0], frames[1]));
    }
}

BOOST_AUTO_TEST_CASE(a_pacer_keeps_the_beat_and_does_not_catch_up_in_a_burst) {
    Pacer pacer(10.0);
    const auto start = handoff::apps::Clock::now();
    BOOST_TEST((pacer.due() <= start));
    pacer.advance(start);
    for (int frame = 1; frame < 5; ++frame) pacer.advance(start + frame * 100ms + 30ms);
    BOOST_TEST((pacer.due() == start + 500ms));
    pacer.advance(start + 60s);
    BOOST_TEST((pacer.due() == start + 60s + 100ms));
}

BOOST_AUTO_TEST_SUITE_END()
