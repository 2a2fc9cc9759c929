#include <poll.h>
#include <unistd.h>

#include "case.h"

static handoff_sender* open_sender(const char* segment) {
    handoff_channel_shape shape;
    handoff_channel_shape_init(&shape);
    handoff_sender* sender = NULL;
    shape.slot_count = 2;
    shape.payload_bytes = 64;
    shape.reply_bytes = 64;
    GOOD(handoff_sender_open(segment, &shape, NULL, &sender));
    return sender;
}

static handoff_receiver* open_receiver(const char* segment) {
    handoff_handle_options handle;
    handoff_handle_options_init(&handle);
    handoff_receiver* receiver = NULL;
    handle.attach_timeout_ns = SECONDS(10);
    GOOD(handoff_receiver_open(segment, NULL, &handle, &receiver));
    return receiver;
}

static handoff_loan* written_loan(handoff_sender* sender, const char* words) {
    handoff_loan* loan = NULL;
    GOOD(handoff_sender_loan(sender, SECONDS(10), NULL, &loan));
    memcpy(handoff_loan_data(loan), words, strlen(words));
    GOOD(handoff_loan_resize(loan, strlen(words)));
    CHECK(handoff_loan_bytes(loan) == strlen(words));
    return loan;
}

static void send_words(handoff_sender* sender, const char* words) {
    handoff_loan* loan = written_loan(sender, words);
    GOOD(handoff_sender_send(sender, &loan));
    CHECK(loan == NULL);
}

static handoff_request* receive(handoff_receiver* receiver) {
    handoff_request* request = NULL;
    GOOD(handoff_receiver_receive(receiver, SECONDS(10), NULL, &request));
    return request;
}

static bool payload_is(const handoff_request* request, const char* words) {
    size_t bytes = 0;
    const void* payload = handoff_request_payload(request, &bytes);
    return bytes == strlen(words) && memcmp(payload, words, bytes) == 0;
}

/* Answers one request with its bytes in reverse order, then takes one more and holds it until it is killed. */
static void answer_one_and_hold_one(const char* segment) {
    handoff_receiver* receiver = open_receiver(segment);
    handoff_request* request = receive(receiver);
    size_t bytes = 0;
    const char* payload = handoff_request_payload(request, &bytes);
    char* reply = handoff_request_reply(request, NULL);
    for (size_t at = 0; at < bytes; ++at) reply[at] = payload[bytes - 1 - at];
    GOOD(handoff_request_processed(&request, bytes));
    CHECK(request == NULL);
    request = receive(receiver);
    for (;;) pause();
}

static void a_request_is_answered_by_another_process(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    const int child = start_child(answer_one_and_hold_one, segment);
    GOOD(handoff_sender_wait_for_receiver(sender, SECONDS(10), NULL));
    handoff_loan* loan = written_loan(sender, "stressed");
    handoff_processed* processed = NULL;
    GOOD(handoff_sender_request(sender, &loan, SECONDS(10), NULL, &processed));
    size_t bytes = 0;
    const void* reply = handoff_processed_reply(processed, &bytes);
    CHECK(bytes == 8 && memcmp(reply, "desserts", 8) == 0);
    CHECK(memcmp(handoff_processed_payload(processed, &bytes), "stressed", 8) == 0 && bytes == 8);
    handoff_processed_info about;
    handoff_processed_info_init(&about);
    GOOD(handoff_processed_about(processed, &about));
    CHECK(about.sequence == 1 && about.deliveries == 1 && about.round_trip_ns > 0);
    CHECK(about.image.encoding == HANDOFF_NONE && about.reply_image.encoding == HANDOFF_NONE);
    handoff_processed_drop(&processed);
    CHECK(processed == NULL);
    kill_child(child);
    handoff_sender_close(&sender);
}

static void what_a_killed_receiver_held_is_delivered_again(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    const int child = start_child(answer_one_and_hold_one, segment);
    send_words(sender, "first");
    send_words(sender, "second");
    handoff_channel_state state;
    handoff_channel_state_init(&state);
    for (int look = 0; look < 10000 && !(state.taken == 1 && state.free == 1); ++look) {
        GOOD(handoff_sender_state(sender, &state));
        poll(NULL, 0, 1);
    }
    CHECK(state.taken == 1 && state.free == 1 && state.receivers == 1 && state.senders == 1);
    kill_child(child);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_request* request = receive(receiver);
    CHECK(payload_is(request, "second"));
    handoff_request_info about;
    handoff_request_info_init(&about);
    GOOD(handoff_request_about(request, &about));
    uint64_t sender_id = 0;
    GOOD(handoff_sender_id(sender, &sender_id));
    CHECK(about.deliveries == 2 && about.sequence == 2 && about.sender == sender_id);
    CHECK(about.sent_ns > 0 && about.taken_ns > about.sent_ns);
    GOOD(handoff_request_processed(&request, 0));
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static void send_for_ever(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    for (;;) send_words(sender, "again");
}

static void a_killed_sender_leaves_its_requests_and_no_loan(const char* segment) {
    const int child = start_child(send_for_ever, segment);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_request* request = NULL;
    handoff_status status = HANDOFF_OK;
    for (int count = 0; count < 50; ++count) {
        request = receive(receiver);
        GOOD(handoff_request_processed(&request, 0));
    }
    kill_child(child);
    while ((status = handoff_receiver_receive(receiver, SECONDS(10), NULL, &request)) == HANDOFF_OK)
        GOOD(handoff_request_processed(&request, 0));
    CHECK(status == HANDOFF_END_OF_STREAM);
    handoff_channel_state state;
    handoff_channel_state_init(&state);
    GOOD(handoff_receiver_state(receiver, &state));
    CHECK(state.free == 2 && state.senders == 0);
    handoff_receiver_close(&receiver);
}

static void a_pending_survives_its_timeout_and_ends_with_its_answer(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_loan* loan = written_loan(sender, "work");
    handoff_pending* pending = NULL;
    handoff_processed* processed = NULL;
    GOOD(handoff_sender_request_async(sender, &loan, &pending));
    CHECK(loan == NULL && handoff_pending_sequence(pending) == 1 && !handoff_pending_was_answered(pending));
    ANSWERS(HANDOFF_TIMED_OUT, handoff_pending_wait(&pending, 1000, NULL, &processed));
    SAYS("unread");
    CHECK(pending != NULL && processed == NULL);
    handoff_request* request = receive(receiver);
    GOOD(handoff_request_failed(&request, "the lamp is broken"));
    CHECK(request == NULL && handoff_pending_was_answered(pending));
    ANSWERS(HANDOFF_FAILED, handoff_pending_wait(&pending, SECONDS(10), NULL, &processed));
    SAYS("the lamp is broken");
    CHECK(pending == NULL && processed == NULL);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static void what_nobody_took_can_be_withdrawn(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_pending* pending = NULL;
    bool taken_back = false;
    handoff_loan* loan = written_loan(sender, "withdrawn");
    GOOD(handoff_sender_request_async(sender, &loan, &pending));
    GOOD(handoff_pending_withdraw(&pending, &taken_back));
    CHECK(taken_back && pending == NULL);
    loan = written_loan(sender, "taken");
    GOOD(handoff_sender_request_async(sender, &loan, &pending));
    handoff_request* request = receive(receiver);
    CHECK(payload_is(request, "taken"));
    GOOD(handoff_pending_withdraw(&pending, &taken_back));
    CHECK(!taken_back && pending == NULL);
    handoff_request_drop(&request);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static void a_dropped_request_comes_again_and_a_dropped_loan_is_free(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_loan* loans[3] = {NULL, NULL, NULL};
    GOOD(handoff_sender_try_loan(sender, &loans[0]));
    GOOD(handoff_sender_try_loan(sender, &loans[1]));
    ANSWERS(HANDOFF_FULL, handoff_sender_try_loan(sender, &loans[2]));
    ANSWERS(HANDOFF_TIMED_OUT, handoff_sender_loan(sender, 1000, NULL, &loans[2]));
    SAYS("on loan to");
    char words[64] = "";
    GOOD(handoff_receiver_who_holds(receiver, words, 8));
    CHECK(strcmp(words, "2 of 2 ") == 0);
    handoff_loan_drop(&loans[0]);
    handoff_loan_drop(&loans[1]);
    send_words(sender, "once more");
    handoff_request* request = receive(receiver);
    handoff_request_drop(&request);
    GOOD(handoff_receiver_try_receive(receiver, &request));
    handoff_request_info about;
    handoff_request_info_init(&about);
    GOOD(handoff_request_about(request, &about));
    CHECK(about.deliveries == 2 && about.awaited == 0 && payload_is(request, "once more"));
    GOOD(handoff_request_processed(&request, 0));
    ANSWERS(HANDOFF_EMPTY, handoff_receiver_try_receive(receiver, &request));
    handoff_sender_close(&sender);
    ANSWERS(HANDOFF_END_OF_STREAM, handoff_receiver_receive(receiver, SECONDS(10), NULL, &request));
    handoff_receiver_close(&receiver);
}

static void a_picture_and_its_answer_keep_their_descriptions(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_loan* loan = NULL;
    handoff_image image;
    handoff_pending* pending = NULL;
    handoff_processed* processed = NULL;
    GOOD(handoff_image_init(&image, 4, 5, HANDOFF_BGR8));
    strcpy(image.frame_id, "left");
    image.capture_time_ns = 77;
    GOOD(handoff_sender_try_loan(sender, &loan));
    CHECK(handoff_loan_capacity(loan) == 64);
    GOOD(handoff_loan_describe(loan, &image));
    CHECK(handoff_loan_bytes(loan) == 60);
    GOOD(handoff_sender_request_async(sender, &loan, &pending));
    handoff_request* request = receive(receiver);
    handoff_request_info about;
    handoff_request_info_init(&about);
    GOOD(handoff_request_about(request, &about));
    CHECK(about.awaited == 1 && memcmp(&about.image, &image, sizeof image) == 0);
    GOOD(handoff_image_init(&image, 100, 100, HANDOFF_MONO8));
    ANSWERS(HANDOFF_TOO_LARGE, handoff_request_describe_reply(request, &image));
    GOOD(handoff_image_init(&image, 8, 8, HANDOFF_MONO8));
    GOOD(handoff_request_describe_reply(request, &image));
    ANSWERS(HANDOFF_TOO_LARGE, handoff_request_processed(&request, 65));
    CHECK(request != NULL);
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_request_describe(request, &image));
    SAYS("in_place");
    GOOD(handoff_request_processed(&request, 64));
    GOOD(handoff_pending_wait(&pending, SECONDS(10), NULL, &processed));
    handoff_processed_info answer;
    handoff_processed_info_init(&answer);
    GOOD(handoff_processed_about(processed, &answer));
    CHECK(answer.reply_image.width == 8 && answer.image.width == 4 && answer.image.capture_time_ns == 77);
    handoff_processed_drop(&processed);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static void a_frame_is_edited_in_place(const char* segment) {
    handoff_channel_shape shape;
    handoff_channel_shape_init(&shape);
    handoff_sender* sender = NULL;
    shape.payload_bytes = 16;
    shape.in_place = 1;
    GOOD(handoff_sender_open(segment, &shape, NULL, &sender));
    handoff_receiver* receiver = open_receiver(segment);
    handoff_loan* loan = written_loan(sender, "abc");
    handoff_pending* pending = NULL;
    handoff_processed* processed = NULL;
    GOOD(handoff_sender_request_async(sender, &loan, &pending));
    handoff_request* request = receive(receiver);
    void* data = NULL;
    size_t bytes = 0;
    GOOD(handoff_request_editable(request, &data, &bytes));
    CHECK(bytes == 3);
    memcpy(data, "xyz", 3);
    GOOD(handoff_request_processed(&request, 0));
    GOOD(handoff_pending_wait(&pending, SECONDS(10), NULL, &processed));
    CHECK(memcmp(handoff_processed_payload(processed, NULL), "xyz", 3) == 0);
    handoff_processed_drop(&processed);
    handoff_channel_info info;
    handoff_channel_info_init(&info);
    GOOD(handoff_receiver_info(receiver, &info));
    CHECK(info.in_place == 1 && info.payload_bytes == 16 && info.slot_count == 8 && strcmp(info.name, segment) == 0);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static void a_descriptor_and_a_waitable_tell_of_a_request(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_waitable* waitable = NULL;
    struct pollfd watched = {-1, POLLIN, 0};
    GOOD(handoff_receiver_waitable(receiver, &waitable));
    GOOD(handoff_receiver_descriptor(receiver, &watched.fd));
    CHECK(poll(&watched, 1, 0) == 0 && !handoff_waitable_was_ready(waitable));
    const handoff_waitable* all[] = {waitable};
    size_t index = 9;
    ANSWERS(HANDOFF_TIMED_OUT, handoff_wait_any(all, 1, 1000, NULL, &index));
    send_words(sender, "here");
    GOOD(handoff_wait_any(all, 1, SECONDS(10), NULL, &index));
    CHECK(index == 0 && handoff_waitable_was_ready(waitable));
    CHECK(poll(&watched, 1, 10000) == 1);
    handoff_request* request = receive(receiver);
    GOOD(handoff_request_processed(&request, 0));
    handoff_waitable_drop(&waitable);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static handoff_status loan_both(handoff_sender* sender, handoff_loan** loans) {
    size_t loaned = 0;
    const handoff_status status = handoff_sender_loan_batch(sender, SECONDS(10), NULL, loans, 5, &loaned);
    CHECK(status != HANDOFF_OK || loaned == 2); /* there are no more slots */
    return status;
}

static void a_batch_is_sent_taken_and_processed_in_its_order(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_loan* loans[5] = {NULL};
    handoff_request* requests[5] = {NULL};
    size_t count = 7;
    GOOD(loan_both(sender, loans));
    CHECK(loans[0] != NULL && loans[1] != NULL && loans[2] == NULL);
    for (int at = 0; at < 2; ++at) {
        memset(handoff_loan_data(loans[at]), 'a' + at, 1);
        GOOD(handoff_loan_resize(loans[at], 1));
    }
    ANSWERS(HANDOFF_TIMED_OUT, handoff_receiver_receive_batch(receiver, 1000, NULL, requests, 5, &count));
    CHECK(count == 7 && requests[0] == NULL);
    GOOD(handoff_sender_send_batch(sender, loans, 2));
    CHECK(loans[0] == NULL && loans[1] == NULL);
    GOOD(handoff_receiver_receive_batch(receiver, SECONDS(10), NULL, requests, 5, &count));
    CHECK(count == 2 && payload_is(requests[0], "a") && payload_is(requests[1], "b") && requests[2] == NULL);
    GOOD(handoff_receiver_processed_batch(receiver, requests, 2));
    CHECK(requests[0] == NULL && requests[1] == NULL);
    handoff_channel_state state;
    handoff_channel_state_init(&state);
    GOOD(handoff_sender_state(sender, &state));
    CHECK(state.free == 2);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

static void a_batch_that_makes_no_sense_is_refused_and_leaves_no_slot_behind(const char* segment) {
    handoff_sender* sender = open_sender(segment);
    handoff_receiver* receiver = open_receiver(segment);
    handoff_loan* loans[5] = {NULL};
    handoff_request* request = NULL;
    size_t count = 0;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_loan_batch(sender, HANDOFF_NOW, NULL, loans, 0, &count));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_loan_batch(sender, HANDOFF_NOW, NULL, NULL, 2, &count));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_loan_batch(sender, -1, NULL, loans, 2, &count));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_send_batch(sender, NULL, 1));
    GOOD(handoff_sender_send_batch(sender, NULL, 0));
    GOOD(loan_both(sender, loans));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_send_batch(sender, loans, 3));
    SAYS("loan number 2 of the batch");
    CHECK(loans[0] != NULL && loans[1] != NULL);
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_send_batch(NULL, loans, 2));
    CHECK(loans[0] == NULL && loans[1] == NULL);
    GOOD(loan_both(sender, loans)); /* both came back */
    ANSWERS(HANDOFF_TIMED_OUT, handoff_sender_loan_batch(sender, 1000, NULL, &loans[2], 1, &count));
    handoff_loan_drop(&loans[0]);
    handoff_loan_drop(&loans[1]);
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_receiver_processed_batch(receiver, &request, 1));
    SAYS("request number 0 of the batch");
    send_words(sender, "later");
    request = receive(receiver);
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_receiver_processed_batch(NULL, &request, 1));
    CHECK(request == NULL);
    request = receive(receiver); /* was given back */
    CHECK(payload_is(request, "later"));
    GOOD(handoff_receiver_processed_batch(receiver, &request, 1));
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
}

const struct test_case channel_cases[] = {
    {"a_request_is_answered_by_another_process", a_request_is_answered_by_another_process},
    {"what_a_killed_receiver_held_is_delivered_again", what_a_killed_receiver_held_is_delivered_again},
    {"a_killed_sender_leaves_its_requests_and_no_loan", a_killed_sender_leaves_its_requests_and_no_loan},
    {"a_pending_survives_its_timeout_and_ends_with_its_answer",
     a_pending_survives_its_timeout_and_ends_with_its_answer},
    {"what_nobody_took_can_be_withdrawn", what_nobody_took_can_be_withdrawn},
    {"a_dropped_request_comes_again_and_a_dropped_loan_is_free",
     a_dropped_request_comes_again_and_a_dropped_loan_is_free},
    {"a_picture_and_its_answer_keep_their_descriptions", a_picture_and_its_answer_keep_their_descriptions},
    {"a_frame_is_edited_in_place", a_frame_is_edited_in_place},
    {"a_descriptor_and_a_waitable_tell_of_a_request", a_descriptor_and_a_waitable_tell_of_a_request},
    {"a_batch_is_sent_taken_and_processed_in_its_order", a_batch_is_sent_taken_and_processed_in_its_order},
    {"a_batch_that_makes_no_sense_is_refused_and_leaves_no_slot_behind",
     a_batch_that_makes_no_sense_is_refused_and_leaves_no_slot_behind},
    {NULL, NULL}};
