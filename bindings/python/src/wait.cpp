#include "wait.hpp"

#include <unistd.h>

#include <cmath>
#include <string>

#include "handle.hpp"

namespace handoff::python {

namespace {

bool interpreter_ends() noexcept {
#if PY_VERSION_HEX >= 0x030d0000
    return Py_IsFinalizing() != 0;
#else
    return _Py_IsFinalizing() != 0;
#endif
}

}  // namespace

WithoutGil::~WithoutGil() noexcept(false) {
    while (interpreter_ends()) pause();
    PyEval_RestoreThread(state_);
}

Timeout::Timeout(const py::object& seconds) {
    if (seconds.is_none()) return;
    const double number = PyFloat_AsDouble(seconds.ptr());
    if (PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        throw Error(Errc::invalid_argument,
                    "a timeout is a number of seconds, or None for ever, not " + words(py::type::of(seconds)));
    }
    if (std::isnan(number) || number < 0)
        throw Error(Errc::invalid_argument,
                    "a timeout of " + words(seconds) + " seconds: give 0 or more, or None for ever");
    deadline_ = Deadline(std::chrono::duration<double>(number));
}

}  // namespace handoff::python
