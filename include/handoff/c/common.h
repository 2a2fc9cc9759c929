/* handoff in C: what all patterns share. Include <handoff/handoff.h>, which has the rules. */
#ifndef HANDOFF_C_COMMON_H
#define HANDOFF_C_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HANDOFF_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* ---- versions ------------------------------------------------------------------------------------------------- */

/* Grows with every change of this interface that a compiled program would notice; additions do not change it. */
#define HANDOFF_ABI_VERSION 2u
/* HANDOFF_ABI_VERSION of the library that is loaded: compare it where you load the library by hand. */
HANDOFF_API uint32_t handoff_abi_version(void);
/* Of the bytes in shared memory: processes that share a segment need the same. */
HANDOFF_API uint32_t handoff_layout_version(void);
/* "1.2.3" */
HANDOFF_API const char* handoff_version(void);

/* ---- errors --------------------------------------------------------------------------------------------------- */

/* One of the HANDOFF_... below. The numbers are stable, and those of handoff::Errc. */
typedef int32_t handoff_status;

enum {
    HANDOFF_OK = 0,
    HANDOFF_TIMED_OUT = 1,        /* the deadline passed; the sentence says who holds what */
    HANDOFF_FULL = 2,             /* no free slot at this moment */
    HANDOFF_EMPTY = 3,            /* nothing to take at this moment */
    HANDOFF_END_OF_STREAM = 4,    /* every sender or publisher has left and nothing is unread */
    HANDOFF_FAILED = 5,           /* the receiver said so, or died editing the frame in place */
    HANDOFF_GIVEN_UP = 6,         /* delivered max_deliveries times, and no receiver survived it */
    HANDOFF_TOO_LARGE = 7,        /* does not fit into the slot, or into the buffer */
    HANDOFF_INVALID_ARGUMENT = 8, /* an option, a name or a description that makes no sense */
    HANDOFF_INVALID_HANDLE = 9,   /* NULL, already finished, or inherited through fork */
    HANDOFF_NO_SUCH_SEGMENT = 10, /* nothing of that name exists */
    HANDOFF_ALREADY_EXISTS = 11,  /* asked to create what is already there */
    HANDOFF_WRONG_KIND = 12,      /* the segment of that name is of another kind */
    HANDOFF_WRONG_VERSION = 13,   /* built by another layout version or another build of handoff */
    HANDOFF_NOT_A_SEGMENT = 14,   /* a file of that name exists, but handoff did not make it, or it was cut short */
    HANDOFF_MISMATCH = 15,        /* what exists has other sizes than asked for */
    HANDOFF_PERMISSION_DENIED = 16,
    HANDOFF_NO_SPACE = 17, /* shared memory, RAM or the cgroup cannot give what is needed */
    HANDOFF_TOO_MANY_PARTICIPANTS = 18,
    HANDOFF_DAMAGED = 19,        /* bytes in the segment contradict each other; nothing was touched */
    HANDOFF_OWNERSHIP_LOST = 20, /* the slot is no longer ours: another process wrote into the segment */
    HANDOFF_SYSTEM = 21,         /* the operating system refused; the sentence carries its words */
    HANDOFF_REMOVED = 22,        /* its name was removed from /dev/shm while it was in use: open it again */
    HANDOFF_STOPPED = 23         /* a stop was requested: nothing was taken, nothing is lost */
};

/* What was refused last in this thread, why, and what to do next; "" before the first refusal. Valid until the next
 * refusal in this thread. Successful calls leave it alone. */
HANDOFF_API const char* handoff_last_error(void);
/* "timed_out", "full", ...; "unknown" for a number that is none of the above. */
HANDOFF_API const char* handoff_status_name(handoff_status status);

/* ---- waiting, opening ------------------------------------------------------------------------------------------- */

#define HANDOFF_NOW ((int64_t)0)
#define HANDOFF_FOREVER INT64_MAX

/* For every 32-bit number in the options that says what a segment is: asks for nothing. An existing segment may have
 * anything there, a new one gets the default. The ..._OPTIONS_INIT hold it. Of sizes in bytes, 0 means the same, and of
 * `group` NULL or "".
 * What is given must be there in a segment that exists already: sizes and counts at least as large, max_deliveries and
 * in_place equal. A segment that cannot do it is replaced if nobody lives there, nothing in it is unread and it is not
 * persistent; otherwise MISMATCH. lifetime, mode and group are the creator's: others are no error. */
#define HANDOFF_NOT_GIVEN UINT32_MAX

/* How a waiting thread spends its time before it sleeps. */
enum {
    HANDOFF_WAIT_BUSY = 0,     /* never sleeps: the lowest latency, one core at 100 % */
    HANDOFF_WAIT_BALANCED = 1, /* spins for some microseconds if a core is free to do so, then sleeps (default) */
    HANDOFF_WAIT_SLEEP = 2     /* sleeps at once: the least CPU */
};

/* What to do about the name. */
enum {
    HANDOFF_CREATE_OR_ATTACH = 0, /* attach to what is there, create what is not (default) */
    HANDOFF_CREATE = 1,           /* refuse where that name exists, even if nobody uses it */
    HANDOFF_ATTACH = 2            /* refuse where nothing is there */
};

/* How exact the times are that a handle writes into messages. */
enum {
    HANDOFF_TIMESTAMPS_EXACT = 0, /* to the nanosecond (default) */
    HANDOFF_TIMESTAMPS_COARSE = 1 /* to a few milliseconds, for a quarter of the price */
};

/* When the segment's name goes away. */
enum {
    HANDOFF_UNTIL_LAST_LEAVES = 0, /* the last to leave removes it, unless something is still unread (default) */
    HANDOFF_PERSISTENT = 1         /* stays until it is removed by hand or the machine restarts */
};

/* Room for every name that a segment can have, with its NUL. */
#define HANDOFF_NAME_BYTES 256

/* ---- waiting for several things -----------------------------------------------------------------------------------
 */

/* Something to wait for: made by handoff_receiver_waitable and its like. Keeps its segment attached. */
typedef struct handoff_waitable handoff_waitable;

/* Waits until at least one of `count` has something (a message, a newer value, the end of its stream) and stores its
 * index; of several, the first. Somebody else may take it before you do: be ready for HANDOFF_EMPTY.
 * TIMED_OUT, INVALID_ARGUMENT, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_wait_any(const handoff_waitable* const* waitables, size_t count, int64_t timeout_ns,
                                            size_t* index);
/* True if the handle's try_... would not answer HANDOFF_EMPTY at this moment. */
HANDOFF_API bool handoff_waitable_was_ready(const handoff_waitable* waitable);
HANDOFF_API void handoff_waitable_drop(handoff_waitable** waitable);

/* ---- segments that somebody cuts short ------------------------------------------------------------------------------
 */

/* From now on a segment whose file was cut short is HANDOFF_DAMAGED in this process, and not its end by SIGBUS.
 * Installs a handler for SIGBUS; what it means to the process stands in <handoff/truncation.hpp>. SYSTEM. */
HANDOFF_API handoff_status handoff_survive_truncation(void);

#ifdef __cplusplus
}
#endif
#endif
