// The tool, run by another user.
#pragma once

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

namespace tool_test {

/// For a process that is root: another user for good.
inline bool become_another_user() {
    return setuid(65534) == 0;
}

/// Precondition. A checkout in a home of mode 0700 is closed to all others, and so are the programs in it.
inline boost::test_tools::assertion_result needs_a_tool_for_other_users(boost::unit_test::test_unit_id) {
    const pid_t child = fork();
    if (child == 0) _exit(become_another_user() && access(HANDOFF_BIN_DIR "/handoff", X_OK) == 0 ? 0 : 1);
    int status = -1;
    boost::test_tools::assertion_result result(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    result.message() << "skipped: needs root, and a checkout that other users may enter";
    return result;
}

}  // namespace tool_test
