// What Sender and Receiver have in common in Python.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/channel.hpp>

#include <memory>
#include <string>
#include <utility>

#include "arguments.hpp"
#include "handle.hpp"
#include "options.hpp"

namespace handoff::python {

/// The signature of Sender and Receiver.
inline Signature channel_signature(const char* kind) {
    Signature signature(kind);
    signature.keywords_only();
    add_options(signature, ChannelShape{}, HandleOptions{});
    return signature;
}

/// The constructor of Sender and Receiver, and what both can do. T: Handle of one of them.
template <class End, class Class>
void add_opening(Class& cls, const char* kind) {
    const auto open = [kind](std::string name, const py::args& surplus, const py::kwargs& given) {
        Arguments arguments(kind, surplus, given);
        ChannelShape shape;
        HandleOptions handle;
        const py::object attach_timeout = take_options(arguments, shape, handle);
        auto end =
            open_interruptibly(handle, attach_timeout, [&](const HandleOptions& now) { return End(name, shape, now); });
        return std::make_unique<Handle<End>>(kind, std::move(name), std::move(end));
    };
    add_constructor(
        cls, channel_signature(kind),
        "Opens the channel `name` and joins it: creates it with this shape, or attaches to one that offers at least "
        "this. None asks for nothing. Without payload_bytes it attaches only.",
        open);
    cls.def(
        "info", [](const Handle<End>& self) { return self.use().info(); }, "The shape of the channel.");
    cls.def(
        "state", [](const Handle<End>& self) { return self.use().state(); }, "Counts of the channel.");
    cls.def(
        "who_holds", [](const Handle<End>& self) { return self.use().who_holds(); },
        "One sentence: who holds the slots, and since when.");
    add_closing(cls);
}

}  // namespace handoff::python
