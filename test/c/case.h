/* The smallest harness that a C test needs: checks that end the case, and a list of cases. */
#ifndef HANDOFF_TEST_C_CASE_H
#define HANDOFF_TEST_C_CASE_H

#include <handoff/handoff.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the case where the condition does not hold. */
#define CHECK(condition)                                                                        \
    do {                                                                                        \
        if (!(condition)) {                                                                     \
            fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                            \
        }                                                                                       \
    } while (0)
/* Ends the case where a call is refused, or refused for another reason than expected. */
#define ANSWERS(expected, call)                                                                                    \
    do {                                                                                                           \
        const handoff_status got_ = (call);                                                                        \
        if (got_ != (expected)) {                                                                                  \
            fprintf(stderr, "%s:%d: %s answers %s, not %s; the last refusal was: %s\n", __FILE__, __LINE__, #call, \
                    handoff_status_name(got_), handoff_status_name(expected), handoff_last_error());               \
            exit(1);                                                                                               \
        }                                                                                                          \
    } while (0)
#define GOOD(call) ANSWERS(HANDOFF_OK, call)
#define SAYS(words)                                                                               \
    do {                                                                                          \
        if (strstr(handoff_last_error(), words) == NULL) {                                        \
            fprintf(stderr, "%s:%d: the sentence has no \"%s\": %s\n", __FILE__, __LINE__, words, \
                    handoff_last_error());                                                        \
            exit(1);                                                                              \
        }                                                                                         \
    } while (0)

#define SECONDS(count) ((int64_t)(count)*1000000000)

struct test_case {
    const char* name;
    void (*run)(const char* segment); /* gets a unique segment name */
};
extern const struct test_case channel_cases[], topic_cases[], latest_cases[], abi_guard_cases[], stop_cases[];

/* Runs `body` in a child process; returns its pid. */
int start_child(void (*body)(const char* segment), const char* segment);
/* Ends the case unless the child ends well. */
void join_child(int pid);
/* Kills the child with SIGKILL, and returns when it is gone. */
void kill_child(int pid);

#endif
