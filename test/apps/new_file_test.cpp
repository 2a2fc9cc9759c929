// A name always holds a whole file, the new one or the older one, whatever fails: the disk, the program, its folder.
#include "cli/new_file.hpp"

#include "apps/fixture.hpp"
#include "sender/inputs.hpp"
#include "testing/streams.hpp"

#include <handoff/channel.hpp>
#include <handoff/error.hpp>

#include <boost/test/unit_test.hpp>

#include <opencv2/imgcodecs.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace new_file {

using namespace apps_test;
using namespace std::chrono_literals;
using handoff::Errc;
using handoff::Error;
using handoff::apps::is_partial_file;
using handoff::apps::NewFile;
using handoff::testing::Program;
using handoff::testing::run_in_child;
using handoff::testing::UniqueName;
using Older = NewFile::Older;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(const std::string& path) {
    const auto bytes = read_file(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write(const std::string& path, const std::string& text, Older older = Older::replaced) {
    NewFile file(path, older);
    file.append(bytes_of(text));
    file.place();
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    BOOST_TEST_REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

/// It throws an Error of this kind with this text.
template <class Work>
void check_refused(const Work& work, Errc code, const std::string& words) {
    BOOST_CHECK_EXCEPTION(work(), Error, [&](const Error& error) {
        BOOST_TEST(std::string(error.what()).find(words) != std::string::npos, error.what());
        return error.code() == code;
    });
}

/// As root nothing is forbidden.
void be_nobody() {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0) BOOST_REQUIRE_EQUAL(::setresuid(nobody, nobody, nobody), 0);
}

boost::test_tools::assertion_result may_give_files_away(boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result may(::geteuid() == 0);
    may.message() << "only root gives files away";
    return may;
}

Names names_in(const std::string& folder) {
    Names names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    return names;
}

/// Looks all the time: it is there for a few milliseconds.
void wait_for_the_first_file_in(const std::string& folder) {
    const auto is_begun = [&] {
        const Names names = fs::exists(folder) ? names_in(folder) : Names{};
        return std::ranges::any_of(names, [](const std::string& name) { return !name.starts_with("."); });
    };
    const auto deadline = std::chrono::steady_clock::now() + handoff::testing::scaled(30s);
    while (!is_begun())
        if (std::chrono::steady_clock::now() > deadline) BOOST_FAIL("no file in " << folder);
}

bool is_whole_png(const std::string& path) {
    const std::string text = text_of(path);
    return text.size() > 12 && text.substr(text.size() - 8, 4) == "IEND";
}

}  // namespace new_file

BOOST_AUTO_TEST_SUITE(new_file)

BOOST_AUTO_TEST_CASE(it_has_its_name_when_it_is_whole) {
    const Folder folder;
    for (const std::string older : {"", "older"}) {
        if (!older.empty()) write_file(folder / "p.png", bytes_of(older));
        NewFile file(folder / "p.png", Older::replaced);
        file.append(bytes_of("one "));
        file.append(bytes_of("two"));
        BOOST_TEST(folder.files().size() == (older.empty() ? 1U : 2U));
        BOOST_TEST(is_partial_file(file.current_path()));
        BOOST_TEST(text_of(file.current_path()) == "one two");
        if (older.empty())
            BOOST_TEST(!fs::exists(folder / "p.png"));
        else
            BOOST_TEST(text_of(folder / "p.png") == older);
        file.place();
        BOOST_TEST(file.current_path() == folder / "p.png");
        BOOST_TEST(folder.files() == Names{"p.png"}, boost::test_tools::per_element());
        BOOST_TEST(text_of(folder / "p.png") == "one two");
        fs::remove(folder / "p.png");
    }
}

BOOST_AUTO_TEST_CASE(what_was_not_placed_goes_away_unless_it_is_left) {
    const Folder folder;
    write_file(folder / "p.png", bytes_of("older"));
    { NewFile(folder / "p.png", Older::replaced).append(bytes_of("newer")); }
    BOOST_TEST(folder.files() == Names{"p.png"}, boost::test_tools::per_element());
    {
        NewFile file(folder / "p.png", Older::replaced);
        file.append(bytes_of("newer"));
        file.leave_partial();
    }
    BOOST_TEST(text_of(folder / "p.png") == "older");
    BOOST_TEST_REQUIRE(folder.files().size() == 2U);
    BOOST_TEST(text_of(folder / folder.files()[1]) == "newer");
}

BOOST_AUTO_TEST_CASE(what_the_disk_does_not_take_is_told_and_the_older_file_stays) {
    const Folder folder;
    write_file(folder / "p.png", bytes_of("older"));
    run_in_child([&](handoff::testing::Checkpoints&) {
        const rlimit limit{10'000, 10'000};
        BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_FSIZE, &limit), 0);
        std::signal(SIGXFSZ, SIG_IGN);
        NewFile file(folder / "p.png", Older::replaced);
        file.append(bytes_of(std::string(9'000, 'a')));
        check_refused([&] { file.append(bytes_of(std::string(9'000, 'b'))); }, Errc::system, "File too large");
        BOOST_TEST(file.size() == 9'000U);
        BOOST_TEST(text_of(file.current_path()) == std::string(9'000, 'a'));
    });
    BOOST_TEST(folder.files() == Names{"p.png"}, boost::test_tools::per_element());
    BOOST_TEST(text_of(folder / "p.png") == "older");
}

BOOST_AUTO_TEST_CASE(what_a_killed_program_leaves_is_no_input) {
    const Folder folder;
    write_file(folder / "p.png", bytes_of("older"));
    handoff::testing::Child writer([&](handoff::testing::Checkpoints& checkpoints) {
        NewFile file(folder / "p.png", Older::replaced);
        file.append(bytes_of("half"));
        checkpoints.stop_at("half");
    });
    writer.wait_for("half");
    writer.kill();
    BOOST_TEST(text_of(folder / "p.png") == "older");
    const Names names = folder.files();
    BOOST_TEST_REQUIRE(names.size() == 2U);
    BOOST_TEST(is_partial_file(names[1]), names[1]);
    BOOST_TEST(names[1].starts_with("p.png."), names[1]);
    const auto list = handoff::apps::sender::list_inputs({folder.str()});
    BOOST_TEST_REQUIRE(list.inputs.size() == 1U);
    BOOST_TEST(list.inputs[0].path == folder / "p.png");
}

BOOST_AUTO_TEST_CASE(links_are_followed_and_stay) {
    const Folder folder;
    fs::create_directory(folder / "there");
    write_file(folder / "there/p.png", bytes_of("older"));
    fs::create_symlink("there/p.png", folder / "relative.png");
    fs::create_symlink(folder / "relative.png", folder / "absolute.png");
    fs::create_symlink("there/new.png", folder / "dangling.png");
    for (const std::string link : {"relative.png", "absolute.png"}) {
        write(folder / link, link);
        BOOST_TEST(fs::is_symlink(folder / link));
        BOOST_TEST(text_of(folder / "there/p.png") == link);
    }
    write(folder / "dangling.png", "new", Older::kept);
    BOOST_TEST(fs::is_symlink(folder / "dangling.png"));
    BOOST_TEST(text_of(folder / "there/new.png") == "new");
    fs::create_symlink("circle.png", folder / "circle.png");
    check_refused([&] { write(folder / "circle.png", ""); }, Errc::system, "Too many levels of symbolic links");
}

BOOST_AUTO_TEST_CASE(pipes_devices_and_open_files_are_written_directly) {
    const Folder folder;
    const std::string pipe = folder / "pipe";
    BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    check_refused([&] { write(pipe, "text"); }, Errc::system, "No process reads from that pipe");
    Program reader("/bin/cat", {pipe});
    HANDOFF_REQUIRE_EVENTUALLY([&] {
        try {
            write(pipe, "text");
            return true;
        } catch (const Error&) {  // cat has not opened it yet
            return false;
        }
    }());
    require_exit(reader, 0);
    BOOST_TEST(reader.output() == "text");
    check_refused([] { write("/dev/full", "text"); }, Errc::no_space, "No space left on device");
    BOOST_TEST(folder.files() == Names{"pipe"}, boost::test_tools::per_element());

    // As with `> file`: the file that is open is written, not another one in its place.
    const std::string path = folder / "open";
    write_file(path, bytes_of("older, and longer"));
    std::FILE* open = std::fopen(path.c_str(), "r+");
    BOOST_TEST_REQUIRE(open != nullptr);
    fs::create_hard_link(path, folder / "same");
    write("/proc/self/fd/" + std::to_string(::fileno(open)), "text");
    std::fclose(open);
    BOOST_TEST(text_of(folder / "same") == "text");
    BOOST_TEST(folder.files() == (Names{"open", "pipe", "same"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_new_file_has_the_rights_of_the_older_one) {
    const Folder folder;
    run_in_child([&](handoff::testing::Checkpoints&) {
        ::umask(022);
        write(folder / "new", "");
        BOOST_TEST(mode_of(folder / "new") == 0644U);
        for (const mode_t mode : {0600U, 0666U, 0640U}) {
            BOOST_REQUIRE_EQUAL(::chmod((folder / "new").c_str(), mode), 0);
            write(folder / "new", "newer");
            BOOST_TEST(mode_of(folder / "new") == mode);
        }
    });
}

BOOST_AUTO_TEST_CASE(the_new_file_belongs_to_whom_the_older_one_belonged,
                     *boost::unit_test::precondition(may_give_files_away)) {
    const Folder folder;
    write_file(folder / "theirs", bytes_of("older"));
    BOOST_REQUIRE_EQUAL(::chown((folder / "theirs").c_str(), 1234, 4321), 0);
    write(folder / "theirs", "newer");
    struct stat status {};
    BOOST_REQUIRE_EQUAL(::stat((folder / "theirs").c_str(), &status), 0);
    BOOST_TEST(status.st_uid == 1234U);
    BOOST_TEST(status.st_gid == 4321U);
}

BOOST_AUTO_TEST_CASE(a_file_that_may_not_be_written_is_not_replaced) {
    const Folder folder;
    write_file(folder / "p.png", bytes_of("older"));
    fs::permissions(folder / "p.png", fs::perms(0444));
    fs::create_directory(folder / "closed");
    write_file(folder / "closed/p.png", bytes_of("older"));
    fs::permissions(folder / "closed/p.png", fs::perms(0666));
    fs::permissions(folder / "closed", fs::perms(0555));
    fs::permissions(folder.str(), fs::perms(0777));
    run_in_child([&](handoff::testing::Checkpoints&) {
        be_nobody();
        check_refused([&] { write(folder / "p.png", "newer"); }, Errc::permission_denied,
                      "cannot write " + folder / "p.png" + ": Permission denied");
        check_refused([&] { write(folder / "closed/p.png", "newer"); }, Errc::permission_denied,
                      "its folder takes no new file");
    });
    fs::permissions(folder / "closed", fs::perms(0755));
    BOOST_TEST(text_of(folder / "p.png") == "older");
    BOOST_TEST(text_of(folder / "closed/p.png") == "older");
    check_refused([&] { write(folder.str(), ""); }, Errc::system, "Is a directory");
    check_refused([&] { write(folder / "no/such", ""); }, Errc::system, "No such file or directory");
}

BOOST_AUTO_TEST_CASE(the_longest_names_have_room_for_what_is_not_finished) {
    const Folder folder;
    std::string name(255, 'n');
    for (std::size_t i = 1; i + 1 < name.size(); i += 2) name.replace(i, 2, "\u00e9");  // cut in the middle, or not
    for (const std::string& longest : {name, "ab" + name.substr(0, 253)}) {
        NewFile file(folder / longest, Older::replaced);
        const auto kept = fs::path(file.current_path()).stem().stem().string();
        BOOST_TEST(longest.starts_with(kept));
        BOOST_TEST((static_cast<unsigned char>(longest[kept.size()]) & 0xc0U) != 0x80U, "half a character: " << kept);
        file.place();
        BOOST_TEST(fs::exists(folder / longest));
    }
    check_refused([&] { NewFile(folder / (name + "n"), Older::replaced); }, Errc::system, "File name too long");
}

BOOST_AUTO_TEST_CASE(what_appears_meanwhile_is_not_lost) {
    const Folder folder;
    NewFile refused(folder / "p", Older::kept);
    NewFile numbered(folder / "p", Older::avoided);
    refused.append(bytes_of("refused"));
    numbered.append(bytes_of("numbered"));
    fs::create_symlink("nowhere", folder / "p-2");
    write_file(folder / "p", bytes_of("meanwhile"));
    check_refused([&] { refused.place(); }, Errc::already_exists, "File exists");
    check_refused([&] { NewFile(folder / "p", Older::kept); }, Errc::already_exists, "File exists");
    BOOST_TEST(!numbered.place_as(folder / "p"));
    BOOST_TEST(!numbered.place_as(folder / "p-2"));
    BOOST_TEST(numbered.place_as(folder / "p-3"));
    BOOST_TEST(text_of(folder / "p") == "meanwhile");
    BOOST_TEST(text_of(folder / "p-3") == "numbered");
}

BOOST_AUTO_TEST_CASE(a_saved_picture_that_does_not_fit_leaves_the_older_one) {
    const Folder folder;
    const UniqueName name("full");
    fs::create_directory(folder / "saved");
    make_picture(folder / "saved/p.png", 1, 64, 48);
    const auto older = read_file(folder / "saved/p.png");
    make_picture(folder / "p.jpg", 2, 640, 480);
    // The segment is there already: the sender may make small files only.
    const handoff::Sender keeper(name, {.slot_count = 2, .payload_bytes = 640 * 480 * 3, .reply_bytes = 640 * 480 * 3});
    Program working = receiver({"--channel", name.str(), "--operation", "flip", "--quiet", "--stay"});
    Program saving = handoff::test::start_with({"ulimit -f 100;", ""}, HANDOFF_BIN_DIR "/sender",
                                               {"--channel", name.str(), "--save", folder / "saved", folder / "p.jpg"});
    require_exit(saving, 1);
    BOOST_TEST(saving.errors().find("File too large") != std::string::npos, saving.errors());
    BOOST_TEST(names_in(folder / "saved") == Names{"p.png"}, boost::test_tools::per_element());
    BOOST_TEST((read_file(folder / "saved/p.png") == older));
    working.kill();
}

BOOST_AUTO_TEST_CASE(a_receiver_that_is_killed_while_it_writes_leaves_whole_pictures) {
    const Folder folder;
    const UniqueName name("killed");
    fs::create_directory(folder / "in");
    make_picture(folder / "in/0.png", 3, 3000, 2000);
    for (const std::string more : {"1", "2", "3", "4", "5"})  // so that something is left for the next receiver
        fs::copy_file(folder / "in/0.png", folder / ("in/" + more + ".png"));
    Program working = receiver({"--channel", name.str(), "--operation", "flip", "--out", folder / "out", "--quiet"});
    Program feeding =
        sender({"--channel", name.str(), "--wait-receiver", "60s", "--timeout", "60s", "--quiet", folder / "in"});
    wait_for_the_first_file_in(folder / "out");
    working.kill();
    Program next = receiver({"--channel", name.str(), "--operation", "flip", "--out", folder / "out", "--quiet"});
    require_exit(feeding, 0);
    require_exit(next, 0);
    std::size_t pictures = 0;
    for (const std::string& file : names_in(folder / "out")) {
        if (is_partial_file(file)) continue;
        ++pictures;
        BOOST_TEST(is_whole_png(folder / ("out/" + file)), file << " is not whole");
    }
    BOOST_TEST(pictures >= 1U);
}

BOOST_AUTO_TEST_SUITE_END()
