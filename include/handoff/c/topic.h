/* handoff in C: topics, broadcast. Include <handoff/handoff.h>, which has the rules. What a topic guarantees, and the
 * options in full: <handoff/topic.hpp>. */
#ifndef HANDOFF_C_TOPIC_H
#define HANDOFF_C_TOPIC_H

#include <handoff/c/common.h>
#include <handoff/c/image.h>
#include <handoff/c/loan.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct handoff_publisher handoff_publisher;   /* puts messages on a topic */
typedef struct handoff_subscriber handoff_subscriber; /* reads a topic from a position of its own */
typedef struct handoff_message handoff_message;       /* a message, pinned */

/* ---- opening ----------------------------------------------------------------------------------------------------- */

/* What a topic is; slots = history + loans + pin_budget + 1. NULL: attach only, never create.
 * Begin with handoff_topic_shape_init. */
typedef struct handoff_topic_shape {
    /* generated from describe/handoff.toml: TopicShape */
    size_t size;            /* sizeof(handoff_topic_shape) */
    uint64_t payload_bytes; /* capacity of a message; without it nothing is created (1 or more; at least) */
    const char* group;      /* name of the group that owns it (default the creator's; set by the creator) */
    uint32_t history;       /* messages kept (1 to 16,384; default 8; at least) */
    uint32_t loans;         /* loans that all publishers together may hold at once (1 to 1,024; default 4; at least) */
    /* messages that all subscribers together may hold at once (0 to 1,024; default 8; at least) */
    uint32_t pin_budget;
    /* publishers and subscribers attached at once; read_only ones do not count (2 to 64; default 32; at least) */
    uint32_t participants;
    uint32_t sync; /* HANDOFF_SYNC_...: on what the processes sleep (default futex; equal) */
    /* HANDOFF_UNTIL_LAST_LEAVES or HANDOFF_PERSISTENT: when the name is removed (default until_last_leaves; set by the
     * creator) */
    uint32_t lifetime;
    /* rights, octal as in chmod; the umask does not change them (default 0600; set by the creator) */
    uint32_t mode;
    uint32_t reserved; /* 0 */
    /* end of generated */
} handoff_topic_shape;

/* generated from describe/handoff.toml: init TopicShape */
static inline void handoff_topic_shape_init(handoff_topic_shape* shape) {
    memset(shape, 0, sizeof *shape);
    shape->size = sizeof *shape;
    shape->history = HANDOFF_NOT_GIVEN;
    shape->loans = HANDOFF_NOT_GIVEN;
    shape->pin_budget = HANDOFF_NOT_GIVEN;
    shape->participants = HANDOFF_NOT_GIVEN;
    shape->sync = HANDOFF_NOT_GIVEN;
    shape->lifetime = HANDOFF_NOT_GIVEN;
    shape->mode = HANDOFF_NOT_GIVEN;
}
/* end of generated */

/* The first message of a new subscriber. */
enum {
    /* generated from describe/handoff.toml: Start */
    HANDOFF_START_NEWEST = 0, /* the newest message, if there is one (default) */
    HANDOFF_START_OLDEST = 1, /* the oldest message that is still kept */
    HANDOFF_START_NEXT = 2    /* the first message published from now on */
    /* end of generated */
};

/* Of a subscriber, beside its handoff_handle_options. NULL: the defaults. Begin with
 * handoff_subscriber_options_init. */
typedef struct handoff_subscriber_options {
    /* generated from describe/handoff.toml: SubscriberOptions */
    size_t size; /* sizeof(handoff_subscriber_options) */
    /* messages that it may hold at once, out of the topic's pin budget; 0: it can only copy (default 1) */
    uint32_t pins;
    uint32_t start; /* HANDOFF_START_...: its first message (default newest) */
    /* 1: maps the segment without write access (the kernel enforces it). Such a subscriber takes no place in the table,
     * holds no pins, can only copy, and cannot be notified: a wait polls once a millisecond. It still needs the right
     * to read the segment. It never removes the name: if it is the last to leave, the name stays until another handle
     * is opened and closed. */
    uint32_t read_only;
    uint32_t reserved; /* 0 */
    /* end of generated */
} handoff_subscriber_options;

/* generated from describe/handoff.toml: init SubscriberOptions */
static inline void handoff_subscriber_options_init(handoff_subscriber_options* options) {
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
    options->pins = 1;
    options->start = HANDOFF_START_NEWEST;
}
/* end of generated */

/* The shape of an open topic. Begin with handoff_topic_info_init. */
typedef struct handoff_topic_info {
    /* generated from describe/handoff.toml: TopicInfo */
    size_t size; /* sizeof(handoff_topic_info) */
    uint64_t payload_bytes;
    uint64_t instance; /* random: distinguishes this segment from others of the same name */
    uint32_t history;
    uint32_t loans;
    uint32_t pin_budget;
    uint32_t slot_count;
    uint32_t participants;
    uint32_t sync;     /* HANDOFF_SYNC_... */
    uint32_t lifetime; /* HANDOFF_UNTIL_LAST_LEAVES or HANDOFF_PERSISTENT */
    uint32_t mode;     /* rights of the segment's file, octal as in chmod */
    char name[HANDOFF_NAME_BYTES];
    char group[HANDOFF_NAME_BYTES]; /* group of the segment's file; its number where it has no name */
    /* end of generated */
} handoff_topic_info;

/* generated from describe/handoff.toml: init TopicInfo */
static inline void handoff_topic_info_init(handoff_topic_info* info) {
    memset(info, 0, sizeof *info);
    info->size = sizeof *info;
}
/* end of generated */

/* Counts of a topic. Not a snapshot: each counter is read separately. Begin with handoff_topic_state_init. */
typedef struct handoff_topic_state {
    /* generated from describe/handoff.toml: TopicState */
    size_t size;          /* sizeof(handoff_topic_state) */
    uint64_t newest;      /* sequence of the newest message, 0: none yet */
    uint32_t free;        /* slots of no message */
    uint32_t loaned;      /* slots that publishers write into */
    uint32_t published;   /* messages that are kept, or evicted and still pinned */
    uint32_t pinned;      /* messages that subscribers hold: published, kept or evicted */
    uint32_t publishers;  /* attached, the dead included until they are recovered */
    uint32_t subscribers; /* attached, the dead included until they are recovered */
    /* end of generated */
} handoff_topic_state;

/* generated from describe/handoff.toml: init TopicState */
static inline void handoff_topic_state_init(handoff_topic_state* state) {
    memset(state, 0, sizeof *state);
    state->size = sizeof *state;
}
/* end of generated */

/* ---- publisher --------------------------------------------------------------------------------------------------- */

/* Opens the topic `name` and joins it. Names and errors as handoff_sender_open. */
HANDOFF_API handoff_status handoff_publisher_open(const char* name, const handoff_topic_shape* shape,
                                                  const handoff_handle_options* handle, handoff_publisher** publisher);
/* Leaves once the last loan of this publisher is gone too. What was published stays. */
HANDOFF_API void handoff_publisher_close(handoff_publisher** publisher);

/* A slot; write it with handoff_loan_... Never waits for a subscriber. FULL (the message names the holders of the
 * loans), DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_publisher_loan(handoff_publisher* publisher, handoff_loan** loan);
/* Makes the loan the newest message; never waits. The loan is used up, also on an error. *sequence (may be NULL) counts
 * from 1, over all publishers. OWNERSHIP_LOST, DAMAGED, INVALID_HANDLE, INVALID_ARGUMENT (another publisher's loan). */
HANDOFF_API handoff_status handoff_publisher_publish(handoff_publisher* publisher, handoff_loan** loan,
                                                     uint64_t* sequence);
/* Copies `bytes` bytes from `data` into a loan and publishes them. Errors as loan and publish; TOO_LARGE. */
HANDOFF_API handoff_status handoff_publisher_publish_bytes(handoff_publisher* publisher, const void* data, size_t bytes,
                                                           uint64_t* sequence);
/* Waits until at least one live subscriber is attached; read_only ones cannot be seen. TIMED_OUT, STOPPED, REMOVED,
 * INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_publisher_wait_for_subscriber(handoff_publisher* publisher, int64_t timeout_ns,
                                                                 const handoff_stop* stop);
/* The shape of the open topic. INVALID_HANDLE, INVALID_ARGUMENT (info is NULL or not initialised). */
HANDOFF_API handoff_status handoff_publisher_info(const handoff_publisher* publisher, handoff_topic_info* info);
/* The counts of the topic, read now. INVALID_HANDLE, INVALID_ARGUMENT (state is NULL or not initialised). */
HANDOFF_API handoff_status handoff_publisher_state(const handoff_publisher* publisher, handoff_topic_state* state);

/* ---- subscriber -------------------------------------------------------------------------------------------------- */

/* As handoff_publisher_open. TOO_MANY_PARTICIPANTS also if the pin budget is spent: open with pins 0 then. */
HANDOFF_API handoff_status handoff_subscriber_open(const char* name, const handoff_topic_shape* shape,
                                                   const handoff_handle_options* handle,
                                                   const handoff_subscriber_options* options,
                                                   handoff_subscriber** subscriber);
/* Leaves once the last message of this subscriber is gone too. */
HANDOFF_API void handoff_subscriber_close(handoff_subscriber** subscriber);

/* The oldest unread message that is still kept; waits for one. TIMED_OUT; STOPPED; END_OF_STREAM once every publisher
 * that was attached has left and nothing is unread: returned once; FULL (as many messages are held as pins: drop one),
 * REMOVED, INVALID_ARGUMENT (opened with pins 0 or read_only), DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_subscriber_next(handoff_subscriber* subscriber, int64_t timeout_ns,
                                                   const handoff_stop* stop, handoff_message** message);
/* Does not wait. EMPTY, otherwise as next. */
HANDOFF_API handoff_status handoff_subscriber_try_next(handoff_subscriber* subscriber, handoff_message** message);
/* The newest message, if it is unread; skips those before it; waits for one. Errors as next. */
HANDOFF_API handoff_status handoff_subscriber_newest(handoff_subscriber* subscriber, int64_t timeout_ns,
                                                     const handoff_stop* stop, handoff_message** message);
/* Does not wait. EMPTY, otherwise as next. */
HANDOFF_API handoff_status handoff_subscriber_try_newest(handoff_subscriber* subscriber, handoff_message** message);

/* The description of a message. Begin with handoff_message_info_init. */
typedef struct handoff_message_info {
    /* generated from describe/handoff.toml: MessageInfo */
    size_t size;          /* sizeof(handoff_message_info) */
    uint64_t bytes;       /* of the message */
    uint64_t sequence;    /* counts the messages of the topic from 1, over all publishers */
    uint64_t lost;        /* Messages between the previous one and this one: overwritten, or skipped. Exact. */
    int64_t published_ns; /* CLOCK_MONOTONIC */
    handoff_image image;  /* its description */
    /* end of generated */
} handoff_message_info;

/* generated from describe/handoff.toml: init MessageInfo */
static inline void handoff_message_info_init(handoff_message_info* info) {
    memset(info, 0, sizeof *info);
    info->size = sizeof *info;
}
/* end of generated */

/* Copies the oldest unread message into the buffer; needs no pin and no write access. A message that is overwritten
 * during the copy is never returned: it counts as lost. `info` may be NULL. TIMED_OUT, STOPPED, END_OF_STREAM, REMOVED,
 * TOO_LARGE (the buffer; the message stays unread), DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_subscriber_copy_next(handoff_subscriber* subscriber, void* buffer,
                                                        size_t buffer_bytes, int64_t timeout_ns,
                                                        const handoff_stop* stop, handoff_message_info* info);
/* The same with the newest message, if it is unread. */
HANDOFF_API handoff_status handoff_subscriber_copy_newest(handoff_subscriber* subscriber, void* buffer,
                                                          size_t buffer_bytes, int64_t timeout_ns,
                                                          const handoff_stop* stop, handoff_message_info* info);

/* For handoff_wait_any: ready when a message is unread or the stream has ended. Drop it with handoff_waitable_drop.
 * INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_subscriber_waitable(const handoff_subscriber* subscriber,
                                                       handoff_waitable** waitable);
/* See handoff_receiver_descriptor. */
HANDOFF_API handoff_status handoff_subscriber_descriptor(const handoff_subscriber* subscriber, int* descriptor);
/* As handoff_publisher_info. */
HANDOFF_API handoff_status handoff_subscriber_info(const handoff_subscriber* subscriber, handoff_topic_info* info);
/* As handoff_publisher_state. */
HANDOFF_API handoff_status handoff_subscriber_state(const handoff_subscriber* subscriber, handoff_topic_state* state);

/* ---- message: pinned, whole and in place until it is dropped ----------------------------------------------------- */

/* The publisher's bytes, in shared memory. *bytes (may be NULL): their number. */
HANDOFF_API const void* handoff_message_payload(const handoff_message* message, size_t* bytes);
/* Sequence, lost count, time and description. INVALID_HANDLE, INVALID_ARGUMENT (info is NULL or not initialised). */
HANDOFF_API handoff_status handoff_message_about(const handoff_message* message, handoff_message_info* info);
/* Gives the pin back. */
HANDOFF_API void handoff_message_drop(handoff_message** message);

#ifdef __cplusplus
}
#endif
#endif
