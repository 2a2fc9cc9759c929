#include "tool/npy.hpp"

#include <cstddef>

namespace handoff::apps::tool {

namespace {

std::string numpy_type(Dtype dtype) {
    const std::size_t bytes = bytes_per_element(dtype);
    const char kind = dtype == Dtype::bfloat16 ? 'u' : kind_of(dtype);
    return (bytes == 1 ? "|" : "<") + std::string(1, kind) + std::to_string(bytes);
}

}  // namespace

std::string npy_head(const Array& array) {
    constexpr std::size_t alignment = 64, before_text = 10;
    std::string text = "{'descr': '" + numpy_type(array.dtype) + "', 'fortran_order': False, 'shape': (";
    for (const std::uint32_t extent : array.shape()) text += std::to_string(extent) + ", ";
    text += "), }";
    text.append(alignment - (before_text + text.size() + 1) % alignment, ' ');
    text += '\n';
    const auto low = static_cast<char>(text.size() & 0xff), high = static_cast<char>(text.size() >> 8);
    return std::string("\x93NUMPY\x01\x00", 8) + low + high + text;
}

}  // namespace handoff::apps::tool
