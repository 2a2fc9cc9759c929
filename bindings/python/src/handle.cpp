#include "handle.hpp"

#include <set>

namespace handoff::python {

namespace {

/// Never destroyed: handles may live longer than any static object.
std::set<Closable*>& open_ones() {
    static auto* all = new std::set<Closable*>;
    return *all;
}

}  // namespace

void call_all(const py::set& functions) noexcept {
    if (functions.empty()) return;
    for (const auto function : py::list(functions)) {
        const auto result = py::reinterpret_steal<py::object>(PyObject_CallNoArgs(function.ptr()));
        if (!result) PyErr_WriteUnraisable(function.ptr());
    }
}

Closable::Closable() {
    open_ones().insert(this);
}

Closable::~Closable() {
    open_ones().erase(this);
}

void Closable::close_all() noexcept {
    for (Closable* one : open_ones()) one->close();
}

void Closable::stop_all() noexcept {
    for (Closable* one : open_ones()) one->stop();
}

void refuse_pickling(const py::object& self) {
    throw py::type_error("a handoff." + words(py::type::of(self).attr("__name__")) +
                         " belongs to one process and cannot be pickled: pass its name, and open it in the other "
                         "process");
}

}  // namespace handoff::python
