// What Sender and Receiver have in common in Python.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/channel.hpp>

#include <memory>
#include <string>
#include <utility>

#include "handle.hpp"
#include "options.hpp"

namespace handoff::python {

/// The constructor of Sender and Receiver. T: Handle of one of them.
template <class End, class Class>
void add_opening(Class& cls, const char* kind) {
    cls.def(
        py::init([kind](std::string name, std::uint32_t slot_count, std::size_t payload_bytes, std::size_t reply_bytes,
                        std::uint32_t participants, std::uint32_t max_deliveries, bool in_place,
                        const std::string& lifetime, std::uint32_t mode, std::string group, const std::string& open,
                        const std::string& wait, const py::object& attach_timeout, const std::string& timestamps,
                        bool prefault) {
            ChannelOptions options;
            options.slot_count = slot_count;
            options.payload_bytes = payload_bytes;
            options.reply_bytes = reply_bytes;
            options.participants = participants;
            options.max_deliveries = max_deliveries;
            options.in_place = in_place;
            options.lifetime = lifetime_from(lifetime);
            options.mode = mode;
            options.group = std::move(group);
            options.open = open_from(open);
            options.wait = wait_from(wait);
            options.timestamps = timestamps_from(timestamps);
            options.prefault = prefault;
            auto end =
                open_in_slices(options, attach_timeout, [&](const ChannelOptions& now) { return End(name, now); });
            return std::make_unique<Handle<End>>(kind, std::move(name), std::move(end));
        }),
        py::arg("name"), py::kw_only(), py::arg("slot_count") = 8, py::arg("payload_bytes") = 0,
        py::arg("reply_bytes") = 0, py::arg("participants") = 32, py::arg("max_deliveries") = 10,
        py::arg("in_place") = false, py::arg("lifetime") = "until_last_leaves", py::arg("mode") = 0600,
        py::arg("group") = "", py::arg("open") = "create_or_attach", py::arg("wait") = "balanced",
        py::arg("attach_timeout") = 0.0, py::arg("timestamps") = "exact", py::arg("prefault") = false,
        "Opens the channel `name` and joins it. payload_bytes 0 attaches only; attach_timeout says how many seconds "
        "to wait then for a channel that does not exist yet (None: for ever). The options are those of "
        "handoff::ChannelOptions.");
    cls.def(
        "info", [](const Handle<End>& self) { return self.use().info(); }, "The shape of the channel.");
    cls.def(
        "state", [](const Handle<End>& self) { return self.use().state(); }, "A look at the channel.");
    cls.def(
        "who_holds", [](const Handle<End>& self) { return self.use().who_holds(); },
        "One sentence: who holds the slots, and since when.");
    add_closing(cls);
}

}  // namespace handoff::python
