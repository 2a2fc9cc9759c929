// What `receiver` can do to a picture.
#pragma once

#include <handoff/image.hpp>

#include <opencv2/core/mat.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::apps::receiver {

enum class Operation : std::uint8_t {
    none,      ///< no answer
    gray,      ///< one channel, of as many bits as before
    blur,      ///< 5 x 5 Gaussian
    edges,     ///< Canny on the grey picture, thresholds 80 and 160
    flip,      ///< left becomes right
    equalize,  ///< histogram of the luminance made flat
    checksum,  ///< FNV-1a, 64 bits, over the payload, as 16 hexadecimal digits
};

/// Errors: invalid_argument, with the names that are known.
result<Operation> operation_named(std::string_view name);
std::string_view name_of(Operation operation) noexcept;
/// All of them, in the order in which help shows them.
std::vector<std::string> names_of_operations();

/// True if it turns a picture into another one.
bool makes_a_picture(Operation operation) noexcept;

/// How the pixels are encoded after the operation; size never changes. Throws Error(invalid_argument) for what the
/// operation cannot work on.
Encoding encoding_after(Operation operation, Encoding encoding);

/// Carries out an operation that makes a picture. `after` is used as it is if it has the right size and type, so that
/// the pixels may be written into shared memory; it must not share memory with `before`. Throws Error.
void transform(Operation operation, const cv::Mat& before, Encoding encoding, cv::Mat& after);

std::string checksum_of(std::span<const std::byte> bytes);

}  // namespace handoff::apps::receiver
