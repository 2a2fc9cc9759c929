#include <string>

#include "bindings.hpp"

namespace handoff::python {

void describe(Loan& loan, const FrameOptions& options) {
    if (options.shape.is_none()) return;
    const Frame frame = frame_of(options);
    if (frame.image.is_described())
        value_of(loan.describe(frame.image));
    else
        value_of(loan.resize(frame.bytes));
}

void write(Loan& loan, const py::object& data, const FrameOptions& options) {
    const Source source(data);
    Frame frame = source.frame(options.encoding);
    stamp(frame.image, options);
    value_of(loan.resize(source.size()));
    if (frame.image.is_described()) value_of(loan.describe(frame.image));
    source.copy_to(loan.payload().first(source.size()));
}

namespace {

void bind_describing(py::class_<PyLoan>& loan) {
    loan.def(
        "describe",
        [](PyLoan& self, py::object shape, py::object dtype, py::object encoding, std::int64_t capture_time_ns,
           std::string frame_id) {
            describe(self.use(),
                     {std::move(shape), std::move(dtype), std::move(encoding), capture_time_ns, std::move(frame_id)});
        },
        py::arg("shape"), py::kw_only(), py::arg("dtype") = py::none(), py::arg("encoding") = py::none(),
        py::arg("capture_time_ns") = 0, py::arg("frame_id") = "",
        "Says that the message is an image of the shape (height, width[, channels]), or an array of any shape, or so "
        "many plain bytes. Without an encoding, OpenCV's for that dtype and number of channels is meant. Raises "
        "TooLarge, InvalidArgument.");
    loan.def(
        "write",
        [](PyLoan& self, const py::object& data, py::object encoding, std::int64_t capture_time_ns,
           std::string frame_id) {
            write(self.use(), data,
                  {py::none(), py::none(), std::move(encoding), capture_time_ns, std::move(frame_id)});
        },
        py::arg("data"), py::kw_only(), py::arg("encoding") = py::none(), py::arg("capture_time_ns") = 0,
        py::arg("frame_id") = "",
        "Copies an array or bytes into the slot, and describes it. Raises TooLarge, InvalidArgument.");
}

}  // namespace

void bind_loan(py::module_& module) {
    py::class_<PyLoan> loan(module, "Loan",
                            R"(A free slot in shared memory, to write a message into: loan.array[:] = ...

Given to send(), request(), request_async() or publish(), it is used up. Left with `with`, or dropped with all its views,
it is given back unsent.)");
    loan.def_property_readonly(
        "array",
        [](const PyLoan& self) {
            return array_of(self.keep(), self.use().payload().first(self.use().size()), self.use().image());
        },
        "The message's bytes in the slot, writable, without a copy: shaped as described, else one-dimensional uint8.");
    loan.def_property_readonly(
        "capacity", [](const PyLoan& self) { return self.use().payload().size(); }, "Bytes of the slot.");
    loan.def_property_readonly(
        "size", [](const PyLoan& self) { return self.use().size(); }, "Bytes that will be sent.");
    loan.def(
        "resize", [](PyLoan& self, std::size_t size) { value_of(self.use().resize(size)); }, py::arg("size"),
        "Sends only the first `size` bytes. Raises TooLarge.");
    bind_describing(loan);
    loan.def("_buffer",
             [](const PyLoan& self) { return buffer_of(self.keep(), self.use().payload().first(self.use().size())); });
    add_buffer_protocol(loan);
    add_releasing(loan, "Gives the slot back unsent.");
}

}  // namespace handoff::python
