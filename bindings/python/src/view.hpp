// Bytes of a slot as numpy arrays and buffers, and Python's data on its way into a slot.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <handoff/image.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace handoff::python {

namespace py = pybind11;

/// Bytes that may or may not be written to.
struct Area {
    Area(std::span<std::byte> area) : bytes(area), is_writable(true) {}  // NOLINT: implicit
    Area(std::span<const std::byte> area)                                // NOLINT: implicit
        : bytes(const_cast<std::byte*>(area.data()), area.size()), is_writable(false) {}
    std::span<std::byte> bytes;
    bool is_writable;           ///< false: numpy and the buffer protocol refuse to write
    bool is_in_segment = true;  ///< false: of this process alone
};

/// The base of every array on a slot, and what memoryview() of a slot shows. Keeps the slot.
class Buffer {
public:
    Buffer(std::shared_ptr<void> keep, const Area& area);
    Buffer(const Buffer&) = delete;
    ~Buffer();
    const Area& area() const noexcept { return area_; }

    /// Segments are not inherited through fork, but a view in Python is. What live views show stays mapped in a child
    /// that os.fork() makes between these two.
    static void let_child_see_views(bool may_see) noexcept;

private:
    std::shared_ptr<void> keep_;
    Area area_;
};

py::object buffer_of(std::shared_ptr<void> keep, const Area& area);
/// (height, width) or (height, width, channels) of an image, the shape of an array, else one-dimensional uint8; no copy.
py::array array_of(std::shared_ptr<void> keep, const Area& area, const Image& image);

/// What describes a frame: shape and either an encoding or a dtype, as arguments of several methods.
struct FrameOptions {
    py::object shape, dtype, encoding;
    std::int64_t capture_time_ns = 0;
    std::string frame_id{};
};
/// What it means: an image, an array, or with a one-dimensional shape of uint8 so many plain bytes. Throws
/// Error(invalid_argument).
struct Frame {
    Image image;  ///< or the description of an array
    std::size_t bytes;
};
/// Time of capture and frame id. Throws Error(invalid_argument) where the description has no place for them.
void stamp(Image& description, const FrameOptions& options);
Frame frame_of(const FrameOptions& options);

/// Something with bytes: a numpy array, bytes, bytearray, memoryview. Holds its buffer.
class Source {
public:
    /// Throws Error(invalid_argument) if it has no bytes. They need not lie in a row.
    explicit Source(const py::object& data);
    Source(const Source&) = delete;
    ~Source() { PyBuffer_Release(&view_); }

    std::size_t size() const noexcept { return static_cast<std::size_t>(view_.len); }
    /// In a row, in C order: in place, or a copy if they do not lie so.
    std::span<const std::byte> bytes();
    /// Straight from where they lie, without the GIL where that takes long. REQUIRES: `to` has size() bytes.
    void copy_to(std::span<std::byte> to) const;
    /// What it is; `encoding` (or None) must fit. Throws Error(invalid_argument).
    Frame frame(const py::object& encoding) const;

private:
    bool is_in_a_row() const noexcept { return PyBuffer_IsContiguous(&view_, 'C') != 0; }
    Py_buffer view_{};
    std::vector<std::byte> copy_;
};

/// An image, or None for anything else.
py::object image_or_none(const Image& image);
/// The description of an array, an image, too, or None: plain bytes, or an image with gaps between its rows.
py::object array_or_none(const Image& description);
/// Throws Error if `data` cannot be sent as `options` says: called before waiting for a slot.
void check_can_be_sent(const py::object& data, const FrameOptions& options);

/// Nanoseconds as time.monotonic_ns() counts them.
inline std::int64_t ns_of(std::chrono::steady_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

/// Makes `type` support the buffer protocol through the Buffer that the method `_buffer` returns.
void add_buffer_protocol(py::handle type);

void bind_views(py::module_& module);

}  // namespace handoff::python
