/* What ends waits before their time; and bytes in one call. */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "case.h"

/* Both sides of a channel of one slot. */
static void open_both(const char* segment, handoff_sender** sender, handoff_receiver** receiver) {
    handoff_channel_shape shape;
    handoff_channel_shape_init(&shape);
    shape.payload_bytes = 8;
    shape.reply_bytes = 8;
    shape.slot_count = 1;
    GOOD(handoff_sender_open(segment, &shape, NULL, sender));
    GOOD(handoff_receiver_open(segment, NULL, NULL, receiver));
}

static handoff_stop* new_stop(void) {
    handoff_stop* stop = NULL;
    GOOD(handoff_stop_new(&stop));
    return stop;
}

static bool main_thread_sleeps(void) {
    char path[64];
    char line[512] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)getpid());
    FILE* file = fopen(path, "r");
    CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
    fclose(file);
    return strstr(line, ") S ") != NULL;
}

/* Requests it once the main thread sleeps: only then it proves anything. */
static void* request_a_stop(void* stop) {
    for (int tries = 0; !main_thread_sleeps(); ++tries) {
        CHECK(tries < 10000);
        poll(NULL, 0, 1);
    }
    GOOD(handoff_stop_request(stop));
    return NULL;
}

static void a_stop_ends_every_wait_and_loses_nothing(const char* segment) {
    handoff_sender* sender = NULL;
    handoff_receiver* receiver = NULL;
    handoff_loan* loan = NULL;
    handoff_request* request = NULL;
    handoff_pending* pending = NULL;
    handoff_processed* processed = NULL;
    handoff_stop* stop = new_stop();
    open_both(segment, &sender, &receiver);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, request_a_stop, stop) == 0);
    ANSWERS(HANDOFF_STOPPED, handoff_receiver_receive(receiver, HANDOFF_FOREVER, stop, &request));
    CHECK(pthread_join(thread, NULL) == 0 && handoff_stop_requested(stop));
    ANSWERS(HANDOFF_STOPPED, handoff_sender_loan(sender, HANDOFF_FOREVER, stop, &loan));
    ANSWERS(HANDOFF_STOPPED, handoff_sender_send_bytes(sender, "12345678", 8, HANDOFF_FOREVER, stop));
    GOOD(handoff_sender_loan(sender, SECONDS(10), NULL, &loan));
    GOOD(handoff_sender_request_async(sender, &loan, &pending));
    ANSWERS(HANDOFF_STOPPED, handoff_pending_wait(&pending, HANDOFF_FOREVER, stop, &processed));
    CHECK(pending != NULL); /* may be waited for again */
    GOOD(handoff_receiver_receive(receiver, SECONDS(10), NULL, &request));
    GOOD(handoff_request_processed(&request, 0));
    GOOD(handoff_pending_wait(&pending, SECONDS(10), NULL, &processed));
    handoff_processed_drop(&processed);
    ANSWERS(HANDOFF_STOPPED, handoff_sender_wait_for_receiver(sender, HANDOFF_FOREVER, stop));
    handoff_waitable* waitable = NULL;
    size_t index = 0;
    GOOD(handoff_receiver_waitable(receiver, &waitable));
    const handoff_waitable* all[] = {waitable};
    ANSWERS(HANDOFF_STOPPED, handoff_wait_any(all, 1, HANDOFF_FOREVER, stop, &index));
    handoff_waitable_drop(&waitable);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
    handoff_stop_drop(&stop);
    CHECK(stop == NULL);
}

static void a_pending_survives_the_removal_of_the_name(const char* segment) {
    handoff_sender* sender = NULL;
    handoff_receiver* receiver = NULL;
    handoff_loan* loan = NULL;
    handoff_request* request = NULL;
    handoff_pending* pending = NULL;
    handoff_processed* processed = NULL;
    open_both(segment, &sender, &receiver);
    GOOD(handoff_sender_try_loan(sender, &loan));
    GOOD(handoff_sender_request_async(sender, &loan, &pending));
    GOOD(handoff_remove(segment, true));
    ANSWERS(HANDOFF_REMOVED, handoff_pending_wait(&pending, SECONDS(10), NULL, &processed));
    CHECK(pending != NULL && processed == NULL);
    GOOD(handoff_receiver_receive(receiver, SECONDS(10), NULL, &request)); /* attached handles go on */
    GOOD(handoff_request_processed(&request, 0));
    GOOD(handoff_pending_wait(&pending, SECONDS(10), NULL, &processed));
    CHECK(pending == NULL && processed != NULL);
    handoff_processed_drop(&processed);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static void an_opening_that_waits_is_stopped(const char* segment) {
    handoff_handle_options handle;
    handoff_handle_options_init(&handle);
    handoff_stop* stop = new_stop();
    handoff_receiver* receiver = NULL;
    handle.attach_timeout_ns = HANDOFF_FOREVER;
    handle.attach_stop = stop;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, request_a_stop, stop) == 0);
    ANSWERS(HANDOFF_STOPPED, handoff_receiver_open(segment, NULL, &handle, &receiver));
    CHECK(pthread_join(thread, NULL) == 0 && receiver == NULL);
    handoff_stop_drop(&stop);
}

static void a_signal_requests_a_stop(const char* segment) {
    handoff_latest_shape shape;
    handoff_latest_shape_init(&shape);
    handoff_latest* latest = NULL;
    handoff_stop* stop = NULL;
    handoff_stop* other = NULL;
    char letter = 0;
    shape.capacity_bytes = 1;
    GOOD(handoff_latest_open(segment, &shape, NULL, NULL, &latest));
    GOOD(handoff_stop_on_signals(&stop));
    GOOD(handoff_stop_on_signals(&other));
    GOOD(handoff_stop_request(other)); /* each by itself; a signal reaches all */
    CHECK(handoff_stop_requested(other) && !handoff_stop_requested(stop));
    CHECK(kill(getpid(), SIGTERM) == 0);
    ANSWERS(HANDOFF_STOPPED, handoff_latest_wait_newer(latest, &letter, 1, HANDOFF_FOREVER, stop, NULL));
    handoff_latest_close(&latest);
    handoff_stop_drop(&stop);
    handoff_stop_drop(&other);
}

static void a_stop_that_is_no_stop_is_refused_or_ignored(const char* segment) {
    handoff_stop* none = NULL;
    (void)segment;
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_stop_request(NULL));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_stop_new(NULL));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_stop_on_signals(NULL));
    CHECK(!handoff_stop_requested(NULL));
    handoff_stop_drop(&none);
    handoff_stop_drop(NULL);
}

static void bytes_are_sent_and_requested_in_one_call(const char* segment) {
    handoff_sender* sender = NULL;
    handoff_receiver* receiver = NULL;
    handoff_request* request = NULL;
    handoff_processed* processed = NULL;
    size_t bytes = 0;
    open_both(segment, &sender, &receiver);
    GOOD(handoff_sender_send_bytes(sender, "abc", 3, SECONDS(10), NULL));
    ANSWERS(HANDOFF_TIMED_OUT, handoff_sender_send_bytes(sender, "def", 3, 1000, NULL)); /* there is one slot */
    GOOD(handoff_receiver_receive(receiver, SECONDS(10), NULL, &request));
    CHECK(memcmp(handoff_request_payload(request, &bytes), "abc", 3) == 0 && bytes == 3);
    GOOD(handoff_request_processed(&request, 0));
    ANSWERS(HANDOFF_TOO_LARGE, handoff_sender_send_bytes(sender, "123456789", 9, SECONDS(10), NULL));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_send_bytes(sender, NULL, 9, SECONDS(10), NULL));
    ANSWERS(HANDOFF_TIMED_OUT, handoff_sender_request_bytes(sender, "ghi", 3, 1000, NULL, &processed));
    SAYS("withdrawn");
    handoff_channel_state state;
    handoff_channel_state_init(&state);
    GOOD(handoff_sender_state(sender, &state));
    CHECK(state.free == 1 && processed == NULL);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static void bytes_are_published_in_one_call(const char* segment) {
    handoff_topic_shape shape;
    handoff_topic_shape_init(&shape);
    handoff_publisher* publisher = NULL;
    handoff_subscriber* subscriber = NULL;
    handoff_message* message = NULL;
    uint64_t sequence = 0;
    size_t bytes = 0;
    shape.payload_bytes = 8;
    GOOD(handoff_publisher_open(segment, &shape, NULL, &publisher));
    GOOD(handoff_subscriber_open(segment, NULL, NULL, NULL, &subscriber));
    GOOD(handoff_publisher_publish_bytes(publisher, "xyz", 3, &sequence));
    GOOD(handoff_publisher_publish_bytes(publisher, "", 0, NULL));
    CHECK(sequence == 1);
    ANSWERS(HANDOFF_TOO_LARGE, handoff_publisher_publish_bytes(publisher, "123456789", 9, NULL));
    GOOD(handoff_subscriber_next(subscriber, SECONDS(10), NULL, &message));
    CHECK(memcmp(handoff_message_payload(message, &bytes), "xyz", 3) == 0 && bytes == 3);
    handoff_message_drop(&message);
    handoff_subscriber_close(&subscriber);
    handoff_publisher_close(&publisher);
}

static void descriptors_tell_of_a_free_slot_and_of_an_answer(const char* segment) {
    handoff_sender* sender = NULL;
    handoff_receiver* receiver = NULL;
    handoff_loan* loan = NULL;
    handoff_request* request = NULL;
    handoff_pending* pending = NULL;
    handoff_processed* processed = NULL;
    handoff_waitable* waitables[2] = {NULL, NULL};
    struct pollfd watched[2] = {{-1, POLLIN, 0}, {-1, POLLIN, 0}};
    size_t index = 9;
    open_both(segment, &sender, &receiver);
    GOOD(handoff_sender_descriptor(sender, &watched[0].fd));
    CHECK(poll(watched, 1, 10000) == 1);
    GOOD(handoff_sender_loan(sender, SECONDS(10), NULL, &loan));
    CHECK(poll(watched, 1, 0) == 0);
    GOOD(handoff_sender_request_async(sender, &loan, &pending));
    GOOD(handoff_pending_descriptor(pending, &watched[1].fd));
    GOOD(handoff_sender_waitable(sender, &waitables[0]));
    GOOD(handoff_pending_waitable(pending, &waitables[1]));
    CHECK(poll(watched, 2, 0) == 0 && !handoff_waitable_was_ready(waitables[1]));
    GOOD(handoff_receiver_receive(receiver, SECONDS(10), NULL, &request));
    GOOD(handoff_request_processed(&request, 0));
    CHECK(poll(watched, 2, 10000) == 1 && watched[1].revents == POLLIN);
    GOOD(handoff_wait_any((const handoff_waitable* const*)waitables, 2, SECONDS(10), NULL, &index));
    CHECK(index == 1);
    handoff_waitable_drop(&waitables[0]);
    handoff_waitable_drop(&waitables[1]);
    GOOD(handoff_pending_wait(&pending, SECONDS(10), NULL, &processed));
    handoff_processed_drop(&processed);
    CHECK(poll(watched, 1, 10000) == 1); /* the slot is free again */
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_pending_descriptor(pending, &watched[1].fd));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_waitable(NULL, &waitables[0]));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_descriptor(sender, NULL));
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

const struct test_case stop_cases[] = {
    {"a_stop_ends_every_wait_and_loses_nothing", a_stop_ends_every_wait_and_loses_nothing},
    {"a_pending_survives_the_removal_of_the_name", a_pending_survives_the_removal_of_the_name},
    {"an_opening_that_waits_is_stopped", an_opening_that_waits_is_stopped},
    {"a_signal_requests_a_stop", a_signal_requests_a_stop},
    {"a_stop_that_is_no_stop_is_refused_or_ignored", a_stop_that_is_no_stop_is_refused_or_ignored},
    {"bytes_are_sent_and_requested_in_one_call", bytes_are_sent_and_requested_in_one_call},
    {"bytes_are_published_in_one_call", bytes_are_published_in_one_call},
    {"descriptors_tell_of_a_free_slot_and_of_an_answer", descriptors_tell_of_a_free_slot_and_of_an_answer},
    {NULL, NULL}};
