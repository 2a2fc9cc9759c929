// The receiver's side of a channel: Receiver, Request.
#include <handoff/channel.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "channel.hpp"
#include "wait.hpp"

namespace handoff::python {

namespace {

using PyReceiver = Handle<Receiver>;
using PyRequest = Held<Request>;

PyRequest receive(PyReceiver& self, const Timeout& timeout) {
    const auto receiver = self.share();
    auto request = wait_in(self, timeout, [&](const Wait& until) { return receiver->receive(until); });
    return {"Request", receiver, value_of(std::move(request))};
}

PyRequest next_request(PyReceiver& self) {
    return next_in_loop(self, [&] { return receive(self, Timeout(py::none())); });
}

py::list receive_batch(PyReceiver& self, std::size_t most, const Timeout& timeout) {
    const auto receiver = self.share();
    std::vector<Request> batch(std::min<std::size_t>(most, receiver->info().slot_count));
    const auto count =
        value_of(wait_in(self, timeout, [&](const Wait& until) { return receiver->receive(batch, until); }));
    py::list requests;
    for (std::size_t at = 0; at < count; ++at) requests.append(PyRequest("Request", receiver, std::move(batch[at])));
    return requests;
}

/// What is in a batch is used up as a whole: refused before that is what is no Request, or released.
void processed_batch(PyReceiver& self, const py::iterable& requests) {
    const auto receiver = self.share();
    std::vector<PyRequest*> given;
    for (const py::handle request : requests) {
        if (!py::isinstance<PyRequest>(request))
            refuse(Errc::invalid_argument, "a batch consists of Requests, not of " + words(py::type::of(request)) +
                                               ": receiver.receive_batch(most) makes some");
        given.push_back(&request.cast<PyRequest&>());
        given.back()->use();
    }
    std::vector<Request> batch;
    for (PyRequest* request : given) batch.push_back(request->take());
    value_of(receiver->processed(batch));
}

/// None: what reply_array() described, or nothing. A number: so many bytes of reply. Else: a copy of these bytes.
void answer(PyRequest& self, const py::object& reply, const py::object& encoding) {
    Request& request = self.use();
    if (reply.is_none()) {
        value_of(request.processed());
    } else if (PyIndex_Check(reply.ptr()) != 0 && !py::isinstance<py::array>(reply)) {
        const auto bytes = reply.cast<std::size_t>();
        value_of(request.processed(bytes));
    } else {
        const Source source(reply);
        const Frame frame = source.frame(encoding);
        if (source.size() > request.reply().size())
            refuse(Errc::too_large, "the answer has " + std::to_string(source.size()) +
                                        " bytes, the reply area holds " + std::to_string(request.reply().size()) +
                                        ". Create the channel with more reply_bytes");
        if (frame.image.is_described()) value_of(request.describe_reply(frame.image));
        source.copy_to(request.reply().first(source.size()));
        value_of(request.processed(source.size()));
    }
    self.release();
}

py::array editable(PyRequest& self) {
    const auto bytes = value_of(self.use().editable());
    return array_of(self.keep(), bytes, self.use().image());
}

py::array reply_array(PyRequest& self, const FrameOptions& options) {
    const Frame frame = frame_of(options);
    Request& request = self.use();
    if (!frame.image.is_described())
        refuse(Errc::invalid_argument,
               "reply_array() is for images and arrays: write plain bytes into reply, and say how many to "
               "processed(), or name encoding='array'");
    value_of(request.describe_reply(frame.image));
    return array_of(self.keep(), request.reply().first(frame.bytes), frame.image);
}

void bind_bytes(py::class_<PyRequest>& request) {
    request.def_property_readonly(
        "array", [](const PyRequest& self) { return array_of(self.keep(), self.use().payload(), self.use().image()); },
        "The sender's bytes in the slot, read-only, without a copy: shaped as an image or array, else one-dimensional "
        "uint8.");
    request.def_property_readonly("editable", &editable,
                                  "The same, writable; InvalidArgument unless the channel was created in_place.");
    request.def_property_readonly(
        "image", [](const PyRequest& self) { return image_or_none(self.use().image()); },
        "What the request is; None: no image.");
    request.def_property_readonly(
        "array_description", [](const PyRequest& self) { return array_or_none(self.use().image()); },
        "Type and shape, of an image, too; None: plain bytes, or an image with gaps between its rows.");
    request.def_property_readonly(
        "reply", [](const PyRequest& self) { return array_of(self.keep(), self.use().reply(), Image{}); },
        "Room for the answer in the slot, writable, one-dimensional uint8.");
    request.def(
        "reply_array",
        [](PyRequest& self, py::object shape, py::object dtype, py::object encoding, std::int64_t time,
           std::string id) {
            return reply_array(self, {std::move(shape), std::move(dtype), std::move(encoding), time, std::move(id)});
        },
        py::arg("shape"), py::kw_only(), py::arg("dtype") = py::none(), py::arg("encoding") = py::none(),
        py::arg("capture_time_ns") = 0, py::arg("frame_id") = "",
        "Says that the answer is an image or array of this shape, and returns it as a writable array in the slot; "
        "processed() "
        "sends it. Raises TooLarge, InvalidArgument.");
    request.def("_buffer", [](const PyRequest& self) { return buffer_of(self.keep(), self.use().payload()); });
    add_buffer_protocol(request);
}

void bind_request(py::module_& module) {
    py::class_<PyRequest> request(module, "Request",
                                  R"(A request taken from the channel, held until processed() or failed().

Left with `with` or dropped without either (an exception, say), it is given back and delivered again, or, on a channel
opened in_place, reported as failed.)");
    bind_bytes(request);
    request.def("processed", &answer, py::arg("reply") = py::none(), py::kw_only(), py::arg("encoding") = py::none(),
                "Finishes the request. The answer is what reply_array() described, or none; or the first so many bytes "
                "of reply; or a copy of an array or bytes. Raises TooLarge: then the request is not finished yet.");
    request.def(
        "failed",
        [](PyRequest& self, const std::string& reason) {
            auto outcome = self.use().failed(reason);
            self.release();
            value_of(std::move(outcome));
        },
        py::arg("reason"), "Finishes it as failed; the sender gets the reason (the first 119 bytes).");
    request.def_property_readonly(
        "sender", [](const PyRequest& self) { return self.use().sender().value; },
        "The sender: the same for all requests of one Sender, never shared by two Senders in the life of the segment.");
    request.def_property_readonly(
        "sequence", [](const PyRequest& self) { return self.use().sequence(); },
        "Counts the sender's requests from 1; the same in every delivery.");
    request.def_property_readonly(
        "deliveries", [](const PyRequest& self) { return self.use().deliveries(); }, "1 the first time.");
    request.def_property_readonly(
        "awaited", [](const PyRequest& self) { return self.use().awaited(); },
        "False if no answer is awaited: it was sent with send(), or its sender stopped waiting before it was taken.");
    request.def_property_readonly(
        "sent_ns", [](const PyRequest& self) { return ns_of(self.use().sent_at()); },
        "When it was sent, as time.monotonic_ns() counts.");
    request.def_property_readonly(
        "taken_ns", [](const PyRequest& self) { return ns_of(self.use().taken_at()); },
        "When this receiver took it, as time.monotonic_ns() counts.");
    add_releasing(request,
                  "Gives it back: it is delivered again, or, on a channel opened in_place, reported as failed.");
}

}  // namespace

void bind_receiver(py::module_& module) {
    bind_request(module);
    py::class_<PyReceiver> receiver(
        module, "Receiver",
        "Takes requests out of a channel. Receivers compete: each request goes to one of them. `for request in "
        "receiver:` ends when every sender has left and nothing is queued. Any number of threads may use it.");
    add_opening<Receiver>(receiver, "Receiver");
    receiver.def(
        "receive", [](PyReceiver& self, const py::object& timeout) { return receive(self, Timeout(timeout)); },
        py::arg("timeout") = py::none(),
        "Waits for a request. Raises Timeout; EndOfStream once every sender that was attached has left and nothing "
        "is queued (raised once: the next call waits for a new sender).");
    receiver.def(
        "try_receive",
        [](PyReceiver& self) {
            const auto shared = self.share();
            return PyRequest("Request", shared, value_of(shared->try_receive()));
        },
        "Does not wait. Raises Empty, EndOfStream.");
    receiver.def(
        "receive_batch",
        [](PyReceiver& self, std::size_t most, const py::object& timeout) {
            return receive_batch(self, most, Timeout(timeout));
        },
        py::arg("most"), py::kw_only(), py::arg("timeout") = py::none(),
        "Waits for a request, then takes as many as are queued, at most `most`. Other receivers do not get what this "
        "one holds: use batches for requests that are processed quickly. Raises as receive().");
    receiver.def("processed_batch", &processed_batch, py::arg("requests"),
                 "Finishes all of them, with one wake-up; the answers are what reply_array() described, or none. "
                 "Goes on after an error; raises the first.");
    receiver.def("__iter__", [](py::object self) { return self; });
    receiver.def("__next__", &next_request);
    receiver.def(
        "fileno", [](const PyReceiver& self) { return self.use().descriptor(); },
        "A descriptor that is readable while try_receive() would not raise Empty: for select, selectors, "
        "asyncio. Do not read from it or close it.");
    receiver.def("_waitable", [](const PyReceiver& self) { return self.use().waitable(); });
}

}  // namespace handoff::python
