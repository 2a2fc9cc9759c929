#include <handoff/c/array.h>
#include <handoff/image.hpp>

#include <algorithm>

#include "c/abi_guard.hpp"
#include "c/image.hpp"

using namespace handoff;

namespace {

static_assert(HANDOFF_MAX_RANK == Array::max_rank && sizeof(handoff_array::extents) == sizeof(Array::extents));

/// 0, which no type has, for a number that is none of a Dtype.
Dtype dtype_from(std::uint32_t number) noexcept {
    return static_cast<Dtype>(number <= UINT8_MAX ? number : 0);
}

}  // namespace

extern "C" {

handoff_status handoff_array_describe(const handoff_array* array, handoff_image* description, uint64_t* byte_count) {
    return detail::c::guarded([&] {
        const handoff_array& given = *detail::c::place(array, "the array");
        Array made;
        made.dtype = dtype_from(given.dtype);
        made.rank = given.rank;
        std::copy(std::begin(given.extents), std::end(given.extents), made.extents.begin());
        made.capture_time_ns = given.capture_time_ns;
        check_description(made.description(), UINT64_MAX).value();
        *detail::c::place(description, "the description") = detail::c::image_of(made.description());
        if (byte_count != nullptr) *byte_count = made.byte_count();
        return HANDOFF_OK;
    });
}

handoff_status handoff_array_from(const handoff_image* description, handoff_array* array) {
    return detail::c::guarded([&] {
        const Image given = detail::c::image_of(*detail::c::place(description, "the description"));
        handoff_array& made = *detail::c::place(array, "the array");
        const Array found = Array::from(given);
        if (!found.is_array() && !given.is_array())
            throw Error(Errc::invalid_argument,
                        "these are plain bytes, or an image with gaps between its rows, and no array");
        check_description(given, UINT64_MAX).value();
        made = {static_cast<std::uint32_t>(found.dtype), found.rank, {}, found.capture_time_ns};
        std::copy(found.extents.begin(), found.extents.end(), std::begin(made.extents));
        return HANDOFF_OK;
    });
}

const char* handoff_dtype_name(uint32_t dtype) {
    return name_of(dtype_from(dtype)).data();  // a literal: it ends with a NUL
}

handoff_status handoff_dtype_of(const char* name, uint32_t* dtype) {
    return detail::c::guarded([&] {
        auto* out = detail::c::place(dtype, "the type");
        auto found = dtype_of(detail::c::text(name, "the name of the type"));
        if (!found) return detail::c::refuse(std::move(found).error());
        *out = static_cast<uint32_t>(*found);
        return handoff_status{HANDOFF_OK};
    });
}

uint32_t handoff_dtype_bytes(uint32_t dtype) {
    return static_cast<uint32_t>(bytes_per_element(dtype_from(dtype)));
}

}  // extern "C"
