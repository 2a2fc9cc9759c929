/* handoff in C: frames and messages from one process to another through shared memory, without copying them.
 *
 *   handoff_channel_shape shape;
 *   handoff_sender* sender = NULL;
 *   handoff_loan* loan = NULL;
 *   handoff_channel_shape_init(&shape);
 *   shape.payload_bytes = 1000000;
 *   if (handoff_sender_open("numbers", &shape, NULL, &sender) != HANDOFF_OK) return puts(handoff_last_error()), 1;
 *   if (handoff_sender_loan(sender, HANDOFF_FOREVER, NULL, &loan) == HANDOFF_OK) {
 *       memset(handoff_loan_data(loan), 2, 1000000);   // written in place: nothing is copied later
 *       handoff_sender_send(sender, &loan);            // loan is NULL now
 *   }
 *   handoff_sender_close(&sender);
 *
 * Patterns, guarantees and terms are those of <handoff/handoff.hpp>; programs in C, in C++ and in any language bound to
 * this interface talk to each other. Plain C11, no macros but constants, only fixed-width numbers and pointers in
 * structs: made to be called from other languages.
 *
 * Errors. A call that can fail returns a handoff_status: HANDOFF_OK (0), or the reason. handoff_last_error() then
 *   returns the message for people, kept per thread until the next error in that thread. No exception crosses this
 *   interface, and nothing is printed. A result is stored through the last parameter, only on HANDOFF_OK.
 * Ownership. A handle comes from an ..._open or another call; the caller ends it, once, with its ..._close or ..._drop,
 *   or with the call that uses it up (send, publish, processed ...). All of these take the address of the handle and
 *   set it to NULL; NULL is tolerated. So no handle is used twice, unless its pointer was copied: do not.
 *   Pointers into a slot (payload, reply) are valid as long as the loan, request, processed or message they came from.
 *   Those keep the segment mapped and their slot held, also beyond the life of the sender (...) that they came from.
 *   handoff_mapping_keep keeps the segment mapped, and no slot.
 * Calls on NULL return HANDOFF_INVALID_HANDLE, or a null pointer, 0 or false if they have no status.
 * Threads. A sender, receiver, publisher, latest, waitable or stop: any number of threads at once. A subscriber, loan,
 *   pending, processed, request or message: one thread at a time; it may be passed to another. Close a handle only when
 *   no thread is inside a call on it. Never cancel a thread (pthread_cancel) inside a call.
 * Forks. A child of fork() inherits no handle: calls on one return HANDOFF_INVALID_HANDLE there. It may drop or close
 *   its copies, which frees memory and does nothing else. To take part it opens the segment again.
 * Death. As in the C++ interface: any process may be killed at any instruction, and the others go on.
 * Waiting. Timeouts are in nanoseconds from now, on CLOCK_MONOTONIC; HANDOFF_NOW and HANDOFF_FOREVER are among them. A
 *   negative one is HANDOFF_INVALID_ARGUMENT. A signal does not end a wait, a handoff_stop does, from any thread: then
 *   it returns HANDOFF_STOPPED, at once. handoff_stop_on_signals makes one for Ctrl-C. An event loop waits for the
 *   descriptor of a handle instead.
 * Growth. Structs begin with their size: start with the ..._init of their type, which sets it and the defaults, or, from
 *   a language that cannot call it, with what it sets. An older or newer library then reads what your header means, or
 *   returns an error.
 */
#ifndef HANDOFF_HANDOFF_H
#define HANDOFF_HANDOFF_H

#include <handoff/c/array.h>
#include <handoff/c/channel.h>
#include <handoff/c/common.h>
#include <handoff/c/image.h>
#include <handoff/c/latest.h>
#include <handoff/c/loan.h>
#include <handoff/c/memory.h>
#include <handoff/c/segments.h>
#include <handoff/c/topic.h>

#endif
