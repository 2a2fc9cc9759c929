/* handoff in C: channels, request -> processed. Include <handoff/handoff.h>, which has the rules. What a channel
 * guarantees, and the options in full: <handoff/channel.hpp>. */
#ifndef HANDOFF_C_CHANNEL_H
#define HANDOFF_C_CHANNEL_H

#include <handoff/c/common.h>
#include <handoff/c/image.h>
#include <handoff/c/loan.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct handoff_sender handoff_sender;       /* puts requests into a channel */
typedef struct handoff_receiver handoff_receiver;   /* takes them out; several compete */
typedef struct handoff_pending handoff_pending;     /* a request in flight */
typedef struct handoff_processed handoff_processed; /* a request with its answer */
typedef struct handoff_request handoff_request;     /* a request held by a receiver */

/* ---- opening ----------------------------------------------------------------------------------------------------- */

/* What a channel is: a new one is created so, an existing one must offer at least this. A field that is not given
 * asks for nothing. NULL: attach only, never create. Begin with handoff_channel_shape_init. */
typedef struct handoff_channel_shape {
    /* generated from describe/handoff.toml: ChannelShape */
    size_t size;            /* sizeof(handoff_channel_shape) */
    uint64_t payload_bytes; /* capacity for the request; without it nothing is created (1 or more; at least) */
    uint64_t reply_bytes;   /* capacity for the answer (default 0; at least) */
    const char* group;      /* name of the group that owns it (default the creator's; set by the creator) */
    uint32_t slot_count;    /* messages that can exist at once (1 to 65,535; default 8; at least) */
    uint32_t participants;  /* senders and receivers attached at once (2 to 1,024; default 32; at least) */
    /* deliveries of one request before it is given up (1 to 255, or 0: no limit; default 10; equal) */
    uint32_t max_deliveries;
    /* 1: receivers may edit the payload; a receiver's death then means failed, never redelivery (equal) */
    uint32_t in_place;
    uint32_t sync; /* HANDOFF_SYNC_...: on what the processes sleep (default futex; equal) */
    /* HANDOFF_UNTIL_LAST_LEAVES or HANDOFF_PERSISTENT: when the name is removed (default until_last_leaves; set by the
     * creator) */
    uint32_t lifetime;
    /* rights, octal as in chmod; the umask does not change them (default 0600; set by the creator) */
    uint32_t mode;
    uint32_t reserved; /* 0 */
    /* end of generated */
} handoff_channel_shape;

/* generated from describe/handoff.toml: init ChannelShape */
static inline void handoff_channel_shape_init(handoff_channel_shape* shape) {
    memset(shape, 0, sizeof *shape);
    shape->size = sizeof *shape;
    shape->slot_count = HANDOFF_NOT_GIVEN;
    shape->participants = HANDOFF_NOT_GIVEN;
    shape->max_deliveries = HANDOFF_NOT_GIVEN;
    shape->in_place = HANDOFF_NOT_GIVEN;
    shape->sync = HANDOFF_NOT_GIVEN;
    shape->lifetime = HANDOFF_NOT_GIVEN;
    shape->mode = HANDOFF_NOT_GIVEN;
}
/* end of generated */

/* The shape of an open channel. Begin with handoff_channel_info_init. */
typedef struct handoff_channel_info {
    /* generated from describe/handoff.toml: ChannelInfo */
    size_t size; /* sizeof(handoff_channel_info) */
    uint64_t payload_bytes;
    uint64_t reply_bytes;
    uint64_t instance; /* random: distinguishes this segment from others of the same name */
    uint32_t slot_count;
    uint32_t participants;
    uint32_t max_deliveries;
    uint32_t in_place;
    uint32_t sync;     /* HANDOFF_SYNC_... */
    uint32_t lifetime; /* HANDOFF_UNTIL_LAST_LEAVES or HANDOFF_PERSISTENT */
    uint32_t mode;     /* rights of the segment's file, octal as in chmod */
    uint32_t reserved; /* 0 */
    char name[HANDOFF_NAME_BYTES];
    char group[HANDOFF_NAME_BYTES]; /* group of the segment's file; its number where it has no name */
    /* end of generated */
} handoff_channel_info;

/* generated from describe/handoff.toml: init ChannelInfo */
static inline void handoff_channel_info_init(handoff_channel_info* info) {
    memset(info, 0, sizeof *info);
    info->size = sizeof *info;
}
/* end of generated */

/* Counts of a channel. Not a snapshot: each counter is read separately. Begin with handoff_channel_state_init. */
typedef struct handoff_channel_state {
    /* generated from describe/handoff.toml: ChannelState */
    size_t size;          /* sizeof(handoff_channel_state) */
    uint64_t redelivered; /* since the channel was created */
    uint64_t given_up;    /* since the channel was created */
    uint32_t free;        /* slots of no message */
    uint32_t loaned;      /* slots that senders write into */
    uint32_t ready;       /* requests that wait for a receiver */
    uint32_t taken;       /* requests that receivers hold */
    uint32_t answered;    /* answers that are not collected yet */
    uint32_t senders;     /* attached, the dead included until they are recovered */
    uint32_t receivers;   /* attached, the dead included until they are recovered */
    uint32_t reserved;    /* 0 */
    /* end of generated */
} handoff_channel_state;

/* generated from describe/handoff.toml: init ChannelState */
static inline void handoff_channel_state_init(handoff_channel_state* state) {
    memset(state, 0, sizeof *state);
    state->size = sizeof *state;
}
/* end of generated */

/* ---- sender ------------------------------------------------------------------------------------------------------ */

/* Opens the channel `name` (1 to 200 letters, digits, '.', '_', '-'; not ending in ".lock") and joins it.
 * INVALID_ARGUMENT, NO_SUCH_SEGMENT, ALREADY_EXISTS, WRONG_KIND, WRONG_VERSION, NOT_A_SEGMENT, MISMATCH,
 * PERMISSION_DENIED, NO_SPACE, TOO_MANY_PARTICIPANTS, DAMAGED, SYSTEM; STOPPED (by attach_stop), TIMED_OUT (another
 * process has held the segment exclusively for 5 s). */
HANDOFF_API handoff_status handoff_sender_open(const char* name, const handoff_channel_shape* shape,
                                               const handoff_handle_options* handle, handoff_sender** sender);
/* Leaves once the last loan, pending and processed of this sender is gone too. What was sent stays sent. */
HANDOFF_API void handoff_sender_close(handoff_sender** sender);

/* Waits for a free slot. TIMED_OUT (the message names the holders), STOPPED, REMOVED, DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_sender_loan(handoff_sender* sender, int64_t timeout_ns, const handoff_stop* stop,
                                               handoff_loan** loan);
/* Does not wait. FULL, REMOVED, DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_sender_try_loan(handoff_sender* sender, handoff_loan** loan);

/* Sends without waiting. The loan is used up, also on an error. OWNERSHIP_LOST, DAMAGED, INVALID_HANDLE,
 * INVALID_ARGUMENT (the loan of another sender). */
HANDOFF_API handoff_status handoff_sender_send(handoff_sender* sender, handoff_loan** loan);
/* Batches: for many small messages. The whole batch costs one clock read and one wake-up. */
/* Waits for a free slot, then loans as many as are free, at most `most`, into the front of `loans`, which is
 * overwritten. *loaned: the count. As loan, INVALID_ARGUMENT (most is 0). */
HANDOFF_API handoff_status handoff_sender_loan_batch(handoff_sender* sender, int64_t timeout_ns,
                                                     const handoff_stop* stop, handoff_loan** loans, size_t most,
                                                     size_t* loaned);
/* Sends all `count`, in this order. All are used up and set to NULL, also on an error: what was not sent then is given
 * back. Errors as send; a NULL among them (INVALID_HANDLE) is detected before anything is sent. */
HANDOFF_API handoff_status handoff_sender_send_batch(handoff_sender* sender, handoff_loan** loans, size_t count);
/* Sends and waits until the request was processed. The loan is used up. On TIMED_OUT and STOPPED an unread request is
 * withdrawn, one that a receiver already holds stays with it; the message says which. TIMED_OUT, STOPPED, FAILED (with
 * the receiver's reason), GIVEN_UP, REMOVED, and as send. */
HANDOFF_API handoff_status handoff_sender_request(handoff_sender* sender, handoff_loan** loan, int64_t timeout_ns,
                                                  const handoff_stop* stop, handoff_processed** processed);
/* Sends, and returns at once with a handle on the answer. The loan is used up. Errors as send. */
HANDOFF_API handoff_status handoff_sender_request_async(handoff_sender* sender, handoff_loan** loan,
                                                        handoff_pending** pending);

/* Waits for a free slot, copies `bytes` bytes from `data` into it and sends them. Errors as loan and send; TOO_LARGE.
 * */
HANDOFF_API handoff_status handoff_sender_send_bytes(handoff_sender* sender, const void* data, size_t bytes,
                                                     int64_t timeout_ns, const handoff_stop* stop);
/* The same, and waits for the answer: one deadline for both. Errors as loan and request; TOO_LARGE. */
HANDOFF_API handoff_status handoff_sender_request_bytes(handoff_sender* sender, const void* data, size_t bytes,
                                                        int64_t timeout_ns, const handoff_stop* stop,
                                                        handoff_processed** processed);

/* Waits until at least one live receiver is attached. TIMED_OUT, STOPPED, REMOVED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_sender_wait_for_receiver(handoff_sender* sender, int64_t timeout_ns,
                                                            const handoff_stop* stop);
/* For handoff_wait_any: ready when a slot is free. Drop it with handoff_waitable_drop. INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_sender_waitable(const handoff_sender* sender, handoff_waitable** waitable);
/* A descriptor that is readable while try_loan would not return FULL; see handoff_receiver_descriptor. INVALID_HANDLE,
 * SYSTEM. */
HANDOFF_API handoff_status handoff_sender_descriptor(const handoff_sender* sender, int* descriptor);
/* This sender's identity, as returned by handoff_request_about. INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_sender_id(const handoff_sender* sender, uint64_t* id);
/* The shape of the open channel. INVALID_HANDLE, INVALID_ARGUMENT (info is NULL or not initialised). */
HANDOFF_API handoff_status handoff_sender_info(const handoff_sender* sender, handoff_channel_info* info);
/* The counts of the channel, read now. INVALID_HANDLE, INVALID_ARGUMENT (state is NULL or not initialised). */
HANDOFF_API handoff_status handoff_sender_state(const handoff_sender* sender, handoff_channel_state* state);
/* One sentence: who holds the slots, and since when; cut to the size of the buffer, with its NUL. INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_sender_who_holds(const handoff_sender* sender, char* buffer, size_t buffer_bytes);

/* ---- pending: a request in flight -------------------------------------------------------------------------------- */

/* Waits for the answer. The pending is used up, except after TIMED_OUT, STOPPED and REMOVED (and INVALID_ARGUMENT):
 * then it may be waited for again. TIMED_OUT (the message names the holder), STOPPED, FAILED (with the receiver's
 * reason), GIVEN_UP, REMOVED, INVALID_HANDLE, OWNERSHIP_LOST. */
HANDOFF_API handoff_status handoff_pending_wait(handoff_pending** pending, int64_t timeout_ns, const handoff_stop* stop,
                                                handoff_processed** processed);
/* True if handoff_pending_wait would return at once. */
HANDOFF_API bool handoff_pending_was_answered(const handoff_pending* pending);
/* For handoff_wait_any: ready when the answer is there. Drop it with handoff_waitable_drop. INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_pending_waitable(const handoff_pending* pending, handoff_waitable** waitable);
/* A descriptor that is readable when handoff_pending_wait would return at once; see handoff_receiver_descriptor. */
HANDOFF_API handoff_status handoff_pending_descriptor(const handoff_pending* pending, int* descriptor);
/* Takes the request back if no receiver holds it, and uses up the pending. *taken_back: true if no receiver will get
 * it; otherwise a receiver has it or has answered it. INVALID_HANDLE, OWNERSHIP_LOST. */
HANDOFF_API handoff_status handoff_pending_withdraw(handoff_pending** pending, bool* taken_back);
/* Counts the requests of this sender from 1. */
HANDOFF_API uint64_t handoff_pending_sequence(const handoff_pending* pending);
/* The request stays sent, but its answer is no longer awaited. */
HANDOFF_API void handoff_pending_drop(handoff_pending** pending);

/* ---- processed: a request with its answer ------------------------------------------------------------------------ */

/* Begin with handoff_processed_info_init. */
typedef struct handoff_processed_info {
    /* generated from describe/handoff.toml: ProcessedInfo */
    size_t size;               /* sizeof(handoff_processed_info) */
    uint64_t sequence;         /* counts the requests of this sender from 1 */
    int64_t round_trip_ns;     /* from send to processed, as stamped in the segment */
    handoff_image image;       /* description of the payload */
    handoff_image reply_image; /* description of the answer */
    uint32_t deliveries;       /* 1, or more if receivers gave it back or died holding it */
    uint32_t reserved;         /* 0 */
    /* end of generated */
} handoff_processed_info;

/* generated from describe/handoff.toml: init ProcessedInfo */
static inline void handoff_processed_info_init(handoff_processed_info* info) {
    memset(info, 0, sizeof *info);
    info->size = sizeof *info;
}
/* end of generated */

/* The receiver's answer, in shared memory; *bytes is 0 if it gave none. */
HANDOFF_API const void* handoff_processed_reply(const handoff_processed* processed, size_t* bytes);
/* The request's own bytes, edited by the receiver if the channel is in_place. */
HANDOFF_API const void* handoff_processed_payload(const handoff_processed* processed, size_t* bytes);
/* Sequence, deliveries, round trip and descriptions. INVALID_HANDLE, INVALID_ARGUMENT (info is NULL or not
 * initialised). */
HANDOFF_API handoff_status handoff_processed_about(const handoff_processed* processed, handoff_processed_info* info);
/* Frees the slot. */
HANDOFF_API void handoff_processed_drop(handoff_processed** processed);

/* ---- receiver ---------------------------------------------------------------------------------------------------- */

/* As handoff_sender_open. */
HANDOFF_API handoff_status handoff_receiver_open(const char* name, const handoff_channel_shape* shape,
                                                 const handoff_handle_options* handle, handoff_receiver** receiver);
/* Leaves once the last request of this receiver is gone too. */
HANDOFF_API void handoff_receiver_close(handoff_receiver** receiver);

/* Waits for a request. TIMED_OUT; STOPPED; END_OF_STREAM once every sender that was attached has left and nothing can
 * come any more (returned once: the next receive waits for a new sender); REMOVED, DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_receiver_receive(handoff_receiver* receiver, int64_t timeout_ns,
                                                    const handoff_stop* stop, handoff_request** request);
/* Does not wait. EMPTY, END_OF_STREAM, REMOVED, DAMAGED, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_receiver_try_receive(handoff_receiver* receiver, handoff_request** request);

/* Batches: waits for a request, then takes as many as are queued, at most `most`, into the front of `requests`, which
 * is overwritten. *received: the count. Other receivers do not get what this one holds: use batches for requests that
 * are processed quickly. As receive, INVALID_ARGUMENT (most is 0). */
HANDOFF_API handoff_status handoff_receiver_receive_batch(handoff_receiver* receiver, int64_t timeout_ns,
                                                          const handoff_stop* stop, handoff_request** requests,
                                                          size_t most, size_t* received);
/* Finishes all of them, with one wake-up, and no answers but those set with describe_reply. All are used up and set to
 * NULL. Goes on after an error and returns the first: INVALID_HANDLE, OWNERSHIP_LOST. A NULL among them
 * (INVALID_HANDLE) is detected before anything happens. */
HANDOFF_API handoff_status handoff_receiver_processed_batch(handoff_receiver* receiver, handoff_request** requests,
                                                            size_t count);

/* For handoff_wait_any: ready when a request is queued or the stream has ended. Drop it with handoff_waitable_drop.
 * INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_receiver_waitable(const handoff_receiver* receiver, handoff_waitable** waitable);
/* A descriptor that is readable while try_receive would not return EMPTY, for epoll and poll. Belongs to the receiver:
 * do not read from it or close it. Created on first use, with a thread that waits. INVALID_HANDLE, SYSTEM. */
HANDOFF_API handoff_status handoff_receiver_descriptor(const handoff_receiver* receiver, int* descriptor);
/* As handoff_sender_info. */
HANDOFF_API handoff_status handoff_receiver_info(const handoff_receiver* receiver, handoff_channel_info* info);
/* As handoff_sender_state. */
HANDOFF_API handoff_status handoff_receiver_state(const handoff_receiver* receiver, handoff_channel_state* state);
/* As handoff_sender_who_holds. */
HANDOFF_API handoff_status handoff_receiver_who_holds(const handoff_receiver* receiver, char* buffer,
                                                      size_t buffer_bytes);

/* ---- request: held by a receiver --------------------------------------------------------------------------------- */

/* Begin with handoff_request_info_init. */
typedef struct handoff_request_info {
    /* generated from describe/handoff.toml: RequestInfo */
    size_t size;         /* sizeof(handoff_request_info) */
    uint64_t sender;     /* its sender: the same for all requests of one sender, never used again by another */
    uint64_t sequence;   /* counts the sender's requests from 1; the same in every delivery */
    int64_t sent_ns;     /* when it was sent, CLOCK_MONOTONIC */
    int64_t taken_ns;    /* when this receiver took it, CLOCK_MONOTONIC */
    handoff_image image; /* description of the payload */
    uint32_t deliveries; /* 1 the first time */
    /* 1: an answer is awaited; not if it was sent with send, or its sender stopped waiting before it was taken */
    uint32_t awaited;
    /* end of generated */
} handoff_request_info;

/* generated from describe/handoff.toml: init RequestInfo */
static inline void handoff_request_info_init(handoff_request_info* info) {
    memset(info, 0, sizeof *info);
    info->size = sizeof *info;
}
/* end of generated */

/* The sender's bytes in shared memory. Never write to them: a redelivered request must be intact. */
HANDOFF_API const void* handoff_request_payload(const handoff_request* request, size_t* bytes);
/* The same bytes for editing. INVALID_ARGUMENT if the channel was not created in_place, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_request_editable(handoff_request* request, void** data, size_t* bytes);
/* Describes the edited payload; it may not be longer than before. As editable, TOO_LARGE. */
HANDOFF_API handoff_status handoff_request_describe(handoff_request* request, const handoff_image* image);
/* Room for the answer, in shared memory. */
HANDOFF_API void* handoff_request_reply(const handoff_request* request, size_t* capacity);
/* Describes the answer as this image, or array. INVALID_ARGUMENT, TOO_LARGE, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_request_describe_reply(handoff_request* request, const handoff_image* image);
/* Sender, sequence, deliveries, times and description. INVALID_HANDLE, INVALID_ARGUMENT (info is NULL or not
 * initialised). */
HANDOFF_API handoff_status handoff_request_about(const handoff_request* request, handoff_request_info* info);

/* Finishes it; the first `reply_bytes` of the reply area are the answer (0: none; step * height for an image). The
 * request is used up, except after TOO_LARGE. TOO_LARGE, INVALID_HANDLE, OWNERSHIP_LOST. */
HANDOFF_API handoff_status handoff_request_processed(handoff_request** request, size_t reply_bytes);
/* Finishes it as failed; the sender gets the reason (the first 119 bytes; NULL: none). The request is used up.
 * INVALID_HANDLE, OWNERSHIP_LOST. */
HANDOFF_API handoff_status handoff_request_failed(handoff_request** request, const char* reason);
/* Gives it back: it is delivered again, or, on a channel opened in_place, reported as failed. */
HANDOFF_API void handoff_request_drop(handoff_request** request);

#ifdef __cplusplus
}
#endif
#endif
