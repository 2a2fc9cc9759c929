/* handoff in C: a slot on loan, for writing a message. Include <handoff/handoff.h>, which has the rules. */
#ifndef HANDOFF_C_LOAN_H
#define HANDOFF_C_LOAN_H

#include <handoff/c/common.h>
#include <handoff/c/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Comes from handoff_sender_loan or handoff_publisher_loan, and goes back there to be sent or published. */
typedef struct handoff_loan handoff_loan;

/* The payload area of the slot, in shared memory. */
HANDOFF_API void* handoff_loan_data(const handoff_loan* loan);
/* Bytes of that area. */
HANDOFF_API size_t handoff_loan_capacity(const handoff_loan* loan);
/* Bytes that will be sent: all of them, unless resize or describe set another size. */
HANDOFF_API size_t handoff_loan_bytes(const handoff_loan* loan);
/* Sends only the first `bytes`. TOO_LARGE, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_loan_resize(handoff_loan* loan, size_t bytes);
/* Describes the payload as this image, or array (see handoff_array_describe()), and sends only its bytes.
 * INVALID_ARGUMENT, TOO_LARGE, INVALID_HANDLE. */
HANDOFF_API handoff_status handoff_loan_describe(handoff_loan* loan, const handoff_image* image);
/* Gives the slot back unsent. */
HANDOFF_API void handoff_loan_drop(handoff_loan** loan);

#ifdef __cplusplus
}
#endif
#endif
