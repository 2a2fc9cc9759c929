/* handoff in C: the description of an image. Include <handoff/handoff.h>, which has the rules. */
#ifndef HANDOFF_C_IMAGE_H
#define HANDOFF_C_IMAGE_H

#include <handoff/c/common.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The format of one pixel. The numbers are stable: they are in the segment. */
enum {
    /* generated from describe/handoff.toml: Encoding */
    HANDOFF_NONE = 0, /* plain bytes, not an image */
    HANDOFF_MONO8 = 1,
    HANDOFF_MONO16 = 2,
    HANDOFF_BGR8 = 3,
    HANDOFF_RGB8 = 4,
    HANDOFF_BGRA8 = 5,
    HANDOFF_RGBA8 = 6,
    HANDOFF_BGR16 = 7,
    HANDOFF_RGB16 = 8,
    HANDOFF_8UC2 = 9,
    HANDOFF_8SC1 = 10,
    HANDOFF_8SC2 = 11,
    HANDOFF_8SC3 = 12,
    HANDOFF_8SC4 = 13,
    HANDOFF_16UC1 = 14,
    HANDOFF_16UC2 = 15,
    HANDOFF_16UC3 = 16,
    HANDOFF_16UC4 = 17,
    HANDOFF_16SC1 = 18,
    HANDOFF_16SC2 = 19,
    HANDOFF_16SC3 = 20,
    HANDOFF_16SC4 = 21,
    HANDOFF_32SC1 = 22,
    HANDOFF_32SC2 = 23,
    HANDOFF_32SC3 = 24,
    HANDOFF_32SC4 = 25,
    HANDOFF_32FC1 = 26,
    HANDOFF_32FC2 = 27,
    HANDOFF_32FC3 = 28,
    HANDOFF_32FC4 = 29,
    HANDOFF_64FC1 = 30,
    HANDOFF_64FC2 = 31,
    HANDOFF_64FC3 = 32,
    HANDOFF_64FC4 = 33,
    HANDOFF_BAYER_RGGB8 = 34,
    HANDOFF_BAYER_BGGR8 = 35,
    HANDOFF_BAYER_GBRG8 = 36,
    HANDOFF_BAYER_GRBG8 = 37,
    HANDOFF_ARRAY = 38 /* not an image, but an array of any shape */
    /* end of generated */
};

/* The description of one frame: 64 bytes, the same as handoff::Image and as in the segment. All zeros: plain bytes.
 * With the encoding HANDOFF_ARRAY it describes an array: handoff_array_from() reads it; width, height, step are 0. */
typedef struct handoff_image {
    uint32_t width;          /* pixels */
    uint32_t height;         /* pixels */
    uint64_t step;           /* bytes from one row to the next, at least width * bytes of a pixel */
    uint32_t encoding;       /* HANDOFF_BGR8, ... */
    uint32_t reserved;       /* of an image 0 */
    int64_t capture_time_ns; /* when the image was taken, nanoseconds since 1970 (UTC); 0: not known */
    char frame_id[32];       /* its source; ends with a NUL */
} handoff_image;

/* The composition of one pixel. */
typedef struct handoff_pixel {
    uint32_t channels;          /* numbers in one pixel: 3 for bgr8 */
    uint32_t bytes_per_channel; /* bytes of one of them: 1, 2, 4 or 8 */
    uint32_t kind;              /* 'u' unsigned, 'i' signed, 'f' floating point */
} handoff_pixel;

/* Describes an image without gaps between rows. INVALID_ARGUMENT: no such encoding, or a width or height of 0. */
HANDOFF_API handoff_status handoff_image_init(handoff_image* image, uint32_t width, uint32_t height, uint32_t encoding);
/* Checks that the description is valid and fits into `available_bytes`. INVALID_ARGUMENT, TOO_LARGE. */
HANDOFF_API handoff_status handoff_image_check(const handoff_image* image, uint64_t available_bytes);

/* "bgr8", "16UC1", ...; "unknown" for any other number. */
HANDOFF_API const char* handoff_encoding_name(uint32_t encoding);
/* The encoding of that name: ROS names, OpenCV type names ("8UC3", "CV_8UC3") and FFmpeg pixel formats ("bgr24").
 * INVALID_ARGUMENT, with the names that are known. */
HANDOFF_API handoff_status handoff_encoding_of(const char* name, uint32_t* encoding);
/* INVALID_ARGUMENT for HANDOFF_NONE and for unknown numbers. */
HANDOFF_API handoff_status handoff_encoding_pixel(uint32_t encoding, handoff_pixel* pixel);

#ifdef __cplusplus
}
#endif
#endif
