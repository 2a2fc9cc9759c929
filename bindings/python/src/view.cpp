#include "view.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <set>
#include <vector>

#include "handle.hpp"
#include "wait.hpp"

namespace handoff::python {

namespace {

/// What an element is: 'b', 'u', 'i' or 'f', and its bytes.
struct Number {
    char kind = 0;
    std::size_t bytes = 0;
    friend bool operator==(const Number&, const Number&) = default;
};

Number number_of(Encoding encoding, std::size_t& channels) {
    const std::size_t bytes = bytes_per_channel(encoding);
    channels = bytes == 0 ? 0 : bytes_per_pixel(encoding) / bytes;
    return {kind_of(encoding), bytes};
}

/// The encoding that OpenCV would see in such numbers; none where there is no such.
Encoding encoding_for(Number number, std::size_t channels) {
    if (channels < 1 || channels > 4) return Encoding::none;
    constexpr std::array plain{Encoding::mono8, Encoding::type_8UC2, Encoding::bgr8, Encoding::bgra8};
    if (number == Number{'u', 1}) return plain[channels - 1];
    if (number.kind == 'b') return Encoding::none;
    const char letter = number.kind == 'u' ? 'U' : number.kind == 'i' ? 'S' : 'F';
    const auto found = encoding_of(std::to_string(number.bytes * 8) + letter + 'C' + std::to_string(channels));
    return found ? *found : Encoding::none;
}

std::string text_of(Number number) {
    if (number.kind == 'b') return "bool";
    const char* kind = number.kind == 'u' ? "uint" : number.kind == 'i' ? "int" : "float";
    return kind + std::to_string(number.bytes * 8);
}

std::string text_of(const std::vector<py::ssize_t>& shape) {
    std::string text;
    for (const auto extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
    return "(" + text + (shape.size() == 1 ? ",)" : ")");
}

std::size_t image_extent(py::ssize_t extent) {
    if (extent < 1 || extent > UINT32_MAX)
        refuse(Errc::invalid_argument,
               "an image with an extent of " + std::to_string(extent) + ": 1 or more are needed");
    return static_cast<std::size_t>(extent);
}

std::uint32_t array_extent(py::ssize_t extent) {
    if (extent < 0 || extent > UINT32_MAX)
        refuse(Errc::invalid_argument, "an array with an extent of " + std::to_string(extent) + ": 0 to " +
                                           std::to_string(UINT32_MAX) + " are possible");
    return static_cast<std::uint32_t>(extent);
}

Frame array_frame(const std::vector<py::ssize_t>& shape, Number number) {
    std::vector<std::uint32_t> extents;
    for (const auto extent : shape) extents.push_back(array_extent(extent));
    const auto array = value_of(Array::of(value_of(dtype_of(text_of(number))), extents));
    return {array.description(), array.byte_count()};
}

Frame image_frame(const std::vector<py::ssize_t>& shape, Number number, Encoding encoding) {
    if (shape.size() != 2 && shape.size() != 3)
        refuse(Errc::invalid_argument, "an array of the shape " + text_of(shape) +
                                           " is no image: (height, width) or (height, width, channels) are");
    const std::size_t channels = shape.size() == 3 ? static_cast<std::size_t>(shape[2]) : 1;
    std::size_t needed_channels = 0;
    const Number needed = number_of(encoding, needed_channels);
    if (!(needed == number) || needed_channels != channels)
        refuse(Errc::invalid_argument, std::string(name_of(encoding)) + " has " + std::to_string(needed_channels) +
                                           " channels of " + text_of(needed) + "; the array has the shape " +
                                           text_of(shape) + " of " + text_of(number));
    const auto image = Image::of(static_cast<std::uint32_t>(image_extent(shape[1])),
                                 static_cast<std::uint32_t>(image_extent(shape[0])), encoding);
    return {image, image.byte_count()};
}

/// Without an encoding, what OpenCV would take as an image is one, and a row of bytes is just that. Everything else is
/// an array.
Frame frame_of(const std::vector<py::ssize_t>& shape, Number number, const py::object& encoding) {
    if (!encoding.is_none()) {
        const Encoding asked = value_of(encoding_of(words(encoding)));
        if (asked == Encoding::none) return {{}, array_frame(shape, number).bytes};
        return asked == Encoding::array ? array_frame(shape, number) : image_frame(shape, number, asked);
    }
    if (shape.size() == 1 && number == Number{'u', 1}) return {{}, array_extent(shape[0])};
    const bool is_filled = std::all_of(shape.begin(), shape.end(), [](auto extent) { return extent > 0; });
    if ((shape.size() == 2 || shape.size() == 3) && is_filled) {
        const Encoding found = encoding_for(number, shape.size() == 3 ? static_cast<std::size_t>(shape[2]) : 1);
        if (found != Encoding::none) return image_frame(shape, number, found);
    }
    return array_frame(shape, number);
}

/// What the letters of the struct module say. Throws for what is no number of this machine.
Number number_of(const char* format, std::size_t bytes) {
    const std::string_view text = format == nullptr ? "B" : format;
    const bool is_native =
        text.size() == 1 || ((text[0] == '@' || text[0] == '=' || text[0] == '<') && text.size() == 2);
    static_assert(std::endian::native == std::endian::little);
    const char letter = text.empty() ? '?' : text.back();
    if (is_native && std::strchr("BHILQN", letter) != nullptr) return {'u', bytes};
    if (is_native && std::strchr("bhilqnc", letter) != nullptr) return {letter == 'c' ? 'u' : 'i', bytes};
    if (is_native && letter == '?') return {'b', bytes};
    if (is_native && std::strchr("efd", letter) != nullptr) return {'f', bytes};
    refuse(Errc::invalid_argument,
           "elements of the format '" + std::string(text) +
               "' are no plain numbers in this machine's byte order: send array.view(numpy.uint8) "
               "to send bytes, or array.astype(...) to send numbers");
}

std::vector<py::ssize_t> shape_from(const py::object& shape) {
    std::vector<py::ssize_t> extents;
    try {
        if (PyLong_Check(shape.ptr()) != 0) return {shape.cast<py::ssize_t>()};
        for (const auto extent : shape) extents.push_back(extent.cast<py::ssize_t>());
    } catch (const std::exception&) {
        refuse(Errc::invalid_argument,
               "a shape is a number of bytes, or a tuple of extents, not " + std::string(py::repr(shape)));
    }
    return extents;
}

Number number_from(const py::object& dtype) {
    const py::dtype asked = py::dtype::from_args(dtype.is_none() ? py::str("uint8") : dtype);
    const char kind = asked.kind();
    const bool is_number = kind == 'b' || kind == 'u' || kind == 'i' || kind == 'f';
    const char order = asked.attr("byteorder").cast<char>();
    if (!is_number || order == '>' || asked.itemsize() > 8)
        refuse(Errc::invalid_argument, "dtype " + words(asked) + " is no plain number in this machine's byte order");
    return {kind, static_cast<std::size_t>(asked.itemsize())};
}

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
    view->obj = nullptr;
    PyObject* buffer = PyObject_CallMethod(self, "_buffer", nullptr);
    if (buffer == nullptr) return -1;
    const int status = PyObject_GetBuffer(buffer, view, flags);  // the view holds the buffer from now on
    Py_DECREF(buffer);
    return status;
}

/// Never destroyed: views may live longer than any static object.
std::set<const Buffer*>& live_buffers() {
    static auto* all = new std::set<const Buffer*>;
    return *all;
}

void bind_array_description(py::module_& module) {
    py::class_<Array>(module, "ArrayDescription", "What an array is: travels in the slot beside the elements.")
        .def_property_readonly(
            "dtype", [](const Array& self) { return name_of(self.dtype); },
            "The type of an element: 'float32', 'bool', ... numpy shows 'bfloat16' as uint16.")
        .def_property_readonly(
            "shape",
            [](const Array& self) {
                py::list extents;
                for (const std::uint32_t extent : self.shape()) extents.append(extent);
                return py::tuple(extents);
            },
            "Extents, slowest first.")
        .def_readonly("capture_time_ns", &Array::capture_time_ns, "Nanoseconds since 1970 (UTC); 0: not known.")
        .def("__repr__", [](const py::object& self) {
            return "<handoff.ArrayDescription " + words(self.attr("shape")) + " " + words(self.attr("dtype")) + ">";
        });
}

}  // namespace

Buffer::Buffer(std::shared_ptr<void> keep, const Area& area) : keep_(std::move(keep)), area_(area) {
    if (area_.is_in_segment) live_buffers().insert(this);
}

Buffer::~Buffer() {
    live_buffers().erase(this);
}

void Buffer::let_child_see_views(bool may_see) noexcept {
    static const auto page_bytes = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    for (const Buffer* buffer : live_buffers()) {
        const auto begin = reinterpret_cast<std::uintptr_t>(buffer->area_.bytes.data());
        const auto first_page = begin / page_bytes * page_bytes;  // of the segment, as a whole segment is mapped
        if (!buffer->area_.bytes.empty())
            madvise(reinterpret_cast<void*>(first_page), begin + buffer->area_.bytes.size() - first_page,
                    may_see ? MADV_DOFORK : MADV_DONTFORK);
    }
}

py::object buffer_of(std::shared_ptr<void> keep, const Area& area) {
    return py::cast(std::make_unique<Buffer>(std::move(keep), area));
}

py::array array_of(std::shared_ptr<void> keep, const Area& area, const Image& image) {
    const py::object base = buffer_of(std::move(keep), area);
    std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(area.bytes.size())}, strides{1};
    std::string type = "u1";
    if (image.is_array()) {
        const Array described = Array::from(image);
        const char kind = described.dtype == Dtype::bfloat16 ? 'u' : kind_of(described.dtype);
        type = kind + std::to_string(bytes_per_element(described.dtype));
        shape.assign(described.shape().begin(), described.shape().end());
        strides = py::detail::c_strides(shape, static_cast<py::ssize_t>(bytes_per_element(described.dtype)));
    } else if (image.is_image()) {
        std::size_t channels = 1;
        const Number number = number_of(image.encoding, channels);
        const auto bytes = static_cast<py::ssize_t>(number.bytes);
        type = number.kind + std::to_string(number.bytes);
        shape = {image.height, image.width};
        strides = {static_cast<py::ssize_t>(image.step), bytes * static_cast<py::ssize_t>(channels)};
        if (channels > 1) {
            shape.push_back(static_cast<py::ssize_t>(channels));
            strides.push_back(bytes);
        }
    }
    py::array array(py::dtype(type), shape, strides, area.bytes.data(), base);
    if (!area.is_writable) py::detail::array_proxy(array.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
    return array;
}

Frame frame_of(const FrameOptions& options) {
    const auto shape = shape_from(options.shape);
    Number number = number_from(options.dtype);
    if (!options.encoding.is_none() && options.dtype.is_none()) {
        std::size_t channels = 0;
        const Encoding encoding = value_of(encoding_of(words(options.encoding)));
        if (bytes_per_pixel(encoding) != 0) number = number_of(encoding, channels);
    }
    Frame frame = frame_of(shape, number, options.encoding);
    stamp(frame.image, options);
    return frame;
}

void stamp(Image& description, const FrameOptions& options) {
    if (!options.frame_id.empty() && !description.is_image())
        refuse(Errc::invalid_argument, std::string("frame_id belongs to an image, and ") +
                                           (description.is_array() ? "this is an array" : "these are plain bytes") +
                                           ": leave it out, or name the encoding of the image");
    if (options.capture_time_ns != 0 && !description.is_described())
        refuse(Errc::invalid_argument,
               "plain bytes have no capture_time_ns: leave it out, or send them with encoding='array'");
    description.capture_time_ns = options.capture_time_ns;
    if (description.is_image()) description.set_frame_id(options.frame_id);
}

Source::Source(const py::object& data) {
    if (PyObject_GetBuffer(data.ptr(), &view_, PyBUF_FULL_RO) != 0) {
        PyErr_Clear();
        refuse(Errc::invalid_argument, "a " + words(py::type::of(data).attr("__name__")) +
                                           " shows no bytes: give a numpy array of numbers, bytes, a bytearray or a "
                                           "memoryview");
    }
    if (view_.format != nullptr && std::strchr(view_.format, 'O') != nullptr) {
        PyBuffer_Release(&view_);
        refuse(Errc::invalid_argument,
               "an array of Python objects has no bytes that another process could read: its "
               "dtype must be one of plain numbers");
    }
}

Frame Source::frame(const py::object& encoding) const {
    return frame_of({view_.shape, view_.shape + view_.ndim},
                    number_of(view_.format, static_cast<std::size_t>(view_.itemsize)), encoding);
}

py::object image_or_none(const Image& image) {
    return image.is_image() ? py::cast(image) : py::none();
}

py::object array_or_none(const Image& description) {
    const Array array = Array::from(description);
    return array.is_array() ? py::cast(array) : py::none();
}

void check_can_be_sent(const py::object& data, const FrameOptions& options) {
    Frame frame = Source(data).frame(options.encoding);
    stamp(frame.image, options);
}

std::span<const std::byte> Source::bytes() {
    if (is_in_a_row()) return {static_cast<const std::byte*>(view_.buf), size()};
    copy_.resize(size());
    copy_to(copy_);
    return copy_;
}

void Source::copy_to(std::span<std::byte> to) const {
    constexpr std::size_t long_bytes = 64 * 1024;
    if (size() == 0) return;
    if (!is_in_a_row()) {
        if (PyBuffer_ToContiguous(to.data(), &view_, view_.len, 'C') != 0) throw py::error_already_set();
        return;
    }
    std::optional<WithoutGil> released;
    if (size() >= long_bytes) released.emplace();
    std::memcpy(to.data(), view_.buf, size());
}

void add_buffer_protocol(py::handle type) {
    auto* heap_type = reinterpret_cast<PyHeapTypeObject*>(type.ptr());
    heap_type->as_buffer.bf_getbuffer = get_buffer;
    heap_type->ht_type.tp_as_buffer = &heap_type->as_buffer;
}

void bind_views(py::module_& module) {
    py::class_<Buffer>(module, "_Buffer", py::buffer_protocol(), "Bytes of a slot; keeps the slot.")
        .def_buffer([](Buffer& self) {
            const Area& area = self.area();
            return py::buffer_info(area.bytes.data(), 1, "B", 1, {static_cast<py::ssize_t>(area.bytes.size())}, {1},
                                   !area.is_writable);
        });
    bind_array_description(module);
    py::class_<Image>(module, "Image", "What a frame is: travels in the slot beside the bytes.")
        .def_readonly("width", &Image::width, "Pixels.")
        .def_readonly("height", &Image::height, "Pixels.")
        .def_readonly("step", &Image::step, "Bytes from one row to the next.")
        .def_property_readonly(
            "encoding", [](const Image& self) { return name_of(self.encoding); },
            "How to read a pixel: 'bgr8', 'mono8', '32FC1', ...")
        .def_readonly("capture_time_ns", &Image::capture_time_ns, "Nanoseconds since 1970 (UTC); 0: not known.")
        .def_property_readonly(
            "frame_id",
            [](const Image& self) {
                return py::bytes(self.frame_id, self.frame().size()).attr("decode")("utf-8", "replace");
            },
            "Who or what took the picture.")
        .def("__repr__", [](const Image& self) {
            return "<handoff.Image " + std::to_string(self.width) + "x" + std::to_string(self.height) + " " +
                   std::string(name_of(self.encoding)) + ">";
        });
}

}  // namespace handoff::python
