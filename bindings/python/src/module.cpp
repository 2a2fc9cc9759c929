#include <pybind11/pybind11.h>

#include <handoff/truncation.hpp>
#include <handoff/version.hpp>
#include <handoff/wait_any.hpp>

#include <exception>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "handle.hpp"
#include "wait.hpp"

namespace handoff::python {

namespace {

/// A refusal becomes the exception of its code, with the same sentence.
void raise(std::exception_ptr thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
        const auto make = py::module_::import("handoff._errors").attr("error_of");
        const py::object exception = make(error.code().value(), error.what());
        PyErr_SetObject(py::type::of(exception).ptr(), exception.ptr());
    }
}

std::size_t wait_for_any(const py::iterable& handles, const py::object& seconds) {
    const Timeout timeout(seconds);
    std::vector<Waitable> waitables;
    for (const auto handle : handles) {
        if (!py::hasattr(handle, "_waitable"))
            refuse(Errc::invalid_argument,
                   "wait_any() waits for Receivers, Subscribers, Latests, Senders and Pendings, not for " +
                       words(py::type::of(handle)));
        waitables.push_back(handle.attr("_waitable")().cast<Waitable>());
    }
    return value_of(
        wait_interruptibly(timeout, interpreter_ends(), [&](const Wait& until) { return wait_any(waitables, until); }));
}

}  // namespace

PYBIND11_MODULE(_core, module) {
    py::register_local_exception_translator(&raise);
    py::class_<Waitable>(module, "_Waitable");
    bind_views(module);
    bind_loan(module);
    bind_sender(module);
    bind_receiver(module);
    bind_topic(module);
    bind_latest(module);
    module.def("wait_any", &wait_for_any, py::arg("handles"), py::arg("timeout") = py::none(),
               "Waits until one of several Receivers, Subscribers and Latests has something, a Sender a free slot or a "
               "Pending its answer, and returns its index.");
    module.def("handle_sigbus", &handle_sigbus,
               "From now on a segment whose file somebody cut short is an error in this process and not its end by "
               "SIGBUS. Installs a handler for SIGBUS.");
    module.def("_let_child_see_views", &Buffer::let_child_see_views);
    module.def("_close_all", &Closable::close_all);
    module.def("_end_waits", &end_waits);
    module.def("_set_main_thread", &set_main_thread);
    module.attr("__version__") = HANDOFF_VERSION;
}

}  // namespace handoff::python
