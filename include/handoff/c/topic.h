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

/* Begin with HANDOFF_TOPIC_OPTIONS_INIT. NULL instead of options means its values. */
typedef struct handoff_topic_options {
    size_t size; /* sizeof(handoff_topic_options) */
    /* What the topic is; HANDOFF_NOT_GIVEN asks for nothing: */
    uint64_t payload_bytes; /* capacity of a message; 0: attach only, never create */
    uint32_t history;       /* messages kept, 1 to 16,384 (default 8) */
    uint32_t loans;         /* loans that all publishers together may hold at once, 1 to 1,024 (default 4) */
    uint32_t pin_budget;    /* messages that all subscribers together may hold at once, 0 to 1,024 (default 8) */
    uint32_t participants;  /* publishers and subscribers attached at once, 2 to 64 (default 32) */
    uint32_t lifetime;      /* HANDOFF_UNTIL_LAST_LEAVES (default) or HANDOFF_PERSISTENT */
    uint32_t mode;          /* rights, octal as in chmod; the umask does not change them (default 0600) */
    uint32_t sync;          /* HANDOFF_SYNC_FUTEX (default) or HANDOFF_SYNC_BOOST */
    uint32_t reserved;      /* 0 */
    const char* group;      /* group of the segment; NULL or "": the creator's */
    /* How this handle opens it and behaves: */
    uint32_t open;                   /* HANDOFF_CREATE_OR_ATTACH, HANDOFF_CREATE or HANDOFF_ATTACH */
    uint32_t wait;                   /* HANDOFF_WAIT_..., of this handle */
    int64_t attach_timeout_ns;       /* how long to wait for a segment that does not exist yet */
    uint32_t timestamps;             /* HANDOFF_TIMESTAMPS_..., of this handle */
    uint32_t prefault;               /* 1: map all pages when opening: no page fault later, a slower start */
    const handoff_stop* attach_stop; /* ends that wait with STOPPED; NULL: nothing does */
} handoff_topic_options;

#define HANDOFF_TOPIC_OPTIONS_INIT                                                                                    \
    {                                                                                                                 \
        sizeof(handoff_topic_options), 0, HANDOFF_NOT_GIVEN, HANDOFF_NOT_GIVEN, HANDOFF_NOT_GIVEN, HANDOFF_NOT_GIVEN, \
            HANDOFF_NOT_GIVEN, HANDOFF_NOT_GIVEN, HANDOFF_NOT_GIVEN, 0, NULL, HANDOFF_CREATE_OR_ATTACH,               \
            HANDOFF_WAIT_BALANCED, HANDOFF_NOW, HANDOFF_TIMESTAMPS_EXACT, 0, NULL                                     \
    }

/* The first message of a new subscriber. */
enum {
    HANDOFF_START_NEWEST = 0, /* the newest message, if there is one (default) */
    HANDOFF_START_OLDEST = 1, /* the oldest message that is still kept */
    HANDOFF_START_NEXT = 2    /* the first message published from now on */
};

/* Begin with HANDOFF_SUBSCRIBER_OPTIONS_INIT. NULL instead of options means its values. */
typedef struct handoff_subscriber_options {
    size_t size;    /* sizeof(handoff_subscriber_options) */
    uint32_t start; /* HANDOFF_START_... */
    uint32_t pins;  /* messages that it may hold at once, out of the pin budget; 0: copy_next and copy_newest only */
    uint32_t
        read_only; /* 1: no write access (the kernel enforces it), no pins, polls once a millisecond while it waits */
    uint32_t reserved; /* 0 */
} handoff_subscriber_options;

#define HANDOFF_SUBSCRIBER_OPTIONS_INIT \
    { sizeof(handoff_subscriber_options), HANDOFF_START_NEWEST, 1, 0, 0 }

/* The shape of an open topic. Set `size`. */
typedef struct handoff_topic_info {
    size_t size; /* sizeof(handoff_topic_info) */
    uint64_t payload_bytes;
    uint32_t history;
    uint32_t loans;
    uint32_t pin_budget;
    uint32_t slot_count;
    uint32_t participants;
    uint32_t lifetime;
    uint32_t sync;
    uint32_t reserved;
    char name[HANDOFF_NAME_BYTES];
} handoff_topic_info;

#define HANDOFF_TOPIC_INFO_INIT                                  \
    {                                                            \
        sizeof(handoff_topic_info), 0, 0, 0, 0, 0, 0, 0, 0, 0, { \
            0                                                    \
        }                                                        \
    }

/* Counts of a topic. Not a snapshot: each counter is read separately. Set `size`. */
typedef struct handoff_topic_state {
    size_t size;                              /* sizeof(handoff_topic_state) */
    uint32_t free, loaned, published, pinned; /* slots; the pinned are published, kept or evicted */
    uint32_t publishers, subscribers;         /* attached, the dead included until they are recovered */
    uint64_t newest;                          /* sequence of the newest message, 0: none yet */
} handoff_topic_state;

#define HANDOFF_TOPIC_STATE_INIT \
    { sizeof(handoff_topic_state), 0, 0, 0, 0, 0, 0, 0 }

/* ---- publisher --------------------------------------------------------------------------------------------------- */

/* Opens the topic `name` and joins it. Names and errors as handoff_sender_open. */
HANDOFF_API handoff_status handoff_publisher_open(const char* name, const handoff_topic_options* options,
                                                  handoff_publisher** publisher);
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
HANDOFF_API handoff_status handoff_publisher_info(const handoff_publisher* publisher, handoff_topic_info* info);
HANDOFF_API handoff_status handoff_publisher_state(const handoff_publisher* publisher, handoff_topic_state* state);

/* ---- subscriber -------------------------------------------------------------------------------------------------- */

/* As handoff_publisher_open; with payload_bytes 0 it attaches only. TOO_MANY_PARTICIPANTS also if the pin budget is
 * spent: open with pins 0 then. */
HANDOFF_API handoff_status handoff_subscriber_open(const char* name, const handoff_topic_options* options,
                                                   const handoff_subscriber_options* wishes,
                                                   handoff_subscriber** subscriber);
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

/* The description of a message. Set `size`. */
typedef struct handoff_message_info {
    size_t size;          /* sizeof(handoff_message_info) */
    uint64_t bytes;       /* of the message */
    uint64_t sequence;    /* counts the messages of the topic from 1, over all publishers */
    uint64_t lost;        /* messages between the previous one and this one: overwritten, or skipped. Exact. */
    int64_t published_ns; /* CLOCK_MONOTONIC */
    handoff_image image;
} handoff_message_info;

#define HANDOFF_MESSAGE_INFO_INIT                   \
    {                                               \
        sizeof(handoff_message_info), 0, 0, 0, 0, { \
            0, 0, 0, 0, 0, 0, {                     \
                0                                   \
            }                                       \
        }                                           \
    }

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

HANDOFF_API handoff_status handoff_subscriber_waitable(const handoff_subscriber* subscriber,
                                                       handoff_waitable** waitable);
/* See handoff_receiver_descriptor. */
HANDOFF_API handoff_status handoff_subscriber_descriptor(const handoff_subscriber* subscriber, int* descriptor);
HANDOFF_API handoff_status handoff_subscriber_info(const handoff_subscriber* subscriber, handoff_topic_info* info);
HANDOFF_API handoff_status handoff_subscriber_state(const handoff_subscriber* subscriber, handoff_topic_state* state);

/* ---- message: pinned, whole and in place until it is dropped ----------------------------------------------------- */

HANDOFF_API const void* handoff_message_payload(const handoff_message* message, size_t* bytes);
HANDOFF_API handoff_status handoff_message_about(const handoff_message* message, handoff_message_info* info);
HANDOFF_API void handoff_message_drop(handoff_message** message);

#ifdef __cplusplus
}
#endif
#endif
