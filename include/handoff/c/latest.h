/* handoff in C: latest values. Include <handoff/handoff.h>, which has the rules. What a latest value guarantees, and
 * the options in full: <handoff/latest.hpp>. */
#ifndef HANDOFF_C_LATEST_H
#define HANDOFF_C_LATEST_H

#include <handoff/c/common.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct handoff_latest handoff_latest; /* one value: readers get the newest, always whole */

/* Begin with HANDOFF_LATEST_OPTIONS_INIT. NULL instead of options means its values. */
typedef struct handoff_latest_options {
    size_t size;             /* sizeof(handoff_latest_options) */
    uint64_t capacity_bytes; /* of the value; 0: attach only, never create */
    /* What the value is; HANDOFF_NOT_GIVEN asks for nothing: */
    uint32_t participants; /* handles that may write, attached at once, 2 to 64 (default 16); not read_only ones */
    uint32_t lifetime;     /* HANDOFF_UNTIL_LAST_LEAVES (default) or HANDOFF_PERSISTENT */
    uint32_t mode;         /* rights, octal as in chmod; the umask does not change them (default 0600) */
    /* How this handle opens it and behaves, but for `group` and `sync`: */
    uint32_t read_only; /* 1: no write access (the kernel enforces it); polls once a millisecond while it waits */
    const char* group;  /* group of the segment; NULL or "": the creator's */
    uint32_t open;      /* HANDOFF_CREATE_OR_ATTACH, HANDOFF_CREATE or HANDOFF_ATTACH */
    uint32_t wait;      /* HANDOFF_WAIT_..., of this handle */
    int64_t attach_timeout_ns;       /* how long to wait for a segment that does not exist yet */
    uint32_t timestamps;             /* HANDOFF_TIMESTAMPS_..., of this handle */
    uint32_t sync;                   /* of the value: HANDOFF_SYNC_FUTEX (default) or HANDOFF_SYNC_BOOST */
    const handoff_stop* attach_stop; /* ends that wait with STOPPED; NULL: nothing does */
} handoff_latest_options;

#define HANDOFF_LATEST_OPTIONS_INIT                                                                                    \
    {                                                                                                                  \
        sizeof(handoff_latest_options), 0, HANDOFF_NOT_GIVEN, HANDOFF_NOT_GIVEN, HANDOFF_NOT_GIVEN, 0, NULL,           \
            HANDOFF_CREATE_OR_ATTACH, HANDOFF_WAIT_BALANCED, HANDOFF_NOW, HANDOFF_TIMESTAMPS_EXACT, HANDOFF_NOT_GIVEN, \
            NULL                                                                                                       \
    }

/* The shape of an open latest value. Set `size`. */
typedef struct handoff_latest_info {
    size_t size; /* sizeof(handoff_latest_info) */
    uint64_t capacity_bytes;
    uint32_t participants;
    uint32_t lifetime;
    uint32_t sync;
    uint32_t reserved;
    char name[HANDOFF_NAME_BYTES];
} handoff_latest_info;

#define HANDOFF_LATEST_INFO_INIT                      \
    {                                                 \
        sizeof(handoff_latest_info), 0, 0, 0, 0, 0, { \
            0                                         \
        }                                             \
    }

/* The result of a read, beside the bytes. Set `size`. */
typedef struct handoff_reading {
    size_t size;        /* sizeof(handoff_reading) */
    uint64_t bytes;     /* of the value */
    uint64_t sequence;  /* counts the writes from 1, over all writers */
    int64_t written_ns; /* CLOCK_MONOTONIC */
} handoff_reading;

#define HANDOFF_READING_INIT \
    { sizeof(handoff_reading), 0, 0, 0 }

/* Opens the latest value `name`. Names and errors as handoff_sender_open. */
HANDOFF_API handoff_status handoff_latest_open(const char* name, const handoff_latest_options* options,
                                               handoff_latest** latest);
HANDOFF_API void handoff_latest_close(handoff_latest** latest);

/* Makes these bytes the newest value; never waits. `sequence` may be NULL. TOO_LARGE, FULL (more concurrent writes than
 * participants), INVALID_ARGUMENT (read_only), DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_latest_write(handoff_latest* latest, const void* value, size_t bytes,
                                                uint64_t* sequence);
/* Copies the newest value into the buffer; never waits. `reading` may be NULL. EMPTY (no value was written yet),
 * TOO_LARGE (the buffer), TIMED_OUT (overwritten during each of a thousand copies), DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_latest_read(const handoff_latest* latest, void* buffer, size_t buffer_bytes,
                                               handoff_reading* reading);
/* Waits for a value newer than the last one that this handle read, and copies it. TIMED_OUT, STOPPED, REMOVED,
 * otherwise as read. */
HANDOFF_API handoff_status handoff_latest_wait_newer(handoff_latest* latest, void* buffer, size_t buffer_bytes,
                                                     int64_t timeout_ns, const handoff_stop* stop,
                                                     handoff_reading* reading);
/* True if handoff_latest_wait_newer would return at once. */
HANDOFF_API bool handoff_latest_has_newer(const handoff_latest* latest);

HANDOFF_API handoff_status handoff_latest_waitable(const handoff_latest* latest, handoff_waitable** waitable);
/* A descriptor that is readable while handoff_latest_has_newer; see handoff_receiver_descriptor. */
HANDOFF_API handoff_status handoff_latest_descriptor(const handoff_latest* latest, int* descriptor);
HANDOFF_API handoff_status handoff_latest_about(const handoff_latest* latest, handoff_latest_info* info);

#ifdef __cplusplus
}
#endif
#endif
