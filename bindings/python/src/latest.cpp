#include <pybind11/stl.h>
#include <handoff/latest.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "bindings.hpp"
#include "options.hpp"
#include "wait.hpp"

namespace handoff::python {

namespace {

/// Latest values of one dtype and shape, or of plain bytes.
struct PyLatest : Handle<LatestBytes> {
    PyLatest(std::string name, LatestBytes value, py::object of, std::vector<py::ssize_t> of_shape, std::size_t room)
        : Handle("Latest", std::move(name), std::move(value)),
          dtype(std::move(of)),
          shape(std::move(of_shape)),
          capacity_bytes(room) {}
    py::object dtype;  ///< None: plain bytes
    std::vector<py::ssize_t> shape;
    std::size_t capacity_bytes;
};

/// A value with where it stands.
struct PyReading {
    py::object value;
    Reading about;
};

std::size_t bytes_of(const py::dtype& dtype, const std::vector<py::ssize_t>& shape) {
    if (dtype.attr("hasobject").cast<bool>() || dtype.itemsize() == 0)
        refuse(Errc::invalid_argument, "dtype " + words(dtype) +
                                           " has no bytes of its own that another "
                                           "process could read");
    auto bytes = static_cast<std::size_t>(dtype.itemsize());
    for (const auto extent : shape) {
        if (extent < 1 || __builtin_mul_overflow(bytes, static_cast<std::size_t>(extent), &bytes))
            refuse(Errc::invalid_argument, "a shape with an extent of " + std::to_string(extent) + " makes no value");
    }
    return bytes;
}

/// The bytes of a value: an array of the right dtype and shape, or something that numpy makes one of.
py::array array_from(const PyLatest& self, const py::object& value) {
    const auto numpy = py::module_::import("numpy");
    if (py::isinstance<py::array>(value) && !py::object(value.attr("dtype")).equal(self.dtype))
        refuse(Errc::invalid_argument, "'" + self.name() + "' holds " + words(self.dtype) + ", not " +
                                           words(value.attr("dtype")) + ": use array.astype(...)");
    py::array array;
    try {
        array = numpy.attr("ascontiguousarray")(value, self.dtype);
    } catch (py::error_already_set& error) {
        refuse(Errc::invalid_argument,
               words(py::repr(value)) + " is no " + words(self.dtype) + ": " + words(error.value()));
    }
    const std::vector<py::ssize_t> shape(array.shape(), array.shape() + array.ndim());
    const bool is_scalar = self.shape.empty() && array.size() == 1;
    if (shape != self.shape && !is_scalar)
        refuse(Errc::invalid_argument, "'" + self.name() + "' holds values of the shape " +
                                           words(py::cast(self.shape)) + ", not " + words(py::cast(shape)));
    return array;
}

std::uint64_t write_value(PyLatest& self, const py::object& value) {
    const auto latest = self.share();
    const auto write = [&](std::span<const std::byte> bytes) {
        const WithoutGil released;
        return latest->write(bytes);
    };
    if (self.dtype.is_none()) {
        Source source(value);
        return value_of(write(source.bytes()));
    }
    const py::array array = array_from(self, value);
    return value_of(write({static_cast<const std::byte*>(array.data()), static_cast<std::size_t>(array.nbytes())}));
}

[[noreturn]] void refuse_size(const PyLatest& self, const std::string& bytes) {
    refuse(Errc::mismatch, "the value of '" + self.name() + "' has " + bytes + " bytes, a " + words(self.dtype) +
                               " of the shape " + words(py::cast(self.shape)) + " has " +
                               std::to_string(self.capacity_bytes) + ": writer and reader disagree about it");
}

PyReading read_array(const PyLatest& self, const std::function<result<Reading>(std::span<std::byte>)>& read) {
    py::array array(py::reinterpret_borrow<py::dtype>(self.dtype), self.shape);
    auto about = read({static_cast<std::byte*>(array.mutable_data()), self.capacity_bytes});
    if (!about && about.error() == Errc::too_large) refuse_size(self, "more");
    const Reading reading = value_of(std::move(about));
    if (reading.size != self.capacity_bytes) refuse_size(self, std::to_string(reading.size));
    return {self.shape.empty() ? array[py::tuple()] : py::object(array), reading};
}

/// Memory that is not written is not touched, so it costs the value and not the capacity.
PyReading read_bytes(LatestBytes& latest, const std::function<result<Reading>(std::span<std::byte>)>& read) {
    const std::size_t capacity = latest.info().capacity_bytes;
    PyObject* bytes = PyBytes_FromStringAndSize(nullptr, static_cast<py::ssize_t>(capacity));
    if (bytes == nullptr) throw py::error_already_set();
    auto owned = py::reinterpret_steal<py::object>(bytes);
    const Reading about = value_of(read({reinterpret_cast<std::byte*>(PyBytes_AS_STRING(bytes)), capacity}));
    bytes = owned.release().ptr();
    if (_PyBytes_Resize(&bytes, static_cast<py::ssize_t>(about.size)) != 0) throw py::error_already_set();
    return {py::reinterpret_steal<py::object>(bytes), about};
}

/// Straight into what Python gets; `read` runs without the GIL.
PyReading read_with(const PyLatest& self, LatestBytes& latest,
                    const std::function<result<Reading>(std::span<std::byte>)>& read) {
    return self.dtype.is_none() ? read_bytes(latest, read) : read_array(self, read);
}

PyReading read(const PyLatest& self) {
    const auto latest = self.share();
    return read_with(self, *latest, [&](std::span<std::byte> room) {
        const WithoutGil released;
        return latest->read(room);
    });
}

PyReading wait_newer(PyLatest& self, const py::object& seconds) {
    const Timeout timeout(seconds);
    const auto latest = self.share();
    return read_with(self, *latest, [&](std::span<std::byte> room) {
        return wait_in(self, timeout, [&](const Wait& until) { return latest->wait_newer(room, until); });
    });
}

std::unique_ptr<PyLatest> open_latest(std::string name, const py::object& dtype, const py::object& of_what,
                                      LatestShape shape, LatestOptions options, const py::object& attach_timeout) {
    py::object of = py::none();
    std::vector<py::ssize_t> extents;
    if (!dtype.is_none()) {
        of = py::dtype::from_args(dtype);
        if (PyLong_Check(of_what.ptr()) != 0)
            extents = {of_what.cast<py::ssize_t>()};
        else
            for (const auto extent : of_what) extents.push_back(extent.cast<py::ssize_t>());
        shape.capacity_bytes = bytes_of(of.cast<py::dtype>(), extents);
    }
    const std::size_t room = shape.capacity_bytes.value_or(0);
    if (options.read_only) options.open = Open::attach;
    auto made = open_interruptibly(options, attach_timeout,
                                   [&](const LatestOptions& now) { return LatestBytes(name, shape, now); });
    return std::make_unique<PyLatest>(std::move(name), std::move(made), std::move(of), std::move(extents), room);
}

Signature latest_signature() {
    Signature signature("Latest");
    signature.add("dtype", "DTypeLike | None", py::none(), "of the values; None: bytes, up to capacity_bytes");
    signature.add("shape", "int | tuple[int, ...]", py::tuple(), "of the values, if they are arrays");
    signature.keywords_only();
    add_options(signature, LatestShape{}, LatestOptions{});
    return signature;
}

/// Positional or by keyword, as numpy.zeros takes its own.
std::unique_ptr<PyLatest> open_given(std::string name, const py::object& dtype, const py::object& of_what,
                                     const py::args& surplus, const py::kwargs& given) {
    Arguments arguments("Latest", surplus, given);
    LatestShape shape;
    LatestOptions options;
    const py::object attach_timeout = take_options(arguments, shape, options);
    return open_latest(std::move(name), dtype, of_what, shape, options, attach_timeout);
}

}  // namespace

void bind_latest(py::module_& module) {
    py::class_<PyReading>(module, "Reading", "A value with its sequence and time.")
        .def_readonly("value", &PyReading::value, "A copy: bytes, or what the dtype says.")
        .def_property_readonly(
            "sequence", [](const PyReading& self) { return self.about.sequence; },
            "Counts the writes from 1, over all writers.")
        .def_property_readonly(
            "written_ns", [](const PyReading& self) { return ns_of(self.about.written_at); },
            "When it was written, as time.monotonic_ns() counts.");
    bind_told<LatestInfo>(module, "LatestInfo", described::latest_info_says);
    py::class_<PyLatest> latest(module, "Latest",
                                "One value: readers get the newest, always whole, and never wait for a writer. Any "
                                "number of threads may use it.");
    add_constructor(
        latest, latest_signature(),
        "Opens the latest value `name`. With a dtype (and a shape) its values are numpy scalars or arrays, a "
        "structured dtype for a C struct; without one they are bytes, up to capacity_bytes (without: attach only). "
        "None asks for nothing.",
        &open_given, py::arg("dtype") = py::none(), py::arg("shape") = py::tuple());
    latest.def("write", &write_value, py::arg("value"), "Makes `value` the newest; returns its sequence. Never waits.");
    latest.def("read", &read, "The newest value. Never waits. Raises Empty if nothing was written yet.");
    latest.def("wait_newer", &wait_newer, py::arg("timeout") = py::none(),
               "Waits for a value newer than the last one that this handle read. Raises Timeout.");
    latest.def_property_readonly(
        "has_newer", [](const PyLatest& self) { return self.use().has_newer(); },
        "True if wait_newer() would return at once.");
    latest.def(
        "fileno", [](const PyLatest& self) { return self.use().descriptor(); },
        "A descriptor that is readable while has_newer: for select, selectors, asyncio.");
    latest.def("_waitable", [](const PyLatest& self) { return self.use().waitable(); });
    latest.def(
        "info", [](const PyLatest& self) { return self.use().info(); }, "The shape of the latest value.");
    add_closing(latest);
}

}  // namespace handoff::python
