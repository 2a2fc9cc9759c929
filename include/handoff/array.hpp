// handoff: the description of an array: numbers of one type in up to eight dimensions, for all that is not an image
// (the boxes of a detector, a point cloud, a batch). It is stored in the slot where that of an image would be.
#pragma once

#include <handoff/error.hpp>
#include <handoff/export.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>

namespace handoff {

struct Image;

/// The type of one element, little-endian. Names as in numpy; the numbers are stable (they are in the segment).
enum class Dtype : std::uint8_t {
    // generated from describe/handoff.toml: Dtype
    type_bool = 1,  ///< one byte, 0 or 1
    uint8 = 2,
    uint16 = 3,
    uint32 = 4,
    uint64 = 5,
    int8 = 6,
    int16 = 7,
    int32 = 8,
    int64 = 9,
    float16 = 10,  ///< IEEE 754 binary16
    float32 = 11,
    float64 = 12,
    bfloat16 = 13,  ///< the upper half of a float32
    // end of generated
};

/// "float32", ...; "unknown" for any other number.
HANDOFF_EXPORT std::string_view name_of(Dtype dtype) noexcept;
/// The type of that name. Errors: invalid_argument, with the names that are known.
HANDOFF_EXPORT result<Dtype> dtype_of(std::string_view name);
/// Bytes of one element; 0 for unknown numbers.
HANDOFF_EXPORT std::size_t bytes_per_element(Dtype dtype) noexcept;
/// Of one element: 'b' boolean, 'u' unsigned, 'i' signed, 'f' floating point.
HANDOFF_EXPORT char kind_of(Dtype dtype) noexcept;

/// The type of an element that is a T in C++: bool, an integer, float, double. C++20 has none for float16 and bfloat16:
/// their bits are read from the payload itself.
template <class T>
requires std::is_arithmetic_v<T>
constexpr Dtype dtype_of() noexcept {
    static_assert(sizeof(T) <= 8, "no element has more than 8 bytes");
    constexpr Dtype unsigned_types[]{Dtype::uint8, Dtype::uint16, Dtype::uint32, Dtype::uint64};
    constexpr Dtype signed_types[]{Dtype::int8, Dtype::int16, Dtype::int32, Dtype::int64};
    constexpr std::size_t width = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    if constexpr (std::same_as<T, bool>)
        return Dtype::type_bool;
    else if constexpr (std::floating_point<T>)
        return sizeof(T) == 4 ? Dtype::float32 : Dtype::float64;
    else
        return std::signed_integral<T> ? signed_types[width] : unsigned_types[width];
}

/// Type and extents of an array. Its elements lie in C order (the last index is the fastest), without gaps.
struct Array {
    static constexpr std::size_t max_rank = 8;

    Dtype dtype{};                                  ///< 0: there is no array
    std::uint32_t rank = 0;                         ///< number of dimensions, 0 to max_rank; 0: a single element
    std::array<std::uint32_t, max_rank> extents{};  ///< slowest first; an extent may be 0
    std::int64_t capture_time_ns = 0;               ///< when it was measured, ns since 1970 (UTC); 0: not known

    /// An array of these extents, slowest first. Errors: invalid_argument (an unknown type, more than max_rank extents,
    /// more bytes than 64 bits count).
    HANDOFF_EXPORT static result<Array> of(Dtype dtype, std::span<const std::uint32_t> extents);
    /// As above; the elements are of type T.
    template <class T>
    static result<Array> of(std::initializer_list<std::uint32_t> extents) {
        return of(dtype_of<T>(), {extents.begin(), extents.size()});
    }

    /// False for plain bytes, and for an image with gaps between its rows.
    bool is_array() const noexcept { return dtype != Dtype{}; }
    /// The extents that count.
    std::span<const std::uint32_t> shape() const noexcept {
        return {extents.data(), rank < max_rank ? rank : max_rank};
    }
    /// Number of elements. REQUIRES: a checked description.
    HANDOFF_EXPORT std::uint64_t element_count() const noexcept;
    /// Bytes of all elements. REQUIRES: a checked description.
    std::uint64_t byte_count() const noexcept { return element_count() * bytes_per_element(dtype); }

    /// The elements in these bytes, a payload or a reply: `elements<const float>(request.payload())` to read,
    /// `elements<float>(loan.payload())` to write. Store what value() returns before a loop over it: in C++20 the result
    /// is gone when the body of `for (float x : array.elements<const float>(b).value())` begins. Errors:
    /// invalid_argument (T is not the type of the elements, or the bytes are not aligned for it), too_large (the bytes
    /// are too few). Elements of type_bool can be read as std::uint8_t, too: a process that is not trusted may have
    /// written others than 0 and 1.
    template <class T, class Byte, std::size_t extent>
    requires std::same_as<std::remove_const_t<Byte>, std::byte> &&
        (std::is_const_v<T> ||
         !std::is_const_v<Byte>)result<std::span<T>> elements(std::span<Byte, extent> bytes) const {
        if (auto fit = check_elements(dtype_of<std::remove_const_t<T>>(), bytes.data(), bytes.size()); !fit)
            return fit.error();
        return std::span<T>(reinterpret_cast<T*>(bytes.data()), static_cast<std::size_t>(element_count()));
    }

    /// The 64 bytes that stand in the slot: what an Image is that describes an array (Encoding::array).
    HANDOFF_EXPORT Image description() const noexcept;
    /// What these 64 bytes describe, as an array: an image without gaps between its rows is one of shape (height,
    /// width), or (height, width, channels) where it has more than one channel. is_array() of anything else is false.
    HANDOFF_EXPORT static Array from(const Image& description) noexcept;

    friend bool operator==(const Array&, const Array&) = default;

private:
    HANDOFF_EXPORT result<void> check_elements(Dtype wanted, const void* bytes, std::size_t available_bytes) const;
};

}  // namespace handoff
