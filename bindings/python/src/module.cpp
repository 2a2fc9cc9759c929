#include <pybind11/pybind11.h>

#include <pybind11/stl.h>
#include <handoff/inspect.hpp>
#include <handoff/truncation.hpp>
#include <handoff/version.hpp>
#include <handoff/wait_any.hpp>

#include <exception>
#include <list>
#include <stop_token>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "handle.hpp"
#include "wait.hpp"

namespace handoff::python {

namespace {

/// An error becomes the exception of its code, with the same message.
void raise(std::exception_ptr thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
        const auto make = py::module_::import("handoff._errors").attr("_error_of");
        const py::object exception = make(error.code().value(), error.what());
        PyErr_SetObject(py::type::of(exception).ptr(), exception.ptr());
    }
}

/// Stopped when one of several tokens is.
class EndOfAny {
public:
    void add(const std::stop_token& token) { callbacks_.emplace_back(token, Request{source_}); }
    std::stop_token token() const { return source_.get_token(); }

private:
    struct Request {
        std::stop_source& source;
        void operator()() const { source.request_stop(); }
    };
    std::stop_source source_;
    std::list<std::stop_callback<Request>> callbacks_;  // go first: they refer to the source
};

std::size_t wait_for_any(const py::iterable& handles, const py::object& seconds) {
    const Timeout timeout(seconds);
    std::vector<Waitable> waitables;
    EndOfAny end;
    end.add(interpreter_ends());
    for (const auto handle : handles) {
        if (!py::hasattr(handle, "_waitable"))
            refuse(Errc::invalid_argument,
                   "wait_any() waits for Receivers, Subscribers, Latests, Senders and Pendings, not for " +
                       words(py::type::of(handle)));
        waitables.push_back(handle.attr("_waitable")().cast<Waitable>());
        if (py::hasattr(handle, "_ended")) end.add(handle.attr("_ended").cast<std::stop_token>());
    }
    auto index =
        wait_interruptibly(timeout, end.token(), [&](const Wait& until) { return wait_any(waitables, until); });
    if (!index && index.error() == Errc::stopped && !interpreter_ends().stop_requested())
        refuse(Errc::invalid_handle, "wait_any: one of the handles was closed meanwhile");
    return value_of(std::move(index));
}

std::vector<std::string> list_segments(const std::string& glob) {
    std::vector<std::string> names;
    for (auto& found : inspect::find(glob)) names.push_back(std::move(found.name));
    return names;
}

std::uint32_t clean(const std::string& name) {
    return value_of(inspect::clean(name)).recovered;
}

void remove(const std::string& name, bool force) {
    value_of(inspect::remove(name, force));
}

}  // namespace

PYBIND11_MODULE(_core, module) {
    py::register_local_exception_translator(&raise);
    py::class_<Waitable>(module, "_Waitable");
    py::class_<std::stop_token>(module, "_Ended");
    bind_views(module);
    bind_loan(module);
    bind_sender(module);
    bind_receiver(module);
    bind_topic(module);
    bind_latest(module);
    module.def("wait_any", &wait_for_any, py::arg("handles"), py::arg("timeout") = py::none(),
               "Waits until one of several Receivers, Subscribers and Latests has something, a Sender a free slot or a "
               "Pending its answer, and returns its index.");
    module.def("list_segments", &list_segments, py::arg("glob") = "*",
               "The names of all channels, topics and latest values that match a shell pattern, sorted.");
    module.def(
        "clean", &clean, py::arg("name"),
        "Gives back what dead participants hold, and returns how many there were. Removes the segment if no live "
        "process uses it, nothing in it is unread and it is not persistent.");
    module.def(
        "remove", &remove, py::arg("name"), py::kw_only(), py::arg("force") = false,
        "Removes the segment with all messages. With force also while live processes use it: those keep their "
        "memory, meet no new participants, and their waits raise Removed. Raises NoSuchSegment, Mismatch (in use).");
    module.def("handle_sigbus", &handle_sigbus,
               "From now on a truncated segment is an error in this process instead of its end by SIGBUS. Installs a "
               "handler for SIGBUS.");
    module.def("_let_child_see_views", &Buffer::let_child_see_views);
    module.def("_close_all", &Closable::close_all);
    module.def("_end_waits", &end_waits);
    module.def("_set_main_thread", &set_main_thread);
    module.attr("__version__") = HANDOFF_VERSION;
}

}  // namespace handoff::python
