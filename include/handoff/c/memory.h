/* handoff in C: memory that outlives its handles. Include <handoff/handoff.h>, which has the rules. */
#ifndef HANDOFF_C_MEMORY_H
#define HANDOFF_C_MEMORY_H

#include <handoff/c/common.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct handoff_mapping handoff_mapping; /* memory of a segment that stays mapped */

/* Keeps the whole segment mapped that has a byte at `address`, also when everything that came from it is closed and
 * dropped. For languages in which views on a slot may outlive the slot: a late read then sees other bytes, or those of
 * a later message, and does not end the process. Keeps no slot, and the segment's name as little. Any thread.
 * INVALID_ARGUMENT if no segment is mapped there. */
HANDOFF_API handoff_status handoff_mapping_keep(const void* address, handoff_mapping** mapping);
/* Unmaps the segment, unless a handle or another mapping still needs it. */
HANDOFF_API void handoff_mapping_drop(handoff_mapping** mapping);

#ifdef __cplusplus
}
#endif
#endif
