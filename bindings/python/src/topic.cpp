#include <handoff/topic.hpp>

#include <memory>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "bindings.hpp"
#include "options.hpp"
#include "wait.hpp"

namespace handoff::python {

namespace {

using PyPublisher = Handle<Publisher>;
using PyMessage = Held<Message>;

struct PySubscriber : Handle<Subscriber> {
    PySubscriber(std::string name, Subscriber value, std::uint32_t reserved_pins)
        : Handle("Subscriber", std::move(name), std::move(value)), pins(reserved_pins) {}
    const std::uint32_t pins;
    bool busy = false;
};

/// A message that was copied out of the topic.
struct PyCopy {
    py::array array;
    Copied about;
};

using Take = result<Message> (Subscriber::*)(const Wait&);
using TryTake = result<Message> (Subscriber::*)();
using CopyOut = result<Copied> (Subscriber::*)(std::span<std::byte>, const Wait&);

PyMessage take(PySubscriber& self, const Timeout& timeout, Take which) {
    const auto subscriber = self.share();
    const Alone alone(self.busy, "Subscriber");
    auto message = wait_in(self, timeout, [&](const Wait& until) { return ((*subscriber).*which)(until); });
    return {"Message", subscriber, value_of(std::move(message))};
}

PyMessage try_take(PySubscriber& self, TryTake which) {
    const auto subscriber = self.share();
    const Alone alone(self.busy, "Subscriber");
    return {"Message", subscriber, value_of(((*subscriber).*which)())};
}

PyCopy copy_out(PySubscriber& self, const py::object& seconds, CopyOut which) {
    const Timeout timeout(seconds);
    const auto subscriber = self.share();
    const Alone alone(self.busy, "Subscriber");
    const std::size_t capacity = subscriber->info().payload_bytes;
    const std::shared_ptr<std::byte[]> memory(new std::byte[capacity]);  // not touched where nothing is copied to
    const std::span room(memory.get(), capacity);
    const Copied copied =
        value_of(wait_in(self, timeout, [&](const Wait& until) { return ((*subscriber).*which)(room, until); }));
    Area bytes{room.first(copied.size)};
    bytes.is_in_segment = false;
    return {array_of(memory, bytes, copied.image), copied};
}

/// A message, or a copy where there are no pins.
py::object next_message(PySubscriber& self) {
    return next_in_loop(self, [&]() -> py::object {
        if (self.pins == 0) return py::cast(copy_out(self, py::none(), &Subscriber::copy_next));
        return py::cast(take(self, Timeout(py::none()), &Subscriber::next));
    });
}

/// As many pins as a loop needs: while it takes the next message, its variable still holds the one before.
SubscriberOptions defaults_of_subscriber() {
    auto options = default_options<SubscriberOptions>();
    options.pins = 2;
    return options;
}

Signature publisher_signature() {
    Signature signature("Publisher");
    signature.keywords_only();
    add_options(signature, TopicShape{}, default_options<HandleOptions>());
    return signature;
}

Signature subscriber_signature() {
    Signature signature("Subscriber");
    signature.keywords_only();
    add_options(signature, TopicShape{}, defaults_of_subscriber());
    return signature;
}

std::unique_ptr<PyPublisher> open_publisher(std::string name, const py::args& surplus, const py::kwargs& given) {
    Arguments arguments("Publisher", surplus, given);
    TopicShape shape;
    auto handle = default_options<HandleOptions>();
    const py::object attach_timeout = take_options(arguments, shape, handle);
    auto made = open_interruptibly(handle, attach_timeout,
                                   [&](const HandleOptions& now) { return Publisher(name, shape, now); });
    return std::make_unique<PyPublisher>("Publisher", std::move(name), std::move(made));
}

std::unique_ptr<PySubscriber> open_subscriber(std::string name, const py::args& surplus, const py::kwargs& given) {
    Arguments arguments("Subscriber", surplus, given);
    TopicShape shape;
    SubscriberOptions options = defaults_of_subscriber();
    const py::object attach_timeout = take_options(arguments, shape, options);
    if (options.read_only) options.pins = 0;
    auto made = open_interruptibly(options, attach_timeout,
                                   [&](const SubscriberOptions& now) { return Subscriber(name, shape, now); });
    return std::make_unique<PySubscriber>(std::move(name), std::move(made), options.pins);
}

/// A loan that holds `data`, or the loan that `data` is.
Loan filled_loan(PyPublisher& self, const py::object& data, const FrameOptions& options) {
    if (py::isinstance<PyLoan>(data)) return data.cast<PyLoan&>().take();
    check_can_be_sent(data, options);
    const auto publisher = self.share();
    Loan made = value_of(publisher->loan());
    write(made, data, options);
    return made;
}

void bind_publishing(py::class_<PyPublisher>& publisher) {
    publisher.def(
        "loan",
        [](PyPublisher& self, py::object shape, py::object dtype, py::object encoding, std::int64_t time,
           std::string id) {
            const auto shared = self.share();
            PyLoan made("Loan", shared, value_of(shared->loan()));
            describe(made.use(), {std::move(shape), std::move(dtype), std::move(encoding), time, std::move(id)});
            return made;
        },
        py::arg("shape") = py::none(), py::kw_only(), py::arg("dtype") = py::none(), py::arg("encoding") = py::none(),
        py::arg("capture_time_ns") = 0, py::arg("frame_id") = "",
        "A slot. Never waits for a subscriber. A shape describes it at once, see Loan.describe(). Raises Full.");
    publisher.def(
        "publish",
        [](PyPublisher& self, const py::object& data, py::object encoding, std::int64_t time, std::string id) {
            const auto shared = self.share();
            Loan filled = filled_loan(self, data, {py::none(), py::none(), std::move(encoding), time, std::move(id)});
            return value_of(shared->publish(std::move(filled)));
        },
        py::arg("data"), py::kw_only(), py::arg("encoding") = py::none(), py::arg("capture_time_ns") = 0,
        py::arg("frame_id") = "",
        "Makes a Loan, or a copy of an array or bytes, the newest message, and returns its sequence. Never waits.");
}

void bind_publisher(py::module_& module) {
    py::class_<PyPublisher> publisher(module, "Publisher",
                                      "Puts messages on a topic. Any number of threads may use it.");
    add_constructor(
        publisher, publisher_signature(),
        "Opens the topic `name` and joins it: creates it with this shape, or attaches to one that offers at "
        "least this. None asks for nothing.",
        &open_publisher);
    bind_publishing(publisher);
    publisher.def(
        "wait_for_subscriber",
        [](PyPublisher& self, const py::object& timeout) {
            const auto shared = self.share();
            value_of(
                wait_in(self, Timeout(timeout), [&](const Wait& until) { return shared->wait_for_subscriber(until); }));
        },
        py::arg("timeout") = py::none(), "Waits until at least one live subscriber is attached. Raises Timeout.");
    publisher.def(
        "info", [](const PyPublisher& self) { return self.use().info(); }, "The shape of the topic.");
    publisher.def(
        "state", [](const PyPublisher& self) { return self.use().state(); }, "Counts of the topic.");
    add_closing(publisher);
}

void bind_message(py::module_& module) {
    py::class_<PyMessage> message(module, "Message",
                                  "A message, pinned: its bytes stay whole and in place until release(), the end of "
                                  "`with`, or until this and its last view are gone.");
    message.def_property_readonly(
        "array", [](const PyMessage& self) { return array_of(self.keep(), self.use().payload(), self.use().image()); },
        "The message in the slot, read-only, without a copy: shaped as an image or array, else one-dimensional uint8.");
    message.def_property_readonly(
        "image", [](const PyMessage& self) { return image_or_none(self.use().image()); },
        "What the message is; None: no image.");
    message.def_property_readonly(
        "array_description", [](const PyMessage& self) { return array_or_none(self.use().image()); },
        "Type and shape, of an image, too; None: plain bytes, or an image with gaps between its rows.");
    message.def_property_readonly(
        "sequence", [](const PyMessage& self) { return self.use().sequence(); },
        "Counts the messages of the topic from 1, over all publishers.");
    message.def_property_readonly(
        "lost", [](const PyMessage& self) { return self.use().lost(); },
        "Messages between the previous one of this subscriber and this one: overwritten, or skipped by newest(). "
        "Exact.");
    message.def_property_readonly(
        "published_ns", [](const PyMessage& self) { return ns_of(self.use().published_at()); },
        "When it was published, as time.monotonic_ns() counts.");
    message.def("_buffer", [](const PyMessage& self) { return buffer_of(self.keep(), self.use().payload()); });
    add_buffer_protocol(message);
    add_releasing(message, "Unpins the message.");
}

void bind_copy(py::module_& module) {
    py::class_<PyCopy>(module, "Copy", "A copy of a message.")
        .def_readonly("array", &PyCopy::array,
                      "Its bytes, ours: shaped as an image or array, else one-dimensional uint8.")
        .def_property_readonly(
            "image", [](const PyCopy& self) { return image_or_none(self.about.image); },
            "What the message is; None: no image.")
        .def_property_readonly(
            "array_description", [](const PyCopy& self) { return array_or_none(self.about.image); }, "As in Message.")
        .def_property_readonly(
            "sequence", [](const PyCopy& self) { return self.about.sequence; }, "As in Message.")
        .def_property_readonly(
            "lost", [](const PyCopy& self) { return self.about.lost; }, "As in Message.")
        .def_property_readonly(
            "published_ns", [](const PyCopy& self) { return ns_of(self.about.published_at); }, "As in Message.")
        .def(
            "release", [](const PyCopy&) {}, "Nothing to do: for loops over messages and copies alike.")
        .def_property_readonly(
            "released", [](const PyCopy&) { return false; }, "False.")
        .def("__enter__", [](py::object self) { return self; })
        .def("__exit__", [](const PyCopy&, const py::args&) {});
}

void bind_reading(py::class_<PySubscriber>& subscriber) {
    const auto timeout = py::arg("timeout") = py::none();
    subscriber.def(
        "next",
        [](PySubscriber& self, const py::object& seconds) { return take(self, Timeout(seconds), &Subscriber::next); },
        timeout,
        "The oldest unread message that is still kept. Raises Timeout; EndOfStream once every publisher has "
        "left and nothing is unread; Full (as many messages are held as pins were reserved).");
    subscriber.def(
        "try_next", [](PySubscriber& self) { return try_take(self, &Subscriber::try_next); },
        "Does not wait. Raises Empty, otherwise as next().");
    subscriber.def(
        "newest",
        [](PySubscriber& self, const py::object& seconds) { return take(self, Timeout(seconds), &Subscriber::newest); },
        timeout, "The newest message, if it is unread; skips those before it. Raises as next().");
    subscriber.def(
        "try_newest", [](PySubscriber& self) { return try_take(self, &Subscriber::try_newest); },
        "Does not wait. Raises Empty, otherwise as next().");
    subscriber.def(
        "copy_next",
        [](PySubscriber& self, const py::object& seconds) { return copy_out(self, seconds, &Subscriber::copy_next); },
        timeout, "Copies the oldest unread message; needs no pin and no write access.");
    subscriber.def(
        "copy_newest",
        [](PySubscriber& self, const py::object& seconds) { return copy_out(self, seconds, &Subscriber::copy_newest); },
        timeout, "Copies the newest message, if it is unread.");
    subscriber.def("__iter__", [](py::object self) { return self; });
    subscriber.def("__next__", &next_message);
}

void bind_subscriber(py::module_& module) {
    py::class_<PySubscriber> subscriber(
        module, "Subscriber",
        "Reads a topic from a position of its own. `for message in subscriber:` ends "
        "when every publisher has left and nothing is unread; without pins it gets copies. "
        "One thread at a time.");
    add_constructor(subscriber, subscriber_signature(),
                    "Opens the topic `name` and joins it; without payload_bytes it attaches only. Two pins, unless "
                    "asked otherwise: while a loop takes the next message, its variable still holds the one before.",
                    &open_subscriber);
    bind_reading(subscriber);
    subscriber.def(
        "fileno", [](const PySubscriber& self) { return self.use().descriptor(); },
        "A descriptor that is readable while try_next() would not raise Empty: for select, selectors, asyncio.");
    subscriber.def_property_readonly(
        "pins", [](const PySubscriber& self) { return self.pins; }, "Messages that it may hold at once.");
    subscriber.def("_waitable", [](const PySubscriber& self) { return self.use().waitable(); });
    subscriber.def(
        "info", [](const PySubscriber& self) { return self.use().info(); }, "The shape of the topic.");
    subscriber.def(
        "state", [](const PySubscriber& self) { return self.use().state(); }, "Counts of the topic.");
    add_closing(subscriber);
}

}  // namespace

void bind_topic(py::module_& module) {
    bind_told<TopicInfo>(module, "TopicInfo", described::topic_info_says);
    bind_told<TopicState>(module, "TopicState", described::topic_state_says);
    bind_message(module);
    bind_copy(module);
    bind_publisher(module);
    bind_subscriber(module);
}

}  // namespace handoff::python
