// What the tests of the programs share: a folder of their own, photographs, and the programs themselves.
#pragma once

#include <handoff/testing.hpp>

#include <opencv2/core/mat.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace apps_test {

/// A folder that goes away with the test.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string str() const { return path_.string(); }
    /// Names of the files in it, sorted.
    std::vector<std::string> files() const;

private:
    std::filesystem::path path_;
};

void write_file(const std::string& path, std::span<const std::byte> bytes);
std::vector<std::byte> read_file(const std::string& path);
/// The file without its end.
void write_cut(const std::string& path, const std::string& whole, std::size_t bytes);

/// A picture that no two values of `seed` have in common, written to `path` in the format of its extension.
cv::Mat make_picture(const std::string& path, int seed, int width = 160, int height = 120);
/// Such a picture, not written.
cv::Mat make_pixels(int seed, int width, int height, int type = CV_8UC3);

/// The photographs of Debian's opencv-doc, of moderate size. Fails the test if they are not installed.
const std::vector<std::string>& photographs();
/// A file of opencv-doc. Fails the test if it is not installed.
std::string example(const std::string& name);

/// True if size, type and every byte are the same.
bool same(const cv::Mat& left, const cv::Mat& right);

handoff::testing::Program sender(const std::vector<std::string>& arguments);
handoff::testing::Program receiver(const std::vector<std::string>& arguments);
/// Both lists in one.
std::vector<std::string> operator+(std::vector<std::string> left, const std::vector<std::string>& right);

/// Waits for the end of a program, and fails the test, with all that it wrote, if the exit code is another one.
void require_exit(handoff::testing::Program& program, int code);
/// A number in the JSON object that a program printed. Fails the test if it is not there.
double number(const handoff::testing::Program& program, const std::string& key);

}  // namespace apps_test
