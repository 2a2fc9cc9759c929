/* handoff in C: the description of an array: numbers of one type in up to eight dimensions, for all that is not an
 * image. Include <handoff/handoff.h>, which has the rules. */
#ifndef HANDOFF_C_ARRAY_H
#define HANDOFF_C_ARRAY_H

#include <handoff/c/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The type of one element, little-endian. The numbers are stable: they are in the segment. */
enum {
    /* generated from describe/handoff.toml: Dtype */
    HANDOFF_DTYPE_BOOL = 1, /* one byte, 0 or 1 */
    HANDOFF_DTYPE_UINT8 = 2,
    HANDOFF_DTYPE_UINT16 = 3,
    HANDOFF_DTYPE_UINT32 = 4,
    HANDOFF_DTYPE_UINT64 = 5,
    HANDOFF_DTYPE_INT8 = 6,
    HANDOFF_DTYPE_INT16 = 7,
    HANDOFF_DTYPE_INT32 = 8,
    HANDOFF_DTYPE_INT64 = 9,
    HANDOFF_DTYPE_FLOAT16 = 10, /* IEEE 754 binary16 */
    HANDOFF_DTYPE_FLOAT32 = 11,
    HANDOFF_DTYPE_FLOAT64 = 12,
    HANDOFF_DTYPE_BFLOAT16 = 13 /* the upper half of a float32 */
    /* end of generated */
};

enum { HANDOFF_MAX_RANK = 8 };

/* Type and extents of an array. Its elements lie in C order (the last index is the fastest), without gaps. */
typedef struct handoff_array {
    uint32_t dtype;                     /* HANDOFF_DTYPE_FLOAT32, ...; 0: not an array */
    uint32_t rank;                      /* number of dimensions, 0 to HANDOFF_MAX_RANK; 0: a single element */
    uint32_t extents[HANDOFF_MAX_RANK]; /* slowest first; an extent may be 0; those behind `rank` are 0 */
    int64_t capture_time_ns;            /* when it was measured, nanoseconds since 1970 (UTC); 0: not known */
} handoff_array;

/* Its 64 bytes for handoff_loan_describe() and the other functions that describe a payload or a reply; `byte_count` (or
 * NULL) gets the bytes of all elements. INVALID_ARGUMENT: an unknown type, too many dimensions, more bytes than 64 bits
 * count. */
HANDOFF_API handoff_status handoff_array_describe(const handoff_array* array, handoff_image* description,
                                                  uint64_t* byte_count);
/* What `description`, as a message has it, describes, as an array: an image without gaps between its rows is one of
 * shape (height, width), or (height, width, channels) where it has more than one channel. INVALID_ARGUMENT: plain
 * bytes, an image with gaps, or an invalid description. */
HANDOFF_API handoff_status handoff_array_from(const handoff_image* description, handoff_array* array);

/* "float32", ...; "unknown" for any other number. */
HANDOFF_API const char* handoff_dtype_name(uint32_t dtype);
/* The type of that name. INVALID_ARGUMENT, with the names that are known. */
HANDOFF_API handoff_status handoff_dtype_of(const char* name, uint32_t* dtype);
/* Bytes of one element; 0 for unknown numbers. */
HANDOFF_API uint32_t handoff_dtype_bytes(uint32_t dtype);

#ifdef __cplusplus
}
#endif
#endif
