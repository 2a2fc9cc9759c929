// The main job, with the real programs, on real photographs and a real video: every result is, byte for byte, what the
// same OpenCV call makes of it in one process.
#include "apps/fixture.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace photographs_end_to_end {

namespace fs = std::filesystem;
using namespace apps_test;
using handoff::testing::Program;
using handoff::testing::UniqueName;

cv::Mat equalized(const cv::Mat& picture) {
    cv::Mat luminance;
    cv::cvtColor(picture, luminance, cv::COLOR_BGR2YCrCb);
    std::vector<cv::Mat> planes;
    cv::split(luminance, planes);
    cv::equalizeHist(planes[0], planes[0]);
    cv::merge(planes, luminance);
    cv::Mat result;
    if (picture.channels() == 3) {
        cv::cvtColor(luminance, result, cv::COLOR_YCrCb2BGR);
        return result;
    }
    cv::cvtColor(luminance, result, cv::COLOR_YCrCb2BGR, 4);
    cv::Mat alpha;
    cv::extractChannel(picture, alpha, 3);
    cv::insertChannel(alpha, result, 3);
    return result;
}

/// What `sender` makes of a photograph: alpha is kept.
cv::Mat as_sent(const std::string& path) {
    cv::Mat stored = cv::imread(path, cv::IMREAD_UNCHANGED);
    return stored.channels() == 4 ? stored : cv::imread(path, cv::IMREAD_COLOR);
}

/// What `receiver --operation NAME` promises, in OpenCV's words.
cv::Mat expected_of(const std::string& operation, const cv::Mat& picture) {
    cv::Mat result;
    if (operation == "none") return picture;
    if (operation == "blur") cv::GaussianBlur(picture, result, {5, 5}, 0);
    if (operation == "flip") cv::flip(picture, result, 1);
    if (operation == "equalize") return equalized(picture);
    if (operation == "gray" || operation == "edges") cv::cvtColor(picture, result, cv::COLOR_BGR2GRAY);
    if (operation == "edges") cv::Canny(result, result, 80, 160);
    return result;
}

std::string saved_name(const std::string& photograph) {
    return fs::path(photograph).stem().string() + ".png";
}

/// Every photograph with a name of its own.
std::vector<std::string> differently_named() {
    std::set<std::string> stems;
    std::vector<std::string> paths;
    for (const std::string& path : photographs())
        if (stems.insert(fs::path(path).stem().string()).second) paths.push_back(path);
    return paths;
}

void check_saved(const Folder& folder, const std::string& subfolder, const std::string& operation) {
    for (const std::string& path : differently_named()) {
        const cv::Mat saved = cv::imread(folder / (subfolder + "/" + saved_name(path)), cv::IMREAD_UNCHANGED);
        BOOST_TEST(same(saved, expected_of(operation, as_sent(path))),
                   operation << " of " << path << " is not what OpenCV makes of it");
    }
}

}  // namespace photographs_end_to_end

BOOST_AUTO_TEST_SUITE(photographs_end_to_end)

BOOST_DATA_TEST_CASE(what_comes_back_is_what_opencv_makes_of_it,
                     boost::unit_test::data::make({"gray", "blur", "edges", "flip", "equalize"}), operation) {
    const UniqueName name("photographs");
    const Folder folder;
    Program worker = receiver({"--channel", name.str(), "--operation", operation, "--json"});
    Program feeder =
        sender(std::vector<std::string>{"--channel", name.str(), "--slots", "4", "--save", folder / "saved", "--json"} +
               differently_named());
    require_exit(feeder, 0);
    require_exit(worker, 0);
    const auto all = static_cast<double>(differently_named().size());
    for (const char* key : {"frames", "processed"}) {
        BOOST_TEST(number(feeder, key) == all);
        BOOST_TEST(number(worker, key) == all);
    }
    BOOST_TEST(number(feeder, "saved") == all);
    BOOST_TEST(number(feeder, "failed") + number(feeder, "skipped") + number(feeder, "redelivered") == 0);
    BOOST_TEST(number(feeder, "bytes") == number(worker, "bytes"));
    BOOST_TEST(number(feeder, "round_trip_p50_ns") > 0);
    BOOST_TEST(number(feeder, "round_trip_p50_ns") <= number(feeder, "round_trip_p99_ns"));
    BOOST_TEST(number(feeder, "round_trip_p99_ns") <= number(feeder, "round_trip_max_ns"));
    check_saved(folder, "saved", operation);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_DATA_TEST_CASE(in_place_the_payload_itself_comes_back,
                     boost::unit_test::data::make({"gray", "blur", "edges", "flip", "equalize"}), operation) {
    const UniqueName name("in-place");
    const Folder folder;
    Program worker = receiver({"--channel", name.str(), "--operation", operation, "--in-place"});
    Program feeder = sender(
        std::vector<std::string>{"--channel", name.str(), "--slots", "4", "--in-place", "--save", folder / "saved"} +
        differently_named());
    require_exit(feeder, 0);
    require_exit(worker, 0);
    check_saved(folder, "saved", operation);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(receivers_write_what_they_made_under_the_name_of_the_input) {
    const UniqueName name("out");
    const Folder folder;
    Program worker =
        receiver({"--channel", name.str(), "--operation", "edges", "--workers", "3", "--out", folder / "made"});
    Program feeder =
        sender(std::vector<std::string>{"--channel", name.str(), "--in-flight", "3"} + differently_named());
    require_exit(feeder, 0);
    require_exit(worker, 0);
    check_saved(folder, "made", "edges");
}

BOOST_AUTO_TEST_CASE(a_folder_gives_one_result_per_picture) {
    const UniqueName name("folder");
    const Folder folder;
    fs::create_directory(folder / "in");
    for (int i = 0; i < 5; ++i) make_picture(folder / ("in/p" + std::to_string(i) + ".png"), i);
    make_picture(folder / "in/p0.bmp", 9);
    Program worker = receiver({"--channel", name.str(), "--operation", "flip"});
    Program feeder = sender({"--channel", name.str(), "--save", folder / "saved", folder / "in"});
    require_exit(feeder, 0);
    require_exit(worker, 0);
    const cv::Mat bmp = cv::imread(folder / "in/p0.bmp");
    const cv::Mat png = cv::imread(folder / "in/p0.png");
    BOOST_TEST(same(cv::imread(folder / "saved/p0.png"), expected_of("flip", bmp)));
    BOOST_TEST(same(cv::imread(folder / "saved/p0-2.png"), expected_of("flip", png)));
    BOOST_TEST(same(cv::imread(folder / "saved/p4.png"), expected_of("flip", cv::imread(folder / "in/p4.png"))));
}

BOOST_AUTO_TEST_CASE(a_video_goes_through_frame_by_frame) {
    const UniqueName name("video");
    const Folder folder;
    const std::string video = example("vtest.avi");
    Program worker = receiver({"--channel", name.str(), "--operation", "gray", "--stay", "--count", "840", "--json"});
    Program all = sender({"--channel", name.str(), "--slots", "4", "--in-flight", "3", "--json", video});
    require_exit(all, 0);
    BOOST_TEST(number(all, "processed") == 795);
    Program some = sender({"--channel", name.str(), "--slots", "4", "--count", "45", "--save", folder.str(), video});
    require_exit(some, 0);
    require_exit(worker, 0);
    BOOST_TEST(number(worker, "processed") == 840);
    cv::VideoCapture capture(video);
    cv::Mat frame;
    for (const std::string& file : folder.files()) {
        BOOST_REQUIRE(capture.read(frame));
        BOOST_REQUIRE_MESSAGE(same(cv::imread(folder / file, cv::IMREAD_UNCHANGED), expected_of("gray", frame)), file);
    }
    BOOST_TEST(folder.files().size() == 45U);
    BOOST_TEST(folder.files().front() == "vtest-000001.png");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(the_pattern_and_the_checksum_have_no_picture_to_save) {
    const UniqueName name("pattern");
    const Folder folder;
    Program worker = receiver({"--channel", name.str(), "--operation", "checksum"});
    Program feeder = sender({"--channel", name.str(), "--pattern", "320x200", "--count", "5", "--save", folder.str()});
    require_exit(feeder, 1);
    require_exit(worker, 0);
    BOOST_TEST(feeder.errors().find("5 answers came without a picture") != std::string::npos);
    BOOST_TEST(folder.files().empty());
}

BOOST_AUTO_TEST_SUITE_END()
