#include <poll.h>

#include "case.h"

static handoff_latest* open_latest(const char* segment, uint64_t capacity_bytes) {
    handoff_latest_shape shape;
    handoff_latest_shape_init(&shape);
    handoff_latest* latest = NULL;
    shape.capacity_bytes = capacity_bytes;
    GOOD(handoff_latest_open(segment, &shape, NULL, NULL, &latest));
    return latest;
}

static void the_newest_value_is_read_whole(const char* segment) {
    handoff_latest* writer = open_latest(segment, 8);
    handoff_latest* reader = open_latest(segment, 0);
    char buffer[8] = "";
    uint64_t sequence = 0;
    handoff_reading reading;
    handoff_reading_init(&reading);
    ANSWERS(HANDOFF_EMPTY, handoff_latest_read(reader, buffer, sizeof buffer, &reading));
    GOOD(handoff_latest_write(writer, "one", 3, NULL));
    GOOD(handoff_latest_write(writer, "four", 4, &sequence));
    CHECK(sequence == 2 && handoff_latest_has_newer(reader));
    GOOD(handoff_latest_wait_newer(reader, buffer, sizeof buffer, SECONDS(10), NULL, &reading));
    CHECK(reading.bytes == 4 && reading.sequence == 2 && reading.written_ns > 0 && memcmp(buffer, "four", 4) == 0);
    CHECK(!handoff_latest_has_newer(reader));
    ANSWERS(HANDOFF_TIMED_OUT, handoff_latest_wait_newer(reader, buffer, sizeof buffer, 1000, NULL, &reading));
    GOOD(handoff_latest_read(reader, buffer, sizeof buffer, NULL));
    ANSWERS(HANDOFF_TOO_LARGE, handoff_latest_read(reader, buffer, 2, NULL));
    ANSWERS(HANDOFF_TOO_LARGE, handoff_latest_write(writer, "too many bytes", 14, NULL));
    GOOD(handoff_latest_write(writer, NULL, 0, NULL));
    GOOD(handoff_latest_read(reader, NULL, 0, &reading));
    CHECK(reading.bytes == 0 && reading.sequence == 3);
    handoff_latest_close(&reader);
    handoff_latest_close(&writer);
}

static void a_read_only_handle_reads_and_does_not_write(const char* segment) {
    handoff_latest* writer = open_latest(segment, 8);
    handoff_latest_options options;
    handoff_latest_options_init(&options);
    handoff_latest* reader = NULL;
    char letter = 0;
    options.read_only = 1;
    GOOD(handoff_latest_open(segment, NULL, NULL, &options, &reader));
    GOOD(handoff_latest_write(writer, "a", 1, NULL));
    GOOD(handoff_latest_wait_newer(reader, &letter, 1, SECONDS(10), NULL, NULL));
    CHECK(letter == 'a');
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_latest_write(reader, "b", 1, NULL));
    handoff_latest_info info;
    handoff_latest_info_init(&info);
    GOOD(handoff_latest_about(reader, &info));
    CHECK(info.capacity_bytes == 8 && info.participants == 16 && strcmp(info.name, segment) == 0);
    handoff_latest_close(&reader);
    handoff_latest_close(&writer);
}

static void a_descriptor_and_a_waitable_tell_of_a_value(const char* segment) {
    handoff_latest* writer = open_latest(segment, 8);
    handoff_latest* reader = open_latest(segment, 0);
    handoff_waitable* waitable = NULL;
    struct pollfd watched = {-1, POLLIN, 0};
    size_t index = 9;
    GOOD(handoff_latest_waitable(reader, &waitable));
    GOOD(handoff_latest_descriptor(reader, &watched.fd));
    const handoff_waitable* all[] = {waitable};
    ANSWERS(HANDOFF_TIMED_OUT, handoff_wait_any(all, 1, HANDOFF_NOW, NULL, &index));
    GOOD(handoff_latest_write(writer, "a", 1, NULL));
    GOOD(handoff_wait_any(all, 1, SECONDS(10), NULL, &index));
    CHECK(index == 0 && poll(&watched, 1, 10000) == 1);
    handoff_waitable_drop(&waitable);
    handoff_latest_close(&reader);
    handoff_latest_close(&writer);
}

const struct test_case latest_cases[] = {
    {"the_newest_value_is_read_whole", the_newest_value_is_read_whole},
    {"a_read_only_handle_reads_and_does_not_write", a_read_only_handle_reads_and_does_not_write},
    {"a_descriptor_and_a_waitable_tell_of_a_value", a_descriptor_and_a_waitable_tell_of_a_value},
    {NULL, NULL}};
