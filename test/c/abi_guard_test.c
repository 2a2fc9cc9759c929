/* What holds of every function of the C interface: statuses, messages, NULL, sizes of structs, forks. */
#include <pthread.h>
#include <unistd.h>

#include "case.h"

static void null_is_refused_and_never_followed(const char* segment) {
    handoff_loan* no_loan = NULL;
    handoff_pending* no_pending = NULL;
    handoff_request* no_request = NULL;
    handoff_processed* processed = NULL;
    handoff_message* message = NULL;
    handoff_waitable* waitable = NULL;
    size_t bytes = 9;
    int descriptor = 0;
    uint64_t number = 0;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open(NULL, NULL, NULL, NULL));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_receiver_open(segment, NULL, NULL, NULL));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_loan(NULL, HANDOFF_FOREVER, NULL, &no_loan));
    SAYS("the sender is NULL");
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_send(NULL, &no_loan));
    SAYS("the loan is NULL");
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_send(NULL, NULL));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_request(NULL, &no_loan, HANDOFF_FOREVER, NULL, &processed));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_id(NULL, &number));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_pending_wait(&no_pending, HANDOFF_FOREVER, NULL, &processed));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_pending_withdraw(&no_pending, NULL));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_receiver_receive(NULL, HANDOFF_FOREVER, NULL, &no_request));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_request_processed(&no_request, 0));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_request_failed(&no_request, NULL));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_loan_resize(NULL, 1));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_publisher_loan(NULL, &no_loan));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_publisher_publish(NULL, &no_loan, NULL));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_subscriber_next(NULL, HANDOFF_FOREVER, NULL, &message));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_subscriber_copy_next(NULL, &number, 8, HANDOFF_FOREVER, NULL, NULL));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_latest_write(NULL, "", 0, NULL));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_latest_read(NULL, NULL, 0, NULL));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_latest_waitable(NULL, &waitable));
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_receiver_descriptor(NULL, &descriptor));
    ANSWERS(HANDOFF_INVALID_HANDLE,
            handoff_wait_any((const handoff_waitable* const[]){NULL}, 1, HANDOFF_NOW, NULL, &bytes));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_wait_any(NULL, 1, HANDOFF_NOW, NULL, &bytes));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_wait_any(NULL, 0, HANDOFF_NOW, NULL, &bytes));
    CHECK(handoff_request_payload(NULL, &bytes) == NULL && bytes == 0);
    CHECK(handoff_loan_data(NULL) == NULL && handoff_loan_capacity(NULL) == 0 &&
          handoff_message_payload(NULL, NULL) == NULL);
    CHECK(!handoff_latest_has_newer(NULL) && !handoff_pending_was_answered(NULL) && !handoff_waitable_was_ready(NULL));
    handoff_sender_close(NULL);
    handoff_message_drop(&message);
}

static void invalid_arguments_are_refused_before_anything_is_made(const char* segment) {
    handoff_sender* sender = NULL;
    handoff_channel_shape shape;
    handoff_handle_options handle;
    handoff_channel_shape_init(&shape);
    handoff_handle_options_init(&handle);
    shape.payload_bytes = 8;
    handle.attach_timeout_ns = -1;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open(segment, &shape, &handle, &sender));
    SAYS("-1 ns");
    handle.attach_timeout_ns = 0;
    handle.wait = 3;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open(segment, &shape, &handle, &sender));
    SAYS("wait = 3");
    handle.wait = HANDOFF_WAIT_SLEEP;
    shape.in_place = 2;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open(segment, &shape, &handle, &sender));
    shape.in_place = 0;
    shape.size = sizeof shape + 8;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open(segment, &shape, &handle, &sender));
    SAYS("as new as your header");
    handle.size = sizeof handle + 8;
    shape.size = sizeof shape;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open(segment, &shape, &handle, &sender));
    SAYS("begin with the ..._init");
    handle.size = sizeof handle;
    shape.size = 0;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open(segment, &shape, &handle, &sender));
    shape.size = sizeof shape;
    shape.slot_count = 0;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open(segment, &shape, &handle, &sender));
    shape.slot_count = 2;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_open("no/such name", &shape, &handle, &sender));
    ANSWERS(HANDOFF_NO_SUCH_SEGMENT, handoff_sender_open(segment, NULL, NULL, &sender));
    CHECK(sender == NULL);
    GOOD(handoff_sender_open(segment, &shape, &handle, &sender));
    handoff_latest* latest = NULL;
    ANSWERS(HANDOFF_WRONG_KIND, handoff_latest_open(segment, NULL, NULL, NULL, &latest));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_wait_for_receiver(sender, INT64_MIN, NULL));
    handoff_sender_close(&sender);
}

static void a_struct_of_an_older_header_is_filled_as_far_as_it_reaches(const char* segment) {
    handoff_channel_shape shape;
    handoff_channel_shape_init(&shape);
    handoff_sender* sender = NULL;
    shape.payload_bytes = 8;
    shape.slot_count = 77; /* lies beyond the size: not looked at */
    shape.size = offsetof(handoff_channel_shape, slot_count);
    GOOD(handoff_sender_open(segment, &shape, NULL, &sender));
    handoff_channel_info info;
    handoff_channel_info_init(&info);
    GOOD(handoff_sender_info(sender, &info));
    CHECK(info.slot_count == 8 && info.payload_bytes == 8);
    memset(&info, 0x55, sizeof info);
    info.size = offsetof(handoff_channel_info, slot_count);
    GOOD(handoff_sender_info(sender, &info));
    CHECK(info.payload_bytes == 8 && info.slot_count == 0x55555555 &&
          info.size == offsetof(handoff_channel_info, slot_count));
    info.size = 0;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_info(sender, &info));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_sender_info(sender, NULL));
    handoff_sender_close(&sender);
}

static handoff_sender* inherited;

static void use_what_was_inherited(const char* segment) {
    handoff_loan* loan = NULL;
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_loan(inherited, HANDOFF_FOREVER, NULL, &loan));
    SAYS("fork");
    handoff_sender_close(&inherited);
    handoff_receiver* receiver = NULL;
    handoff_request* request = NULL;
    GOOD(handoff_receiver_open(segment, NULL, NULL, &receiver));
    GOOD(handoff_receiver_receive(receiver, SECONDS(10), NULL, &request));
    GOOD(handoff_request_processed(&request, 0));
    handoff_receiver_close(&receiver);
    _exit(0); /* what was inherited is forgotten rather than freed: no leak to look for */
}

static void a_child_of_fork_inherits_nothing_and_opens_its_own(const char* segment) {
    handoff_channel_shape shape;
    handoff_channel_shape_init(&shape);
    handoff_loan* loan = NULL;
    shape.payload_bytes = 8;
    GOOD(handoff_sender_open(segment, &shape, NULL, &inherited));
    GOOD(handoff_sender_try_loan(inherited, &loan));
    GOOD(handoff_sender_send(inherited, &loan));
    join_child(start_child(use_what_was_inherited, segment));
    GOOD(handoff_sender_try_loan(inherited, &loan));
    handoff_loan_drop(&loan);
    handoff_sender_close(&inherited);
}

static void* refuse_in_another_thread(void* nothing) {
    CHECK(strcmp(handoff_last_error(), "") == 0);
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_loan_resize(NULL, 1));
    SAYS("loan");
    return nothing;
}

static void a_sentence_belongs_to_its_thread(const char* segment) {
    pthread_t thread;
    ANSWERS(HANDOFF_INVALID_HANDLE, handoff_sender_wait_for_receiver(NULL, HANDOFF_NOW, NULL));
    CHECK(pthread_create(&thread, NULL, refuse_in_another_thread, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    SAYS("the sender is NULL");
    handoff_latest* latest = NULL;
    ANSWERS(HANDOFF_NO_SUCH_SEGMENT, handoff_latest_open(segment, NULL, NULL, NULL, &latest));
    SAYS(segment);
    CHECK(strcmp(handoff_status_name(HANDOFF_NO_SUCH_SEGMENT), "no_such_segment") == 0);
    CHECK(strcmp(handoff_status_name(HANDOFF_SYSTEM), "system") == 0);
    CHECK(strcmp(handoff_status_name(-1), "unknown") == 0 &&
          strcmp(handoff_status_name(HANDOFF_STOPPED + 1), "unknown") == 0);
}

static void arrays_are_described_and_read(const char* segment) {
    handoff_array array = {HANDOFF_DTYPE_FLOAT32, 2, {3, 6}, 42}, seen;
    handoff_image description;
    uint64_t bytes = 0;
    uint32_t dtype = 0;
    GOOD(handoff_array_describe(&array, &description, &bytes));
    CHECK(bytes == 72 && description.encoding == HANDOFF_ARRAY && description.width == 0);
    GOOD(handoff_array_describe(&array, &description, NULL));
    GOOD(handoff_array_from(&description, &seen));
    CHECK(memcmp(&seen, &array, sizeof seen) == 0);
    GOOD(handoff_dtype_of("float32", &dtype));
    CHECK(dtype == HANDOFF_DTYPE_FLOAT32 && handoff_dtype_bytes(dtype) == 4);
    CHECK(strcmp(handoff_dtype_name(HANDOFF_DTYPE_BFLOAT16), "bfloat16") == 0);
    CHECK(strcmp(handoff_dtype_name(0x10b), "unknown") == 0 && handoff_dtype_bytes(0x10b) == 0);
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_dtype_of("float33", &dtype));
    array.dtype = 0x100 + HANDOFF_DTYPE_FLOAT32;  /* not cut to a byte */
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_array_describe(&array, &description, &bytes));
    array.dtype = HANDOFF_DTYPE_FLOAT32;
    array.rank = 1;  /* the second extent is left over */
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_array_describe(&array, &description, &bytes));
    array.rank = 0x102;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_array_describe(&array, &description, &bytes));
    GOOD(handoff_image_init(&description, 2, 4, HANDOFF_BGR8));
    GOOD(handoff_array_from(&description, &seen));
    CHECK(seen.dtype == HANDOFF_DTYPE_UINT8 && seen.rank == 3 && seen.extents[0] == 4 && seen.extents[2] == 3);
    description.step += 1;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_array_from(&description, &seen));
    (void)segment;
}

static void encodings_are_told_by_name_and_number(const char* segment) {
    uint32_t encoding = 0;
    handoff_pixel pixel = {0, 0, 0};
    handoff_image image;
    GOOD(handoff_encoding_of("16SC3", &encoding));
    CHECK(encoding == HANDOFF_16SC3 && strcmp(handoff_encoding_name(HANDOFF_16SC3), "16SC3") == 0);
    GOOD(handoff_encoding_pixel(encoding, &pixel));
    CHECK(pixel.channels == 3 && pixel.bytes_per_channel == 2 && pixel.kind == 'i');
    GOOD(handoff_encoding_pixel(HANDOFF_32FC2, &pixel));
    CHECK(pixel.channels == 2 && pixel.bytes_per_channel == 4 && pixel.kind == 'f');
    GOOD(handoff_encoding_pixel(HANDOFF_BGR8, &pixel));
    CHECK(pixel.channels == 3 && pixel.bytes_per_channel == 1 && pixel.kind == 'u');
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_encoding_of("9UC9", &encoding));
    SAYS("bgr8");
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_encoding_pixel(HANDOFF_NONE, &pixel));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_encoding_pixel(HANDOFF_ARRAY, &pixel));
    CHECK(strcmp(handoff_encoding_name(39), "unknown") == 0);
    GOOD(handoff_image_init(&image, 3, 2, HANDOFF_BGR16));
    CHECK(image.step == 18);
    GOOD(handoff_image_check(&image, 36));
    ANSWERS(HANDOFF_TOO_LARGE, handoff_image_check(&image, 35));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_image_init(&image, 0, 2, HANDOFF_BGR8));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_image_init(&image, 1, 2, 99));
    CHECK(handoff_abi_version() == HANDOFF_ABI_VERSION && handoff_layout_version() >= 1);
    CHECK(strchr(handoff_version(), '.') != NULL && segment != NULL);
}

/* Whether a file of this name is mapped into the process, also if it was removed. */
static bool is_mapped(const char* segment) {
    char line[1000];
    bool found = false;
    FILE* maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) found = found || strstr(line, segment) != NULL;
    if (maps != NULL) fclose(maps);
    return found;
}

static void a_kept_mapping_outlives_every_handle(const char* segment) {
    handoff_channel_shape shape;
    handoff_sender* sender = NULL;
    handoff_loan* loan = NULL;
    handoff_mapping *mapping = NULL, *second = NULL;
    handoff_channel_shape_init(&shape);
    shape.payload_bytes = 8;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_mapping_keep(NULL, &mapping));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_mapping_keep(&shape, &mapping));
    SAYS("no segment is mapped there");
    GOOD(handoff_sender_open(segment, &shape, NULL, &sender));
    GOOD(handoff_sender_try_loan(sender, &loan));
    volatile char* byte = handoff_loan_data(loan);
    *byte = 'x';
    GOOD(handoff_mapping_keep((const void*)byte, &mapping));
    GOOD(handoff_mapping_keep((const void*)(byte + 7), &second));
    handoff_loan_drop(&loan);
    handoff_sender_close(&sender);
    CHECK(is_mapped(segment) && *byte == 'x');
    handoff_mapping_drop(&mapping);
    CHECK(mapping == NULL && *byte == 'x');
    handoff_mapping_drop(&second);
    CHECK(!is_mapped(segment));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_mapping_keep((const void*)byte, &mapping));
}

static void count_own(const char* name, void* own) {
    const char* const segment = *(const char**)own;
    if (segment != NULL && strcmp(name, segment) == 0) *(const char**)own = NULL;
}

static bool is_listed(const char* segment, const char* glob) {
    const char* wanted = segment;
    GOOD(handoff_list_segments(glob, count_own, &wanted));
    return wanted == NULL;
}

static void a_segment_is_listed_cleaned_and_removed(const char* segment) {
    handoff_channel_shape shape;
    handoff_sender* sender = NULL;
    handoff_loan* loan = NULL;
    uint32_t recovered = 9;
    bool removed = true;
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_list_segments(NULL, NULL, NULL));
    ANSWERS(HANDOFF_INVALID_ARGUMENT, handoff_remove(NULL, true));
    ANSWERS(HANDOFF_NO_SUCH_SEGMENT, handoff_clean(segment, NULL, NULL));
    ANSWERS(HANDOFF_NO_SUCH_SEGMENT, handoff_remove(segment, true));
    CHECK(!is_listed(segment, NULL));
    handoff_channel_shape_init(&shape);
    shape.payload_bytes = 8;
    GOOD(handoff_sender_open(segment, &shape, NULL, &sender));
    CHECK(is_listed(segment, NULL) && is_listed(segment, segment) && !is_listed(segment, "no-*"));
    GOOD(handoff_clean(segment, &recovered, &removed));
    CHECK(recovered == 0 && !removed);
    ANSWERS(HANDOFF_MISMATCH, handoff_remove(segment, false));
    GOOD(handoff_remove(segment, true));
    CHECK(!is_listed(segment, NULL));
    GOOD(handoff_sender_try_loan(sender, &loan)); /* what was there stays with its users */
    handoff_loan_drop(&loan);
    handoff_sender_close(&sender);
}

const struct test_case abi_guard_cases[] = {
    {"null_is_refused_and_never_followed", null_is_refused_and_never_followed},
    {"invalid_arguments_are_refused_before_anything_is_made", invalid_arguments_are_refused_before_anything_is_made},
    {"a_struct_of_an_older_header_is_filled_as_far_as_it_reaches",
     a_struct_of_an_older_header_is_filled_as_far_as_it_reaches},
    {"a_child_of_fork_inherits_nothing_and_opens_its_own", a_child_of_fork_inherits_nothing_and_opens_its_own},
    {"a_sentence_belongs_to_its_thread", a_sentence_belongs_to_its_thread},
    {"a_segment_is_listed_cleaned_and_removed", a_segment_is_listed_cleaned_and_removed},
    {"a_kept_mapping_outlives_every_handle", a_kept_mapping_outlives_every_handle},
    {"arrays_are_described_and_read", arrays_are_described_and_read},
    {"encodings_are_told_by_name_and_number", encodings_are_told_by_name_and_number},
    {NULL, NULL}};
