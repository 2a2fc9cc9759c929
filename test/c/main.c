/* test_c_interface [--list_content | --run_test=NAME]: runs each case in a process of its own, and removes what it
 * left behind. The two options are those of Boost.Test that cmake/list_test_cases.cmake uses. */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

static const struct test_case* const suites[] = {channel_cases, topic_cases, latest_cases, abi_guard_cases, stop_cases};
enum { suite_count = sizeof suites / sizeof suites[0] };

static int wait_for(int pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) != pid) continue;
    return status;
}

int start_child(void (*body)(const char* segment), const char* segment) {
    fflush(stdout); /* or the child prints it once more */
    const int pid = fork();
    CHECK(pid >= 0);
    if (pid != 0) return pid;
    body(segment);
    exit(0);
}

void join_child(int pid) {
    CHECK(wait_for(pid) == 0);
}

void kill_child(int pid) {
    CHECK(kill(pid, SIGKILL) == 0);
    CHECK(WIFSIGNALED(wait_for(pid)));
}

static void remove_file(const char* segment) {
    char path[256];
    snprintf(path, sizeof path, "/dev/shm/handoff.%s", segment);
    unlink(path);
}

static int run_case(const struct test_case* one) {
    char segment[128];
    snprintf(segment, sizeof segment, "c-%s-%d", one->name, (int)getpid());
    const int status = wait_for(start_child(one->run, segment));
    remove_file(segment);
    printf("%s: %s\n", one->name, status == 0 ? "ok" : "FAILED");
    return status == 0 ? 0 : 1;
}

int main(int argc, char** argv) {
    static const char select[] = "--run_test=";
    const char* wanted =
        argc > 1 && strncmp(argv[1], select, sizeof select - 1) == 0 ? argv[1] + sizeof select - 1 : NULL;
    const bool only_list = argc > 1 && strcmp(argv[1], "--list_content") == 0;
    int failures = 0;
    int found = 0;
    for (int suite = 0; suite < suite_count; ++suite) {
        for (const struct test_case* one = suites[suite]; one->name != NULL; ++one) {
            if (wanted != NULL && strcmp(wanted, one->name) != 0) continue;
            ++found;
            if (only_list) printf("%s*\n", one->name);
            if (!only_list) failures += run_case(one);
        }
    }
    if (found == 0) fprintf(stderr, "there is no such case: %s\n", wanted);
    return failures == 0 && found > 0 ? 0 : 1;
}
