/* handoff in C: what all patterns share. Include <handoff/handoff.h>, which has the rules. */
#ifndef HANDOFF_C_COMMON_H
#define HANDOFF_C_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HANDOFF_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* ---- versions ---------------------------------------------------------------------------------------------------- */

/* Grows with every change of this interface that breaks a compiled program; additions do not change it. */
#define HANDOFF_ABI_VERSION 4u
/* HANDOFF_ABI_VERSION of the loaded library: compare the two if you load the library at run time. */
HANDOFF_API uint32_t handoff_abi_version(void);
/* Version of the bytes in shared memory: processes that share a segment need the same. */
HANDOFF_API uint32_t handoff_layout_version(void);
/* "1.2.3" */
HANDOFF_API const char* handoff_version(void);

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/* One of the HANDOFF_... below. The numbers are stable, and those of handoff::Errc. */
typedef int32_t handoff_status;

enum {
    HANDOFF_OK = 0,
    /* generated from describe/handoff.toml: Errc */
    HANDOFF_TIMED_OUT = 1,        /* the deadline passed; the message names the holders */
    HANDOFF_FULL = 2,             /* no free slot at this moment */
    HANDOFF_EMPTY = 3,            /* nothing to take at this moment */
    HANDOFF_END_OF_STREAM = 4,    /* every sender or publisher has left and nothing is unread */
    HANDOFF_FAILED = 5,           /* the receiver reported it, or died editing the frame in place */
    HANDOFF_GIVEN_UP = 6,         /* delivered max_deliveries times, and no receiver survived it */
    HANDOFF_TOO_LARGE = 7,        /* does not fit into the slot, or into the buffer */
    HANDOFF_INVALID_ARGUMENT = 8, /* an invalid option, name or description */
    HANDOFF_INVALID_HANDLE = 9,   /* not open, already finished, or inherited through fork */
    HANDOFF_NO_SUCH_SEGMENT = 10, /* no segment of that name exists */
    HANDOFF_ALREADY_EXISTS = 11,  /* creation was asked for, but the name exists */
    HANDOFF_WRONG_KIND = 12,      /* the segment of that name is of another kind */
    HANDOFF_WRONG_VERSION = 13,   /* built by another layout version or another build of handoff */
    HANDOFF_NOT_A_SEGMENT = 14,   /* a file of that name exists, but handoff did not make it, or it was cut short */
    /* the existing segment does not fit what was asked for; the message names the fields */
    HANDOFF_MISMATCH = 15,
    HANDOFF_PERMISSION_DENIED = 16,     /* the rights of the segment do not let this process in */
    HANDOFF_NO_SPACE = 17,              /* shared memory, RAM or the cgroup cannot give what is needed */
    HANDOFF_TOO_MANY_PARTICIPANTS = 18, /* every place for a participant is taken */
    HANDOFF_DAMAGED = 19,               /* bytes in the segment contradict each other; nothing was touched */
    HANDOFF_OWNERSHIP_LOST = 20,        /* the slot is no longer ours: another process wrote into the segment */
    HANDOFF_SYSTEM = 21,                /* a system call failed; the message has the system's text */
    /* its name was removed from /dev/shm while it was in use (rm, logind): open it again */
    HANDOFF_REMOVED = 22,
    HANDOFF_STOPPED = 23 /* a stop was requested: nothing was taken, nothing is lost */
    /* end of generated */
};

/* The message of the last error in this thread: what failed, why, and what to do next; "" before the first one. Valid
 * until the next error in this thread. Successful calls do not change it. */
HANDOFF_API const char* handoff_last_error(void);
/* "timed_out", "full", ...; "unknown" for any other number. */
HANDOFF_API const char* handoff_status_name(handoff_status status);

/* ---- waiting, opening -------------------------------------------------------------------------------------------- */

#define HANDOFF_NOW ((int64_t)0)
#define HANDOFF_FOREVER INT64_MAX

/* For every 32-bit number of a shape: asks for nothing. An existing segment may have any value, a new one gets the
 * default. The init functions set it. For sizes in bytes 0 means the same, for `group` NULL or "".
 * An existing segment must have what is asked for: sizes and counts at least as large, max_deliveries, in_place and
 * sync equal. A segment that does not fit is replaced if no live process uses it, nothing in it is unread and it is
 * not persistent; otherwise MISMATCH. lifetime, mode and group are the creator's: asking for others is no error. */
#define HANDOFF_NOT_GIVEN UINT32_MAX

/* How a waiting thread spends its time before it sleeps. */
enum {
    /* generated from describe/handoff.toml: WaitPolicy */
    HANDOFF_WAIT_BUSY = 0,     /* never sleeps: the lowest latency, one core at 100 % */
    HANDOFF_WAIT_BALANCED = 1, /* spins for some microseconds if a core is free to do so, then sleeps (default) */
    HANDOFF_WAIT_SLEEP = 2     /* sleeps at once: the least CPU */
    /* end of generated */
};

/* Create, attach, or both. */
enum {
    /* generated from describe/handoff.toml: Open */
    HANDOFF_CREATE_OR_ATTACH = 0, /* attach if it exists, otherwise create it, which needs a size (default) */
    HANDOFF_CREATE = 1,           /* fail with already_exists if the name exists, even if no process uses it */
    HANDOFF_ATTACH = 2            /* fail with no_such_segment if it does not exist */
    /* end of generated */
};

/* How exact the timestamps are that a handle writes into messages. */
enum {
    /* generated from describe/handoff.toml: Timestamps */
    HANDOFF_TIMESTAMPS_EXACT = 0, /* to a microsecond, mostly to 0.1 us (default) */
    /* to a few milliseconds: cheaper where exact ones cannot come from the cycle counter; keeps no histograms */
    HANDOFF_TIMESTAMPS_COARSE = 1
    /* end of generated */
};

/* On what the processes of a segment sleep. */
enum {
    /* generated from describe/handoff.toml: Sync */
    HANDOFF_SYNC_FUTEX = 0, /* a word that no death can break (default) */
    /* Boost's interprocess_mutex and interprocess_condition, the classic design, to compare and to teach. A process
     * that is killed while it holds one, or sleeps on one, can make all others hang for ever, `handoff clean` too, and
     * so can arbitrary bytes. Every notification wakes all. Stops and wait_any are served each millisecond, descriptors
     * too, but one that is idle each tenth of a second. */
    HANDOFF_SYNC_BOOST = 1
    /* end of generated */
};

/* When the segment's name is removed. */
enum {
    /* generated from describe/handoff.toml: Lifetime */
    HANDOFF_UNTIL_LAST_LEAVES = 0, /* by the last participant that leaves, unless something is still unread (default) */
    HANDOFF_PERSISTENT = 1         /* by hand, or when the machine restarts */
    /* end of generated */
};

/* Enough for every name of a segment, with its NUL. */
#define HANDOFF_NAME_BYTES 256

/* ---- ending a wait early ----------------------------------------------------------------------------------------- */

/* Ends waits: each wait, and each opening, can be given one (NULL: none). After handoff_stop_request every wait with it
 * returns HANDOFF_STOPPED, at once, and so do those that begin later; nothing is lost. Any number of waits in any
 * threads may share one. Drop it when no wait uses it any more. */
typedef struct handoff_stop handoff_stop;

/* SYSTEM (no memory). */
HANDOFF_API handoff_status handoff_stop_new(handoff_stop** stop);
/* One that SIGINT (Ctrl-C) and SIGTERM request, too; several of them may exist. Installs a handler for each of the two;
 * its effect on the process: handoff::stop_on_signals() in <handoff/wait.hpp>. SYSTEM. */
HANDOFF_API handoff_status handoff_stop_on_signals(handoff_stop** stop);
/* Wakes every wait that has it. Any thread, but no signal handler. INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_stop_request(handoff_stop* stop);
/* True after handoff_stop_request, or after one of the signals. */
HANDOFF_API bool handoff_stop_requested(const handoff_stop* stop);
/* Frees it; requests nothing. */
HANDOFF_API void handoff_stop_drop(handoff_stop** stop);

/* ---- options of a handle ----------------------------------------------------------------------------------------- */

/* How a handle opens a segment and behaves: the same for all patterns. NULL: the defaults. Begin with
 * handoff_handle_options_init. */
typedef struct handoff_handle_options {
    /* generated from describe/handoff.toml: HandleOptions */
    size_t size; /* sizeof(handoff_handle_options) */
    /* how long to wait for a segment that does not exist yet and may not be created here (or HANDOFF_FOREVER; default
     * 0) */
    int64_t attach_timeout_ns;
    const handoff_stop* attach_stop; /* ends that wait: opening fails with stopped */
    /* HANDOFF_CREATE_OR_ATTACH or HANDOFF_CREATE or HANDOFF_ATTACH: create, attach, or both (default
     * create_or_attach) */
    uint32_t open;
    uint32_t wait;       /* HANDOFF_WAIT_...: how this handle waits (default balanced) */
    uint32_t timestamps; /* HANDOFF_TIMESTAMPS_...: how exact this handle's timestamps are (default exact) */
    uint32_t prefault;   /* 1: map all pages when opening: a slower start, no page faults later */
    /* 1: what this handle receives lies in a second, read-only mapping of the segment, so that the kernel ends a
     * process that writes there */
    uint32_t protect_payloads;
    uint32_t reserved; /* 0 */
    /* end of generated */
} handoff_handle_options;

/* generated from describe/handoff.toml: init HandleOptions */
static inline void handoff_handle_options_init(handoff_handle_options* options) {
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
    options->open = HANDOFF_CREATE_OR_ATTACH;
    options->wait = HANDOFF_WAIT_BALANCED;
    options->timestamps = HANDOFF_TIMESTAMPS_EXACT;
}
/* end of generated */

/* ---- waiting for several things ---------------------------------------------------------------------------------- */

/* Something to wait for: made by handoff_receiver_waitable and its like. Keeps its segment attached. */
typedef struct handoff_waitable handoff_waitable;

/* Waits until at least one of `count` is ready (a message, a newer value, an answer, a free slot, the end of its
 * stream, its name removed: the handle then answers REMOVED) and stores its index; of several, the first. Another
 * thread or process may take it before you do: expect HANDOFF_EMPTY. TIMED_OUT, STOPPED, INVALID_ARGUMENT (nothing to
 * wait for), INVALID_HANDLE (one of them was inherited through fork). */
HANDOFF_API handoff_status handoff_wait_any(const handoff_waitable* const* waitables, size_t count, int64_t timeout_ns,
                                            const handoff_stop* stop, size_t* index);
/* True if the handle's try_... would not return HANDOFF_EMPTY at this moment. */
HANDOFF_API bool handoff_waitable_was_ready(const handoff_waitable* waitable);
/* Its handle stays open. */
HANDOFF_API void handoff_waitable_drop(handoff_waitable** waitable);

/* ---- truncated segments ------------------------------------------------------------------------------------------ */

/* From now on a truncated segment is HANDOFF_DAMAGED in this process, instead of its end by SIGBUS. Installs a handler
 * for SIGBUS; its effect on the process: <handoff/truncation.hpp>. SYSTEM. */
HANDOFF_API handoff_status handoff_handle_sigbus(void);

#ifdef __cplusplus
}
#endif
#endif
