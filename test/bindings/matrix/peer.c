/* A writer or reader for matrix_test.py; README.md describes what it does. */
#define _POSIX_C_SOURCE 200809L

#include <handoff/handoff.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { frame_bytes = 60 };
static const int64_t timeout_ns = INT64_C(30000000000);

static void expect(bool as_it_should, const char* what) {
    if (as_it_should) return;
    fprintf(stderr, "%s; the last refusal: %s\n", what, handoff_last_error());
    exit(1);
}

static void good(handoff_status status) {
    expect(status == HANDOFF_OK, handoff_status_name(status));
}

static void print_first(uint64_t number) {
    if (number != 1) return;
    puts("first");
    fflush(stdout);
}

static void pause_briefly(void) {
    const struct timespec millisecond = {0, 1000000};
    nanosleep(&millisecond, NULL);
}

static uint64_t sum_of(const unsigned char* bytes, size_t count) {
    uint64_t sum = 0;
    for (size_t at = 0; at < count; ++at) sum += bytes[at];
    return sum;
}

static uint64_t fill(handoff_loan* loan, uint64_t number) {
    handoff_image image;
    good(handoff_image_init(&image, 5, 4, HANDOFF_BGR8));
    strcpy(image.frame_id, "peer");
    good(handoff_loan_describe(loan, &image));
    unsigned char* bytes = handoff_loan_data(loan);
    for (size_t at = 0; at < frame_bytes; ++at) bytes[at] = (unsigned char)((7 * number + at) % 251);
    memcpy(bytes, &number, sizeof number);
    return sum_of(bytes, frame_bytes);
}

static uint64_t number_of(const unsigned char* bytes, size_t count, const handoff_image* image) {
    uint64_t number = 0;
    expect(count == frame_bytes && image->width == 5 && image->height == 4 && image->encoding == HANDOFF_BGR8 &&
               strcmp(image->frame_id, "peer") == 0,
           "a frame has the wrong shape");
    memcpy(&number, bytes, sizeof number);
    for (size_t at = sizeof number; at < count; ++at)
        expect(bytes[at] == (7 * number + at) % 251, "a byte of a frame is wrong");
    return number;
}

static const handoff_array pair_of_numbers = {HANDOFF_DTYPE_UINT64, 1, {2}, 0};

static void expect_pair(const handoff_processed* processed) {
    handoff_processed_info about;
    handoff_array array;
    handoff_processed_info_init(&about);
    good(handoff_processed_about(processed, &about));
    good(handoff_array_from(&about.reply_image, &array));
    expect(memcmp(&array, &pair_of_numbers, sizeof array) == 0, "an answer has the wrong description");
}

static void describe_pair(handoff_request* request) {
    handoff_image description;
    good(handoff_array_describe(&pair_of_numbers, &description, NULL));
    good(handoff_request_describe_reply(request, &description));
}

static void write_channel(const char* name, uint64_t count) {
    handoff_channel_shape shape;
    handoff_channel_shape_init(&shape);
    handoff_sender* sender = NULL;
    shape.slot_count = 4;
    shape.payload_bytes = frame_bytes;
    shape.reply_bytes = 16;
    good(handoff_sender_open(name, &shape, NULL, &sender));
    for (uint64_t number = 1; count == 0 || number <= count; ++number) {
        handoff_loan* loan = NULL;
        handoff_processed* processed = NULL;
        uint64_t answer[2] = {0, 0};
        size_t bytes = 0;
        good(handoff_sender_loan(sender, timeout_ns, NULL, &loan));
        const uint64_t sum = fill(loan, number);
        good(handoff_sender_request(sender, &loan, timeout_ns, NULL, &processed));
        const void* reply = handoff_processed_reply(processed, &bytes);
        expect(bytes == sizeof answer, "an answer has the wrong size");
        expect_pair(processed);
        memcpy(answer, reply, sizeof answer);
        expect(answer[0] == number && answer[1] == sum, "an answer is wrong");
        handoff_processed_drop(&processed);
        print_first(number);
    }
    handoff_sender_close(&sender);
}

static void read_channel(const char* name, uint64_t count) {
    handoff_handle_options handle;
    handoff_handle_options_init(&handle);
    handoff_receiver* receiver = NULL;
    handle.attach_timeout_ns = timeout_ns;
    good(handoff_receiver_open(name, NULL, &handle, &receiver));
    for (uint64_t got = 1; count == 0 || got <= count; ++got) {
        handoff_request* request = NULL;
        handoff_request_info about;
        handoff_request_info_init(&about);
        size_t bytes = 0;
        const handoff_status status = handoff_receiver_receive(receiver, timeout_ns, NULL, &request);
        if (status == HANDOFF_END_OF_STREAM && count == 0) break;
        good(status);
        good(handoff_request_about(request, &about));
        const unsigned char* payload = handoff_request_payload(request, &bytes);
        const uint64_t answer[2] = {number_of(payload, bytes, &about.image), sum_of(payload, bytes)};
        memcpy(handoff_request_reply(request, NULL), answer, sizeof answer);
        describe_pair(request);
        good(handoff_request_processed(&request, sizeof answer));
        print_first(got);
    }
    handoff_receiver_close(&receiver);
}

static void write_topic(const char* name, uint64_t count) {
    handoff_topic_shape shape;
    handoff_topic_shape_init(&shape);
    handoff_publisher* publisher = NULL;
    shape.history = 64;
    shape.payload_bytes = frame_bytes;
    good(handoff_publisher_open(name, &shape, NULL, &publisher));
    good(handoff_publisher_wait_for_subscriber(publisher, timeout_ns, NULL));
    for (uint64_t number = 1; count == 0 || number <= count; ++number) {
        handoff_loan* loan = NULL;
        good(handoff_publisher_loan(publisher, &loan));
        fill(loan, number);
        good(handoff_publisher_publish(publisher, &loan, NULL));
        print_first(number);
        if (count == 0) pause_briefly();
    }
    handoff_publisher_close(&publisher);
}

static void read_topic(const char* name, uint64_t count) {
    handoff_handle_options handle;
    handoff_handle_options_init(&handle);
    handoff_subscriber_options options;
    handoff_subscriber_options_init(&options);
    handoff_subscriber* subscriber = NULL;
    handle.attach_timeout_ns = timeout_ns;
    options.start = HANDOFF_START_OLDEST;
    good(handoff_subscriber_open(name, NULL, &handle, &options, &subscriber));
    for (uint64_t got = 1; count == 0 || got <= count; ++got) {
        handoff_message* message = NULL;
        handoff_message_info about;
        handoff_message_info_init(&about);
        size_t bytes = 0;
        const handoff_status status = handoff_subscriber_next(subscriber, timeout_ns, NULL, &message);
        if (status == HANDOFF_END_OF_STREAM && count == 0) break;
        good(status);
        good(handoff_message_about(message, &about));
        const unsigned char* payload = handoff_message_payload(message, &bytes);
        const uint64_t number = number_of(payload, bytes, &about.image);
        expect(count == 0 || (number == got && about.lost == 0), "a message is missing");
        handoff_message_drop(&message);
        print_first(got);
    }
    handoff_subscriber_close(&subscriber);
}

static handoff_latest* write_latest(const char* name, uint64_t count) {
    handoff_latest_shape shape;
    handoff_latest_shape_init(&shape);
    handoff_latest* latest = NULL;
    shape.capacity_bytes = 16;
    good(handoff_latest_open(name, &shape, NULL, NULL, &latest));
    for (uint64_t number = 1; count == 0 || number <= count; ++number) {
        const uint64_t value[2] = {number, number * number};
        good(handoff_latest_write(latest, value, sizeof value, NULL));
        print_first(number);
        pause_briefly();
    }
    return latest;
}

static void read_latest(const char* name, uint64_t count) {
    handoff_handle_options handle;
    handoff_handle_options_init(&handle);
    handoff_latest* latest = NULL;
    handle.open = HANDOFF_ATTACH;
    handle.attach_timeout_ns = timeout_ns;
    good(handoff_latest_open(name, NULL, &handle, NULL, &latest));
    for (uint64_t got = 1;; ++got) {
        uint64_t value[2] = {0, 0};
        handoff_reading reading;
        handoff_reading_init(&reading);
        good(handoff_latest_wait_newer(latest, value, sizeof value, timeout_ns, NULL, &reading));
        expect(reading.bytes == sizeof value && value[1] == value[0] * value[0], "a value is torn");
        print_first(got);
        if (count != 0 && value[0] == count) break;
    }
    handoff_latest_close(&latest);
}

int main(int argc, char** argv) {
    if (argc != 5) return fputs("usage: peer write|read channel|topic|latest NAME COUNT\n", stderr), 2;
    const bool writes = strcmp(argv[1], "write") == 0;
    const uint64_t count = strtoull(argv[4], NULL, 10);
    handoff_latest* kept = NULL;
    if (strcmp(argv[2], "channel") == 0) {
        (writes ? write_channel : read_channel)(argv[3], count);
    } else if (strcmp(argv[2], "topic") == 0) {
        (writes ? write_topic : read_topic)(argv[3], count);
    } else if (writes) {
        kept = write_latest(argv[3], count);
    } else {
        read_latest(argv[3], count);
    }
    printf("done %llu\n", (unsigned long long)count);
    fflush(stdout);
    while (writes && getchar() != EOF) continue;
    handoff_latest_close(&kept);
    return 0;
}
