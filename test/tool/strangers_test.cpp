// A file that is not a segment, in the place of one: no program hangs or crashes, each names what it is and what to
// type, and leaves it as it was.
#include "tool/tool.hpp"

#include "tool/other_user.hpp"
#include "tool/record_play_fixture.hpp"
#include "tool/terminal.hpp"

#include <boost/test/data/test_case.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

namespace strangers_test {

using namespace tool_test;
namespace fs = std::filesystem;

std::string path_of(const std::string& name) {
    return "/dev/shm/handoff." + name;
}

void make_empty_file(const std::string& path) {
    BOOST_TEST_REQUIRE(std::ofstream(path).good());
}

void make_socket(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    BOOST_TEST_REQUIRE(path.size() < sizeof address.sun_path);
    std::strcpy(address.sun_path, path.c_str());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool bound = fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    BOOST_TEST_REQUIRE(bound);
}

/// A file elsewhere, and a link to it; no program may touch the file.
void make_link(const std::string& path) {
    std::ofstream(path + ".target") << "precious";
    fs::create_symlink(path + ".target", path);
}

struct Stranger {
    std::string what;    ///< as the sentence calls it
    std::string remedy;  ///< the command in the message, before the path
    std::function<void(const std::string& path)> make;
};

std::ostream& operator<<(std::ostream& out, const Stranger& stranger) {
    return out << "what " << stranger.what;
}

const std::vector<Stranger>& strangers() {
    static const std::vector<Stranger> all{
        {"is a named pipe (FIFO), not a segment", "`rm ",
         [](const auto& path) { BOOST_TEST_REQUIRE(mkfifo(path.c_str(), 0600) == 0); }},
        {"is a directory, not a segment", "`rm -r ", [](const auto& path) { fs::create_directory(path); }},
        {"is a socket, not a segment", "`rm ", make_socket},
        {"is a symbolic link, not a segment", "`rm ", make_link},
        {"is not a segment of handoff: it has only 0 bytes", "`rm ", make_empty_file},
    };
    return all;
}

/// With a name short enough for a socket; removes any file there.
class Place {
public:
    explicit Place(const Stranger& stranger) { stranger.make(path()); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        std::error_code ignored;
        for (const std::string& file : {path(), path() + ".target"}) fs::remove_all(file, ignored);
    }
    std::string name() const { return name_.str(); }
    std::string path() const { return path_of(name()); }

private:
    const UniqueName name_{"stranger"};
};

struct Call {
    std::vector<std::string> words;  ///< NAME is replaced, FILE too
    int code = 1;
    std::string text{};  ///< instead of the message, for verbs that only list
};

/// Every verb that takes a name, or looks at all of them.
const std::vector<Call>& calls() {
    static const std::vector<Call> all{
        {{"handoff", "info", "NAME"}},
        {{"handoff", "info", "NAME", "--json", "--interval", "1ms"}},
        {{"handoff", "echo", "NAME"}},
        {{"handoff", "hz", "NAME"}},
        {{"handoff", "bw", "NAME"}},
        {{"handoff", "lat", "NAME"}},
        {{"handoff", "send", "NAME"}},
        {{"handoff", "send", "NAME", "--lines"}},
        {{"handoff", "send", "NAME", "--kind", "topic"}},
        {{"handoff", "recv", "NAME"}},
        {{"handoff", "recv", "NAME", "--timeout", "1min"}},
        {{"handoff", "snap", "NAME", "FILE"}},
        {{"handoff", "record", "NAME", "-o", "FILE"}},
        {{"handoff", "clean", "NAME"}},
        {{"handoff", "clean", "NAME", "--dry-run"}},
        {{"handoff", "doctor"}},
        {{"handoff", "ls", "NAME"}, 0},
        {{"handoff", "metrics", "NAME"}, 0, "code=\"not_a_segment\""},
        {{"sender", "--channel", "NAME", "--pattern", "64x48", "--count", "1"}},
        {{"sender", "--topic", "NAME", "--pattern", "64x48", "--count", "1"}},
        {{"receiver", "--channel", "NAME"}},
        {{"receiver", "--topic", "NAME"}},
    };
    return all;
}

Program started(std::vector<std::string> words, const std::string& name, const std::string& file) {
    for (std::string& word : words) word = word == "NAME" ? name : word == "FILE" ? file : word;
    const std::string program = HANDOFF_BIN_DIR "/" + words.front();
    words.erase(words.begin());
    return Program(program, words, {.input = "x"});
}

/// The code, and the words on either stream.
void check_result(Program& program, int code, const std::string& words) {
    const auto exit = program.wait(handoff::testing::scaled(30s));
    BOOST_TEST((exit.signal == 0 && exit.code == code), exit.text() << ": " << program.errors());
    TOOL_TEST_CONTAINS(program.output() + program.errors(), words);
}

void check_untouched(const Place& place, const fs::file_status& before) {
    BOOST_TEST((fs::symlink_status(place.path()).type() == before.type()));
    if (fs::is_regular_file(before)) BOOST_TEST(fs::file_size(place.path()) == 0U);
    if (fs::is_symlink(before)) BOOST_TEST(fs::file_size(place.path() + ".target") == 8U);
}

void check_top(const std::string& name, const std::string& words) {
    Terminal terminal(HANDOFF_BIN_DIR "/handoff", {"top", name});
    terminal.wait_for(words);
    terminal.type("q");
    BOOST_TEST(terminal.wait() == 0);
}

}  // namespace strangers_test

BOOST_AUTO_TEST_SUITE(strangers_test)

BOOST_DATA_TEST_CASE(whoever_meets_one_says_what_it_is_and_what_to_type, strangers(), stranger) {
    const recording_test::Folder folder;
    const Place place(stranger);
    const auto before = fs::symlink_status(place.path());
    for (const Call& call : calls()) {
        BOOST_TEST_CONTEXT(call.words[0] << " " << call.words[1]) {
            Program program = started(call.words, place.name(), folder / "file");
            check_result(program, call.code, call.text.empty() ? place.path() + " " + stranger.what : call.text);
            if (call.text.empty())
                TOOL_TEST_CONTAINS(program.output() + program.errors(), stranger.remedy + place.path());
            check_untouched(place, before);
        }
    }
    BOOST_TEST(fs::is_empty(folder.str()));
    check_top(place.name(), stranger.what);
    check_untouched(place, before);
}

BOOST_AUTO_TEST_CASE(rm_takes_away_what_one_file_is_and_no_more) {
    for (const Stranger& stranger : strangers()) {
        BOOST_TEST_CONTEXT("the name " << stranger.what) {
            const Place place(stranger);
            const auto type = fs::symlink_status(place.path()).type();
            const bool is_file = type == fs::file_type::regular;
            const bool is_folder = type == fs::file_type::directory;
            Program plain = tool({"rm", place.name()});
            check_result(plain, is_file ? 0 : 1, is_file ? "removed" : stranger.what);
            BOOST_TEST(fs::exists(fs::symlink_status(place.path())) == !is_file);
            if (is_file) make_empty_file(place.path());
            Program forced = tool({"rm", "--force", place.name()});
            check_result(forced, is_folder ? 1 : 0, is_folder ? stranger.what : "removed");
            BOOST_TEST(fs::exists(fs::symlink_status(place.path())) == is_folder);
            if (type == fs::file_type::symlink) BOOST_TEST(fs::file_size(place.path() + ".target") == 8U);
        }
    }
}

boost::test_tools::assertion_result needs_somebody_who_may_not_read(boost::unit_test::test_unit_id test) {
    if (geteuid() != 0) return true;
    return needs_a_tool_for_other_users(test);
}

BOOST_AUTO_TEST_CASE(who_may_not_read_it_is_told_whose_it_is,
                     *boost::unit_test::precondition(needs_somebody_who_may_not_read)) {
    const recording_test::Folder folder;
    fs::permissions(folder.str(), fs::perms::all);
    const UniqueName name("unreadable");
    make_empty_file(path_of(name.str()));
    const bool is_root = geteuid() == 0;
    fs::permissions(path_of(name.str()), fs::perms::none);
    handoff::testing::run_in_child(
        [&](Checkpoints&) {
            if (is_root) BOOST_TEST_REQUIRE(tool_test::become_another_user());
            for (Call call : calls()) {
                if (call.words[1] == "doctor") continue;
                BOOST_TEST_CONTEXT(call.words[0] << " " << call.words[1]) {
                    Program program = started(call.words, name.str(), folder / "file");
                    const bool lists = !call.text.empty();
                    check_result(program, call.code == 0 ? 0 : 6,
                                 lists ? "code=\"permission_denied\"" : "permission denied");
                    if (!lists) TOOL_TEST_CONTAINS(program.output() + program.errors(), "mode 0000, you are uid");
                }
            }
            Program doctor = tool({"doctor"});
            BOOST_TEST(doctor.wait(handoff::testing::scaled(30s)).signal == 0);
            TOOL_TEST_CONTAINS(doctor.output(),
                               "[note] " + name.str() + ": permission denied for " + path_of(name.str()));
            Program clean = tool({"clean", name.str() + "*"});
            check_result(clean, 0, name.str() + ": left alone: permission denied");
            if (!is_root) return;  // its owner may remove it
            Program plain = tool({"rm", name.str()});
            check_result(plain, 6, "permission denied");
            Program forced = tool({"rm", "--force", name.str()});
            check_result(forced, 6, "cannot be removed by you");
        },
        handoff::testing::scaled(120s));
    BOOST_TEST(fs::exists(path_of(name.str())) == true);
}

BOOST_AUTO_TEST_SUITE_END()
