#include <poll.h>

#include "case.h"

static handoff_publisher* open_publisher(const char* segment) {
    handoff_topic_shape shape;
    handoff_topic_shape_init(&shape);
    handoff_publisher* publisher = NULL;
    shape.history = 3;
    shape.loans = 1;
    shape.payload_bytes = 16;
    GOOD(handoff_publisher_open(segment, &shape, NULL, &publisher));
    return publisher;
}

static uint64_t publish(handoff_publisher* publisher, char letter) {
    handoff_loan* loan = NULL;
    uint64_t sequence = 0;
    GOOD(handoff_publisher_loan(publisher, &loan));
    *(char*)handoff_loan_data(loan) = letter;
    GOOD(handoff_loan_resize(loan, 1));
    GOOD(handoff_publisher_publish(publisher, &loan, &sequence));
    CHECK(loan == NULL);
    return sequence;
}

static char letter_of(const handoff_message* message) {
    size_t bytes = 0;
    const char* payload = handoff_message_payload(message, &bytes);
    CHECK(bytes == 1);
    return *payload;
}

static void every_subscriber_gets_what_is_kept_and_is_told_what_is_lost(const char* segment) {
    handoff_publisher* publisher = open_publisher(segment);
    handoff_subscriber* subscriber = NULL;
    handoff_message* message = NULL;
    GOOD(handoff_subscriber_open(segment, NULL, NULL, NULL, &subscriber));
    GOOD(handoff_publisher_wait_for_subscriber(publisher, SECONDS(10), NULL));
    ANSWERS(HANDOFF_EMPTY, handoff_subscriber_try_next(subscriber, &message));
    ANSWERS(HANDOFF_TIMED_OUT, handoff_subscriber_next(subscriber, 1000, NULL, &message));
    for (char letter = 'a'; letter <= 'e'; ++letter) CHECK(publish(publisher, letter) == 1u + (letter - 'a'));
    GOOD(handoff_subscriber_next(subscriber, SECONDS(10), NULL, &message));
    handoff_message_info about;
    handoff_message_info_init(&about);
    GOOD(handoff_message_about(message, &about));
    CHECK(letter_of(message) == 'c' && about.sequence == 3 && about.lost == 2 && about.bytes == 1);
    CHECK(about.published_ns > 0);
    handoff_message* second = NULL;
    ANSWERS(HANDOFF_FULL, handoff_subscriber_try_next(subscriber, &second));
    handoff_message_drop(&message);
    GOOD(handoff_subscriber_newest(subscriber, SECONDS(10), NULL, &message));
    CHECK(letter_of(message) == 'e');
    handoff_message_drop(&message);
    ANSWERS(HANDOFF_EMPTY, handoff_subscriber_try_newest(subscriber, &message));
    handoff_publisher_close(&publisher);
    ANSWERS(HANDOFF_END_OF_STREAM, handoff_subscriber_next(subscriber, SECONDS(10), NULL, &message));
    handoff_subscriber_close(&subscriber);
}

static void a_reader_without_rights_copies(const char* segment) {
    handoff_publisher* publisher = open_publisher(segment);
    handoff_subscriber_options options;
    handoff_subscriber_options_init(&options);
    handoff_subscriber* subscriber = NULL;
    handoff_message* message = NULL;
    options.read_only = 1;
    options.pins = 0;
    options.start = HANDOFF_START_OLDEST;
    GOOD(handoff_subscriber_open(segment, NULL, NULL, &options, &subscriber));
    publish(publisher, 'x');
    publish(publisher, 'y');
    publish(publisher, 'z');
    char buffer[16] = "";
    handoff_message_info about;
    handoff_message_info_init(&about);
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_subscriber_try_next(subscriber, &message));
    ANSWERS(HANDOFF_TOO_LARGE, handoff_subscriber_copy_next(subscriber, buffer, 0, HANDOFF_NOW, NULL, &about));
    GOOD(handoff_subscriber_copy_next(subscriber, buffer, sizeof buffer, HANDOFF_NOW, NULL, &about));
    CHECK(buffer[0] == 'x' && about.bytes == 1 && about.sequence == 1);
    GOOD(handoff_subscriber_copy_newest(subscriber, buffer, sizeof buffer, HANDOFF_NOW, NULL, NULL));
    CHECK(buffer[0] == 'z');
    handoff_subscriber_close(&subscriber);
    handoff_publisher_close(&publisher);
}

static void shape_and_state_are_told(const char* segment) {
    handoff_publisher* publisher = open_publisher(segment);
    handoff_subscriber* subscriber = NULL;
    handoff_loan* loans[32] = {NULL};
    int taken = 0;
    GOOD(handoff_subscriber_open(segment, NULL, NULL, NULL, &subscriber));
    publish(publisher, 'a');
    while (taken < 31 && handoff_publisher_loan(publisher, &loans[taken]) == HANDOFF_OK) ++taken;
    ANSWERS(HANDOFF_FULL, handoff_publisher_loan(publisher, &loans[taken]));
    SAYS("is loaned");
    while (taken > 1) handoff_loan_drop(&loans[--taken]);
    CHECK(taken == 1);
    handoff_topic_info info;
    handoff_topic_info_init(&info);
    GOOD(handoff_subscriber_info(subscriber, &info));
    CHECK(info.history == 3 && info.payload_bytes == 16 && info.loans == 1 && info.pin_budget == 8);
    CHECK(info.slot_count == 3 + 1 + 8 + 1 && info.participants == 32 && strcmp(info.name, segment) == 0);
    GOOD(handoff_publisher_info(publisher, &info));
    handoff_topic_state state;
    handoff_topic_state_init(&state);
    GOOD(handoff_publisher_state(publisher, &state));
    CHECK(state.loaned == 1 && state.published == 1 && state.newest == 1 && state.publishers == 1);
    GOOD(handoff_subscriber_state(subscriber, &state));
    CHECK(state.subscribers == 1);
    handoff_loan_drop(&loans[0]);
    handoff_publisher_close(&publisher);
    handoff_subscriber_close(&subscriber);
}

static void a_descriptor_and_a_waitable_tell_of_a_message(const char* segment) {
    handoff_publisher* publisher = open_publisher(segment);
    handoff_subscriber* subscriber = NULL;
    handoff_waitable* waitable = NULL;
    struct pollfd watched = {-1, POLLIN, 0};
    size_t index = 9;
    GOOD(handoff_subscriber_open(segment, NULL, NULL, NULL, &subscriber));
    GOOD(handoff_subscriber_waitable(subscriber, &waitable));
    GOOD(handoff_subscriber_descriptor(subscriber, &watched.fd));
    const handoff_waitable* all[] = {waitable};
    ANSWERS(HANDOFF_TIMED_OUT, handoff_wait_any(all, 1, HANDOFF_NOW, NULL, &index));
    publish(publisher, 'a');
    GOOD(handoff_wait_any(all, 1, SECONDS(10), NULL, &index));
    CHECK(index == 0 && poll(&watched, 1, 10000) == 1);
    handoff_waitable_drop(&waitable);
    handoff_subscriber_close(&subscriber);
    handoff_publisher_close(&publisher);
}

const struct test_case topic_cases[] = {
    {"every_subscriber_gets_what_is_kept_and_is_told_what_is_lost",
     every_subscriber_gets_what_is_kept_and_is_told_what_is_lost},
    {"a_reader_without_rights_copies", a_reader_without_rights_copies},
    {"shape_and_state_are_told", shape_and_state_are_told},
    {"a_descriptor_and_a_waitable_tell_of_a_message", a_descriptor_and_a_waitable_tell_of_a_message},
    {NULL, NULL}};
