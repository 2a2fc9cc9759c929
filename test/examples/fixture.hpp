// The examples as programs under test.
#pragma once

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace examples_test {

using handoff::testing::Program;
using handoff::testing::UniqueName;

inline Program start(const std::string& program, const UniqueName& name, std::vector<std::string> arguments = {},
                     const handoff::testing::ProgramOptions& options = {}) {
    arguments.insert(arguments.end(), {"--name", name.str()});
    return Program(HANDOFF_BIN_DIR "/examples/" + program, arguments, options);
}

/// Waits for its end and checks that all went well.
inline void expect_good_end(Program& program) {
    const auto exit = program.wait(std::chrono::seconds(30));
    BOOST_TEST(exit.ok(), exit.text() + ": " + program.errors());
}

/// The way a user ends a program.
inline void end(Program& program) {
    program.signal(SIGTERM);
    expect_good_end(program);
}

inline void expect_refusal(const std::string& program, const UniqueName& name,
                           const std::vector<std::string>& arguments, int code, const std::string& words) {
    auto refused = start(program, name, arguments);
    BOOST_TEST(refused.wait().code == code);
    BOOST_TEST(refused.errors().find(words) != std::string::npos, program + " said: " + refused.errors());
    BOOST_TEST(refused.output() == "");
}

inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// A folder of its own that goes with the test.
class Folder {
public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("handoff-" + UniqueName("folder").str())) {
        std::filesystem::create_directories(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string operator/(const std::string& file) const { return path_ / file; }

private:
    std::filesystem::path path_;
};

}  // namespace examples_test
