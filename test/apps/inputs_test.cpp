#include "sender/inputs.hpp"

#include "apps/fixture.hpp"
#include "pictures/output_folder.hpp"
#include "sender/names.hpp"

#include <handoff/error.hpp>

#include <boost/test/unit_test.hpp>

#include <opencv2/imgcodecs.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace inputs {

namespace fs = std::filesystem;
using apps_test::Folder;
using apps_test::make_picture;
using handoff::apps::numbered;
using handoff::apps::OutputFolder;
using handoff::apps::safe_name;
using namespace handoff::apps::sender;

std::uint64_t largest_frame(const std::vector<Input>& inputs, std::uint64_t limit_bytes) {
    const auto sizes = frame_sizes(inputs, limit_bytes);
    return sizes.empty() ? 0 : sizes.front().bytes;
}

}  // namespace inputs

BOOST_AUTO_TEST_SUITE(inputs)

BOOST_AUTO_TEST_CASE(a_folder_is_its_pictures_and_videos_sorted_without_subfolders) {
    const Folder folder;
    for (const char* name : {"b.png", "a.JPG", "c.jpg", "notes.txt", "d.avi"}) apps_test::write_file(folder / name, {});
    fs::create_directory(folder / "sub.jpg");
    fs::create_directory(folder / "sub");
    apps_test::write_file(folder / "sub/hidden.jpg", {});
    const InputList list = list_inputs({folder.str()});
    BOOST_TEST(list.problems.empty());
    std::vector<std::string> names;
    for (const Input& input : list.inputs) names.push_back(input.name);
    BOOST_TEST(names == (std::vector<std::string>{"a", "b", "c", "d"}), boost::test_tools::per_element());
    BOOST_TEST((list.inputs.back().kind == InputKind::video));
}

BOOST_AUTO_TEST_CASE(a_folder_without_pictures_is_a_problem) {
    const Folder folder;
    const InputList list = list_inputs({folder.str()});
    BOOST_TEST(list.inputs.empty());
    BOOST_REQUIRE(list.problems.size() == 1U);
    BOOST_TEST(list.problems[0] == folder.str() + ": no pictures and no videos in this folder");
}

BOOST_AUTO_TEST_CASE(names_are_given_once) {
    const InputList list =
        list_inputs({"x/cat.jpg", "y/cat.png", "cat-2.jpg", "cat.avi", "cat-3-000001.jpg", "cat.jpg"});
    std::set<std::string> names;
    for (const Input& input : list.inputs) names.insert(input.name);
    BOOST_TEST(names.size() == list.inputs.size());
}

BOOST_AUTO_TEST_CASE(the_frames_of_a_video_do_not_take_the_name_of_a_picture) {
    Names picture_first;
    BOOST_TEST(picture_first.for_picture("cat-000001") == "cat-000001");
    BOOST_TEST(picture_first.for_video("cat") == "cat-2");
    Names video_first;
    BOOST_TEST(video_first.for_video("cat") == "cat");
    BOOST_TEST(video_first.for_picture("cat-000001") == "cat-000001-2");
    BOOST_TEST(video_first.for_picture("dog-000001") == "dog-000001");
    BOOST_TEST(numbered("cat", 1) == "cat-000001");
    BOOST_TEST(numbered("cat", 12'345'678) == "cat-12345678");
}

BOOST_AUTO_TEST_CASE(the_largest_frame_below_the_limit_counts) {
    const Folder folder;
    make_picture(folder / "small.png", 1, 10, 10);
    make_picture(folder / "middle.bmp", 2, 20, 20);
    make_picture(folder / "large.jpg", 3, 100, 50);
    apps_test::write_file(folder / "broken.png", std::as_bytes(std::span("text")));
    const auto inputs = list_inputs({folder.str()}).inputs;
    BOOST_TEST(inputs.size() == 4U);
    BOOST_TEST(largest_frame(inputs, UINT64_MAX) == 100U * 50 * 3);
    BOOST_TEST(largest_frame(inputs, 100 * 50 * 3 - 1) == 20U * 20 * 3);
    BOOST_TEST(largest_frame(inputs, 10) == 0U);
    BOOST_TEST(largest_frame(list_inputs({folder / "nowhere.jpg"}).inputs, UINT64_MAX) == 0U);
}

BOOST_AUTO_TEST_CASE(a_header_behind_a_long_preamble_is_found) {
    const Folder folder;
    make_picture(folder / "plain.jpg", 1, 64, 48);
    const auto plain = apps_test::read_file(folder / "plain.jpg");
    std::vector<std::byte> padded(plain.begin(), plain.begin() + 2);
    for (int segment = 0; segment < 10; ++segment) {  // as colour profiles are: 64 KiB each
        for (const int value : {0xFF, 0xE2, 0xFF, 0xFF}) padded.push_back(static_cast<std::byte>(value));
        padded.resize(padded.size() + 0xFFFF - 2);
    }
    padded.insert(padded.end(), plain.begin() + 2, plain.end());
    apps_test::write_file(folder / "padded.jpg", padded);
    BOOST_TEST(largest_frame(list_inputs({folder / "padded.jpg"}).inputs, UINT64_MAX) == 64U * 48 * 3);
}

BOOST_AUTO_TEST_CASE(a_name_from_elsewhere_cannot_leave_the_folder) {
    BOOST_TEST(safe_name("../../etc/passwd") == "_._.._etc_passwd");
    BOOST_TEST(safe_name(".hidden") == "_hidden");
    BOOST_TEST(safe_name("") == "frame");
    BOOST_TEST(safe_name("a\nb") == "a_b");
    BOOST_TEST(safe_name("gr\xc3\xbcn 1.5") == "gr\xc3\xbcn 1.5");
    BOOST_TEST(safe_name(std::string(1000, 'x')).size() == 200U);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_refused) {
    const Folder folder;
    apps_test::write_file(folder / "file", {});
    for (const std::string& path : {folder / "file", folder / "file/below", std::string("/proc/handoff")}) {
        BOOST_CHECK_EXCEPTION(OutputFolder{path}, handoff::Error, [&](const handoff::Error& error) {
            return std::string(error.what()).find(path) != std::string::npos;
        });
    }
}

BOOST_AUTO_TEST_CASE(replace_writes_over_and_keep_does_not) {
    const Folder folder;
    const OutputFolder output(folder / "made/here");
    const cv::Mat first = apps_test::make_pixels(1, 10, 10);
    const cv::Mat second = apps_test::make_pixels(2, 10, 10);
    const auto bgr = handoff::Encoding::bgr8;
    const auto path = output.replace("cat", first, bgr);
    BOOST_TEST(output.replace("cat", second, bgr) == path);
    BOOST_TEST(apps_test::same(cv::imread(path.string(), cv::IMREAD_UNCHANGED), second));
    BOOST_TEST(output.keep("cat", 7, first, bgr).filename() == "cat-7.png");
    BOOST_TEST(output.keep("cat", 7, first, bgr).filename() == "cat-7-2.png");
    BOOST_TEST(output.keep("dog", 7, first, bgr).filename() == "dog.png");
    BOOST_TEST(apps_test::same(cv::imread(path.string(), cv::IMREAD_UNCHANGED), second));
}

BOOST_AUTO_TEST_CASE(red_first_pixels_are_written_as_what_they_are) {
    const Folder folder;
    const OutputFolder output(folder.str());
    const cv::Mat red_first(4, 4, CV_8UC3, cv::Scalar(200, 20, 10));
    const auto path = output.replace("red", red_first, handoff::Encoding::rgb8);
    BOOST_TEST((cv::imread(path.string()).at<cv::Vec3b>(0, 0) == cv::Vec3b(10, 20, 200)));
}

BOOST_AUTO_TEST_SUITE_END()
