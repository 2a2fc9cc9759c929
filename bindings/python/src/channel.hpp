// What Sender and Receiver have in common in Python.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <handoff/channel.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "handle.hpp"
#include "options.hpp"

namespace handoff::python {

/// The constructor of Sender and Receiver. T: Handle of one of them.
template <class End, class Class>
void add_opening(Class& cls, const char* kind) {
    cls.def(
        py::init([kind](std::string name, std::optional<std::uint32_t> slot_count,
                        std::optional<std::size_t> payload_bytes, std::optional<std::size_t> reply_bytes,
                        std::optional<std::uint32_t> participants, std::optional<std::uint32_t> max_deliveries,
                        std::optional<bool> in_place, const std::optional<std::string>& sync,
                        const std::optional<std::string>& lifetime, std::optional<std::uint32_t> mode,
                        std::optional<std::string> group, const std::string& open, const std::string& wait,
                        const py::object& attach_timeout, const std::string& timestamps, bool prefault) {
            const ChannelShape shape{
                slot_count, size_if(payload_bytes), reply_bytes,           participants, max_deliveries,
                in_place,   sync_if(sync),          lifetime_if(lifetime), mode,         std::move(group)};
            HandleOptions handle{.open = open_from(open)};
            handle.wait = wait_from(wait);
            handle.timestamps = timestamps_from(timestamps);
            handle.prefault = prefault;
            auto end = open_interruptibly(handle, attach_timeout,
                                          [&](const HandleOptions& now) { return End(name, shape, now); });
            return std::make_unique<Handle<End>>(kind, std::move(name), std::move(end));
        }),
        py::arg("name"), py::kw_only(), py::arg("slot_count") = py::none(), py::arg("payload_bytes") = py::none(),
        py::arg("reply_bytes") = py::none(), py::arg("participants") = py::none(),
        py::arg("max_deliveries") = py::none(), py::arg("in_place") = py::none(), py::arg("sync") = py::none(),
        py::arg("lifetime") = py::none(), py::arg("mode") = py::none(), py::arg("group") = py::none(),
        py::arg("open") = "create_or_attach", py::arg("wait") = "balanced", py::arg("attach_timeout") = 0.0,
        py::arg("timestamps") = "exact", py::arg("prefault") = false,
        "Opens the channel `name` and joins it: creates it so, or attaches to one that can do at least this. Without "
        "payload_bytes it attaches only; attach_timeout says how many seconds to wait then for a channel that does not "
        "exist yet (None: for ever). The options are those of handoff::ChannelShape, where None asks for nothing, and "
        "of handoff::HandleOptions.");
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
