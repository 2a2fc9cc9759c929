#include "platform/shm_file.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/refusal.hpp"
#include "platform/scratch_path.hpp"

namespace shm_file_test {

namespace platform = handoff::detail::platform;
using handoff::Errc;
using handoff::test::check_message;
using handoff::test::refusal_of;

constexpr uid_t nobody = 65534;

struct Scratch {
    handoff::test::ScratchPath path;
};

struct stat stat_of(const platform::Descriptor& file) {
    struct stat status {};
    BOOST_TEST_REQUIRE(fstat(file.get(), &status) == 0);
    return status;
}

/// Changes the umask for the life of this object.
class Umask {
public:
    explicit Umask(mode_t mask) : before_(umask(mask)) {}
    Umask(const Umask&) = delete;
    ~Umask() { umask(before_); }

private:
    mode_t before_;
};

}  // namespace shm_file_test

BOOST_FIXTURE_TEST_SUITE(shm_file_test, Scratch)

BOOST_AUTO_TEST_CASE(an_absent_file_is_no_error_and_is_not_made) {
    BOOST_TEST(!platform::open_existing(path));
    BOOST_TEST(!platform::name_exists(path));
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_refused_and_what_it_names_is_not_opened) {
    const handoff::test::ScratchPath target;
    std::ofstream(target.str()) << "precious";
    std::filesystem::create_symlink(target.str(), path.str());
    const auto failure = refusal_of([&] { (void)platform::open_existing(path); });
    HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
    check_message(failure, path.str(), "symbolic link", "remove it");
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_to_nothing_is_refused_and_counts_as_a_name) {
    std::filesystem::create_symlink(path.str() + ".nothing", path.str());
    HANDOFF_TEST_CODE(refusal_of([&] { (void)platform::open_existing(path); }), Errc::not_a_segment);
    BOOST_TEST(platform::name_exists(path));
}

BOOST_AUTO_TEST_CASE(a_directory_is_refused) {
    std::filesystem::create_directory(path.str());
    const auto failure = refusal_of([&] { (void)platform::open_existing(path); });
    HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
    check_message(failure, path.str(), "directory", "remove it");
}

BOOST_AUTO_TEST_CASE(a_pipe_and_a_device_are_refused_without_waiting_for_anybody) {
    BOOST_TEST_REQUIRE(mkfifo(path.str().c_str(), 0600) == 0);
    handoff::testing::run_in_child([&](handoff::testing::Checkpoints&) {
        for (const auto access : {platform::Access::read_write, platform::Access::read_only}) {
            const auto failure = refusal_of([&] { (void)platform::open_existing(path, access); });
            HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
            check_message(failure, path.str(), "named pipe", "remove it");
            check_message(refusal_of([&] { (void)platform::open_existing("/dev/null", access); }), "character device");
        }
    });
}

BOOST_AUTO_TEST_CASE(without_permission_the_sentence_names_owner_mode_and_user) {
    BOOST_TEST_REQUIRE(platform::publish(platform::create_unlinked(64, 0, ""), path));
    handoff::testing::run_in_child([&](handoff::testing::Checkpoints&) {
        const std::string owner = std::to_string(geteuid());
        if (geteuid() == 0) BOOST_TEST_REQUIRE(seteuid(nobody) == 0);
        const auto failure = refusal_of([&] { (void)platform::open_existing(path); });
        HANDOFF_TEST_CODE(failure, Errc::permission_denied);
        check_message(failure, path.str(), "owner uid " + owner + ",", "mode 0000",
                      "you are uid " + std::to_string(geteuid()), "wider mode");
    });
}

BOOST_AUTO_TEST_CASE(an_unknown_group_is_refused_by_name) {
    const auto failure = refusal_of([] { (void)platform::create_unlinked(64, 0660, "no_such_group"); });
    HANDOFF_TEST_CODE(failure, Errc::invalid_argument);
    check_message(failure, "'no_such_group'", "getent group");
}

BOOST_AUTO_TEST_CASE(more_than_the_file_system_can_hold_is_refused) {
    const auto failure = refusal_of([] { (void)platform::create_unlinked(std::uint64_t{1} << 50, 0600, ""); });
    HANDOFF_TEST_CODE(failure, Errc::no_space);
    check_message(failure, std::to_string(std::uint64_t{1} << 50), platform::shm_directory, "No space left");
}

BOOST_AUTO_TEST_CASE(a_taken_name_is_refused_and_keeps_its_file) {
    const auto first = platform::create_unlinked(64, 0600, "");
    const auto second = platform::create_unlinked(64, 0600, "");
    BOOST_TEST(platform::publish(first, path));
    BOOST_TEST(!platform::publish(second, path));
    BOOST_TEST(platform::is_named(path, first.get()));
    BOOST_TEST(!platform::is_named(path, second.get()));
    BOOST_TEST(platform::status_of(platform::open_existing(path).get()).inode ==
               platform::status_of(first.get()).inode);
}

BOOST_AUTO_TEST_CASE(a_name_in_a_folder_that_does_not_exist_is_an_error) {
    const auto file = platform::create_unlinked(64, 0600, "");
    const auto failure = refusal_of([&] { (void)platform::publish(file, path.str() + "/segment"); });
    HANDOFF_TEST_CODE(failure, Errc::system);
    check_message(failure, "naming " + path.str(), "No such file or directory");
}

BOOST_AUTO_TEST_CASE(an_unlinked_file_is_whole_and_zeroed_and_has_no_name) {
    constexpr std::uint64_t size = 1 << 20;
    const auto file = platform::create_unlinked(size, 0600, "");
    const auto status = stat_of(file);
    BOOST_TEST(status.st_nlink == 0u);  // so the kernel frees it with its last descriptor, also after a kill
    BOOST_TEST(static_cast<std::uint64_t>(status.st_size) == size);
    BOOST_TEST(static_cast<std::uint64_t>(status.st_blocks) * 512 >= size, "the memory was not reserved");
    BOOST_TEST((fcntl(file.get(), F_GETFD) & FD_CLOEXEC) != 0);
    std::string bytes(size, 'x');
    BOOST_TEST(pread(file.get(), bytes.data(), size, 0) == static_cast<ssize_t>(size));
    BOOST_TEST((bytes == std::string(size, '\0')));
}

BOOST_AUTO_TEST_CASE(the_mode_is_exactly_the_one_asked_for_whatever_the_umask) {
    for (const mode_t mask : {0077U, 0022U, 0777U, 0U}) {
        const Umask changed(mask);
        for (const std::uint32_t mode : {0600U, 0660U, 0666U, 0640U}) {
            const auto file = platform::create_unlinked(64, mode, "");
            BOOST_TEST(platform::status_of(file.get()).mode == mode);
            BOOST_TEST_REQUIRE(platform::publish(file, path));
            BOOST_TEST(platform::status_of(platform::open_existing(path).get()).mode == mode);
            platform::remove_name(path);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_group_is_the_one_asked_for) {
    const struct group* chosen = getgrgid(getegid());
    if (geteuid() == 0) {  // others can give their files to their own groups only
        setgrent();
        while ((chosen = getgrent()) != nullptr && chosen->gr_gid == getegid()) {
        }
        endgrent();
    }
    BOOST_TEST_REQUIRE(chosen != nullptr);
    const gid_t gid = chosen->gr_gid;
    const auto file = platform::create_unlinked(64, 0660, std::string(chosen->gr_name));
    BOOST_TEST(stat_of(file).st_gid == gid);
    BOOST_TEST(platform::status_of(file.get()).mode == 0660u);
}

BOOST_AUTO_TEST_CASE(a_file_that_took_the_name_is_not_mistaken_for_the_first) {
    const auto first = platform::create_unlinked(64, 0600, "");
    const auto second = platform::create_unlinked(64, 0600, "");
    BOOST_TEST_REQUIRE(platform::publish(first, path));
    platform::remove_name(path);
    BOOST_TEST(!platform::is_named(path, first.get()));
    BOOST_TEST(!platform::name_exists(path));
    BOOST_TEST_REQUIRE(platform::publish(second, path));
    BOOST_TEST(!platform::is_named(path, first.get()));
    BOOST_TEST(platform::name_exists(path));
}

BOOST_AUTO_TEST_CASE(removing_a_name_leaves_the_file_to_those_who_have_it_open) {
    const auto file = platform::create_unlinked(64, 0600, "");
    BOOST_TEST_REQUIRE(platform::publish(file, path));
    platform::remove_name(path);
    platform::remove_name(path);
    BOOST_TEST(platform::status_of(file.get()).size_bytes == 64u);
}

BOOST_AUTO_TEST_SUITE_END()
