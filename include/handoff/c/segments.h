/* handoff in C: finding and removing segments. Include <handoff/handoff.h>, which has the rules. None of these takes
 * part in a segment. In full, with reports of who holds what: <handoff/inspect.hpp>, and `handoff`, the tool. */
#ifndef HANDOFF_C_SEGMENTS_H
#define HANDOFF_C_SEGMENTS_H

#include <handoff/c/common.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Calls `each` with the name of every segment that matches the shell pattern `glob` (*, ?, [...]; NULL: all), sorted,
 * and with `context`. INVALID_ARGUMENT (each is NULL), SYSTEM. */
HANDOFF_API handoff_status handoff_list_segments(const char* glob, void (*each)(const char* name, void* context),
                                                 void* context);
/* Gives back what dead participants hold; *recovered (may be NULL): how many there were. Removes the segment if no live
 * process uses it, nothing in it is unread and it is not persistent; *removed (may be NULL): whether it did.
 * NO_SUCH_SEGMENT, PERMISSION_DENIED, WRONG_VERSION, NOT_A_SEGMENT, DAMAGED, SYSTEM. */
HANDOFF_API handoff_status handoff_clean(const char* name, uint32_t* recovered, bool* removed);
/* Removes the segment with all messages, of any layout or none. With `force` also while live processes use it: those
 * keep their memory, meet no new participants, and their waits return REMOVED. NO_SUCH_SEGMENT, PERMISSION_DENIED,
 * NOT_A_SEGMENT (no regular file, without `force`), MISMATCH (in use by a live process, without `force`), TIMED_OUT. */
HANDOFF_API handoff_status handoff_remove(const char* name, bool force);

#ifdef __cplusplus
}
#endif
#endif
