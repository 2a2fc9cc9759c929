#include "apps/fixture.hpp"

#include "pictures/quiet_opencv.hpp"

#include <boost/test/unit_test.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

namespace fs = std::filesystem;
using handoff::testing::Program;

namespace apps_test {

namespace {

struct QuietOpenCv {
    QuietOpenCv() { handoff::apps::quieten_opencv(); }
};
BOOST_TEST_GLOBAL_FIXTURE(QuietOpenCv);

constexpr const char* examples_folder = "/usr/share/doc/opencv-doc/examples/data";
constexpr std::size_t moderate_bytes = 2'000'000;

/// All tests together are slower than one alone: what a program does here takes seconds, not this long.
constexpr std::chrono::seconds program_timeout{60};

}  // namespace

Folder::Folder() : path_(fs::temp_directory_path() / ("handoff-test-" + std::to_string(std::random_device{}()))) {
    fs::create_directories(path_);
}

Folder::~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::vector<std::string> Folder::files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_)) names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

void write_file(const std::string& path, std::span<const std::byte> bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    BOOST_REQUIRE_MESSAGE(file.flush(), "cannot write " << path);
}

std::vector<std::byte> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file, "cannot read " << path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

void write_cut(const std::string& path, const std::string& whole, std::size_t bytes) {
    const auto all = read_file(whole);
    BOOST_REQUIRE_LT(bytes, all.size());
    write_file(path, std::span(all).first(bytes));
}

cv::Mat make_pixels(int seed, int width, int height, int type) {
    cv::Mat pixels(height, width, type);
    cv::RNG random(static_cast<std::uint64_t>(seed) + 1);
    random.fill(pixels, cv::RNG::UNIFORM, 0, 256);
    return pixels;
}

cv::Mat make_picture(const std::string& path, int seed, int width, int height) {
    const cv::Mat pixels = make_pixels(seed, width, height);
    BOOST_REQUIRE(cv::imwrite(path, pixels));
    return pixels;
}

const std::vector<std::string>& photographs() {
    static const std::vector<std::string> found = [] {
        std::vector<std::string> paths;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(examples_folder, error)) {
            const std::string extension = entry.path().extension().string();
            if (extension != ".jpg" && extension != ".png") continue;
            const cv::Mat picture = cv::imread(entry.path().string(), cv::IMREAD_COLOR);
            if (!picture.empty() && picture.total() * 3 <= moderate_bytes) paths.push_back(entry.path().string());
        }
        std::ranges::sort(paths);
        return paths;
    }();
    BOOST_REQUIRE_MESSAGE(found.size() >= 50, "there are "
                                                  << found.size() << " photographs in " << examples_folder
                                                  << ", 50 are needed: apt-get install opencv-doc (where dpkg leaves "
                                                     "documentation out, allow it in /etc/dpkg/dpkg.cfg.d first)");
    return found;
}

std::string example(const std::string& name) {
    std::string path = std::string(examples_folder) + "/" + name;
    BOOST_REQUIRE_MESSAGE(fs::exists(path), path << " is missing: apt-get install opencv-doc");
    return path;
}

bool same(const cv::Mat& left, const cv::Mat& right) {
    if (left.size() != right.size() || left.type() != right.type()) return false;
    const auto row_bytes = static_cast<std::size_t>(left.cols) * left.elemSize();
    for (int row = 0; row < left.rows; ++row)
        if (std::memcmp(left.ptr(row), right.ptr(row), row_bytes) != 0) return false;
    return true;
}

Program sender(const std::vector<std::string>& arguments) {
    return Program(HANDOFF_BIN_DIR "/sender", arguments);
}

Program receiver(const std::vector<std::string>& arguments) {
    return Program(HANDOFF_BIN_DIR "/receiver", arguments);
}

std::vector<std::string> operator+(std::vector<std::string> left, const std::vector<std::string>& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

void require_exit(Program& program, int code) {
    const handoff::testing::Exit expected{code, 0};
    const handoff::testing::Exit exit = program.wait(program_timeout);
    BOOST_REQUIRE_MESSAGE(exit == expected, "the program " << exit.text() << " instead of exit code " << code
                                                           << "; stdout:\n"
                                                           << program.output() << "\nstderr:\n"
                                                           << program.errors());
}

double number(const Program& program, const std::string& key) {
    const std::string output = program.output();
    const std::string quoted = "\"" + key + "\": ";
    const auto at = output.find(quoted);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, "no " << key << " in: " << output << "\nstderr:\n"
                                                         << program.errors());
    const std::size_t first = at + quoted.size();  // what can pass 2^53 is a string of digits
    return std::stod(output.substr(output.at(first) == '"' ? first + 1 : first));
}

}  // namespace apps_test
