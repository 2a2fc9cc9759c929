// doctor and clean where nothing is but what the test put there: on a /dev/shm of their own.
#include "tool/other_user.hpp"
#include "tool/tool.hpp"

namespace own_shm_test {

using namespace tool_test;

const std::string enter = "$(test $(id -u) = 0 && echo unshare -m || echo unshare -r -m) sh -c ";

/// Runs it with the tool on the PATH and a /dev/shm of that size, which goes with it. What it wrote to stdout.
std::string in_own_shm(const std::string& size, const std::string& script) {
    Program shell("/bin/sh",
                  {"-c", "export script PATH; exec " + enter + "'mount -t tmpfs -o size=" + size +
                             ",mode=1777 none /dev/shm && eval \"$script\"'"},
                  {.environment = {"PATH=" HANDOFF_BIN_DIR ":/usr/sbin:/usr/bin:/sbin:/bin", "script=" + script}});
    const auto exit = shell.wait(soon);
    BOOST_TEST(exit.ok(), exit.text() << "\n" << shell.output() << shell.errors());
    return shell.output();
}

boost::test_tools::assertion_result needs_own_mounts(boost::unit_test::test_unit_id) {
    Program probe("/bin/sh", {"-c", enter + "'mount -t tmpfs -o size=1m none /dev/shm'"});
    boost::test_tools::assertion_result result(probe.wait(soon).ok());
    result.message() << "skipped: needs unshare and a mount namespace (root, or user namespaces)";
    return result;
}

}  // namespace own_shm_test

BOOST_AUTO_TEST_SUITE(own_shm_test)

BOOST_AUTO_TEST_CASE(doctor_names_who_fills_the_shared_memory, *boost::unit_test::precondition(needs_own_mounts)) {
    const std::string fill =
        "cd /dev/shm; head -c 5000000 /dev/zero > torch_42; mkdir deep; "
        "head -c 2000000 /dev/zero > deep/psm_7; head -c 700000 /dev/zero > \"$(printf 'a\\tb')\"; "
        "truncate -s 100m sparse; for i in 1 2 3 4; do echo x > small$i; done; handoff doctor; ";
    const std::string full = in_own_shm("8m", fill + "test $? = 1");
    TOOL_TEST_CONTAINS(full, "[bad] shared memory: /dev/shm has");
    TOOL_TEST_CONTAINS(full, "the largest: torch_42 (5.0 MB, ");
    TOOL_TEST_CONTAINS(full, "), deep/psm_7 (2.0 MB, ");
    TOOL_TEST_CONTAINS(full, "), a?b (");
    TOOL_TEST_CONTAINS(full, " more with ");
    BOOST_TEST(!contains(full, "removed and are still mapped"));
    const std::string gone =
        in_own_shm("8m", "cd /dev/shm; exec 9> gone; rm gone; head -c 8000000 /dev/zero >&9; handoff doctor; true");
    TOOL_TEST_CONTAINS(gone,
                       "no file is there that you may see; 8.0 MB in files that were removed and are still mapped");
    BOOST_TEST(!contains(in_own_shm("80m", fill + "true"), "torch_42"));  // not full
}

boost::test_tools::assertion_result needs_both(boost::unit_test::test_unit_id test) {
    auto mounts = needs_own_mounts(test);
    return mounts ? needs_a_tool_for_other_users(test) : mounts;
}

/// The findings of doctor about the machine that runs the test are the same before and after.
BOOST_AUTO_TEST_CASE(segments_of_others_are_no_error, *boost::unit_test::precondition(needs_both)) {
    const std::string stranger = "setpriv --reuid=65534 --clear-groups ";
    const std::string told =
        in_own_shm("80m", stranger +
                              "handoff doctor > /dev/null; before=$?; "
                              "echo x | handoff send secret --kind topic --persistent 2> /dev/null || exit 9; " +
                              stranger + "handoff doctor; test $? = $before || exit 8; " + stranger +
                              "handoff clean 2>&1 || exit 7; " + stranger + "handoff clean secret 2>&1; test $? = 6");
    TOOL_TEST_CONTAINS(told, "[note] secret: permission denied");
    TOOL_TEST_CONTAINS(told, "secret: left alone: permission denied");
}

BOOST_AUTO_TEST_SUITE_END()
