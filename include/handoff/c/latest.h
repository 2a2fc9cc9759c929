/* handoff in C: latest values. Include <handoff/handoff.h>, which has the rules. What a latest value guarantees, and
 * the options in full: <handoff/latest.hpp>. */
#ifndef HANDOFF_C_LATEST_H
#define HANDOFF_C_LATEST_H

#include <handoff/c/common.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct handoff_latest handoff_latest; /* one value: readers get the newest, always whole */

/* What a latest value is. NULL: attach only, never create. Begin with handoff_latest_shape_init. */
typedef struct handoff_latest_shape {
    /* generated from describe/handoff.toml: LatestShape */
    size_t size;             /* sizeof(handoff_latest_shape) */
    uint64_t capacity_bytes; /* capacity of the value; without it nothing is created (1 or more; at least) */
    const char* group;       /* name of the group that owns it (default the creator's; set by the creator) */
    /* handles that may write, attached at once; read_only ones do not count (2 to 64; default 16; at least) */
    uint32_t participants;
    uint32_t sync; /* HANDOFF_SYNC_...: on what the processes sleep (default futex; equal) */
    /* HANDOFF_UNTIL_LAST_LEAVES or HANDOFF_PERSISTENT: when the name is removed (default until_last_leaves; set by the
     * creator) */
    uint32_t lifetime;
    uint32_t mode; /* rights, octal as in chmod; the umask does not change them (default 0600; set by the creator) */
    /* end of generated */
} handoff_latest_shape;

/* generated from describe/handoff.toml: init LatestShape */
static inline void handoff_latest_shape_init(handoff_latest_shape* shape) {
    memset(shape, 0, sizeof *shape);
    shape->size = sizeof *shape;
    shape->participants = HANDOFF_NOT_GIVEN;
    shape->sync = HANDOFF_NOT_GIVEN;
    shape->lifetime = HANDOFF_NOT_GIVEN;
    shape->mode = HANDOFF_NOT_GIVEN;
}
/* end of generated */

/* Of a latest value, beside its handoff_handle_options. NULL: the defaults. Begin with handoff_latest_options_init. */
typedef struct handoff_latest_options {
    /* generated from describe/handoff.toml: LatestOptions */
    size_t size; /* sizeof(handoff_latest_options) */
    /* 1: maps the segment without write access (the kernel enforces it) and takes no place in the table. Such a handle
     * cannot be notified: a wait polls once a millisecond. It never removes the name: if it is the last to leave, the
     * name stays until another handle is opened and closed. */
    uint32_t read_only;
    uint32_t reserved; /* 0 */
    /* end of generated */
} handoff_latest_options;

/* generated from describe/handoff.toml: init LatestOptions */
static inline void handoff_latest_options_init(handoff_latest_options* options) {
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}
/* end of generated */

/* The shape of an open latest value. Begin with handoff_latest_info_init. */
typedef struct handoff_latest_info {
    /* generated from describe/handoff.toml: LatestInfo */
    size_t size; /* sizeof(handoff_latest_info) */
    uint64_t capacity_bytes;
    uint64_t instance; /* random: distinguishes this segment from others of the same name */
    uint32_t participants;
    uint32_t sync;     /* HANDOFF_SYNC_... */
    uint32_t lifetime; /* HANDOFF_UNTIL_LAST_LEAVES or HANDOFF_PERSISTENT */
    uint32_t mode;     /* rights of the segment's file, octal as in chmod */
    char name[HANDOFF_NAME_BYTES];
    char group[HANDOFF_NAME_BYTES]; /* group of the segment's file; its number where it has no name */
    /* end of generated */
} handoff_latest_info;

/* generated from describe/handoff.toml: init LatestInfo */
static inline void handoff_latest_info_init(handoff_latest_info* info) {
    memset(info, 0, sizeof *info);
    info->size = sizeof *info;
}
/* end of generated */

/* The result of a read, beside the bytes. Begin with handoff_reading_init. */
typedef struct handoff_reading {
    /* generated from describe/handoff.toml: Reading */
    size_t size;        /* sizeof(handoff_reading) */
    uint64_t bytes;     /* of the value */
    uint64_t sequence;  /* counts the writes from 1, over all writers */
    int64_t written_ns; /* CLOCK_MONOTONIC */
    /* end of generated */
} handoff_reading;

/* generated from describe/handoff.toml: init Reading */
static inline void handoff_reading_init(handoff_reading* reading) {
    memset(reading, 0, sizeof *reading);
    reading->size = sizeof *reading;
}
/* end of generated */

/* Opens the latest value `name`. Names and errors as handoff_sender_open. */
HANDOFF_API handoff_status handoff_latest_open(const char* name, const handoff_latest_shape* shape,
                                               const handoff_handle_options* handle,
                                               const handoff_latest_options* options, handoff_latest** latest);
/* Leaves. What was written stays as long as the segment. */
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

/* For handoff_wait_any: ready while handoff_latest_has_newer. Drop it with handoff_waitable_drop. INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_latest_waitable(const handoff_latest* latest, handoff_waitable** waitable);
/* A descriptor that is readable while handoff_latest_has_newer; see handoff_receiver_descriptor. */
HANDOFF_API handoff_status handoff_latest_descriptor(const handoff_latest* latest, int* descriptor);
/* The shape of the open latest value. INVALID_HANDLE, INVALID_ARGUMENT (info is NULL or not initialised). */
HANDOFF_API handoff_status handoff_latest_about(const handoff_latest* latest, handoff_latest_info* info);

#ifdef __cplusplus
}
#endif
#endif
