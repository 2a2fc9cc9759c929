/* A stranger's program in C: hands itself one message. */
#include <handoff/handoff.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    handoff_channel_shape shape;
    handoff_channel_shape_init(&shape);
    handoff_sender* sender = NULL;
    handoff_receiver* receiver = NULL;
    handoff_loan* loan = NULL;
    handoff_request* request = NULL;
    size_t bytes = 0;
    shape.payload_bytes = 8;
    if (handoff_abi_version() != HANDOFF_ABI_VERSION ||
        handoff_sender_open("package-consumer-c", &shape, NULL, &sender) != HANDOFF_OK ||
        handoff_receiver_open("package-consumer-c", NULL, NULL, &receiver) != HANDOFF_OK ||
        handoff_sender_loan(sender, HANDOFF_FOREVER, NULL, &loan) != HANDOFF_OK)
        return puts(handoff_last_error()), 1;
    memcpy(handoff_loan_data(loan), "handed", 7);
    if (handoff_sender_send(sender, &loan) != HANDOFF_OK ||
        handoff_receiver_receive(receiver, HANDOFF_FOREVER, NULL, &request) != HANDOFF_OK)
        return puts(handoff_last_error()), 1;
    const int equal = strcmp(handoff_request_payload(request, &bytes), "handed") == 0 && bytes == 8;
    const handoff_status status = handoff_request_processed(&request, 0);
    handoff_sender_close(&sender);
    handoff_receiver_close(&receiver);
    return equal && status == HANDOFF_OK ? 0 : 1;
}
