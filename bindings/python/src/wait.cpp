#include "wait.hpp"

#include <unistd.h>

#include <cmath>
#include <string>

#include "handle.hpp"

namespace handoff::python {

namespace {

/// Of this process, and under the GIL.
unsigned long main_thread = 0;

std::stop_source& end_of_interpreter() {
    static auto* source = new std::stop_source;  // never destroyed: a parked thread may look at it
    return *source;
}

/// Asked with the GIL the first time. A daemon thread that forks is the main thread of the child, and stays a daemon.
bool thread_is_daemon() {
    thread_local const bool is_daemon =
        py::module_::import("threading").attr("current_thread")().attr("daemon").cast<bool>();
    return is_daemon && PyThread_get_thread_ident() != main_thread;
}

bool is_finalizing() noexcept {
#if PY_VERSION_HEX >= 0x030d0000
    return Py_IsFinalizing() != 0;
#else
    return _Py_IsFinalizing() != 0;
#endif
}

}  // namespace

WithoutGil::WithoutGil() {
    thread_is_daemon();  // which needs the GIL the first time
    state_ = PyEval_SaveThread();
}

WithoutGil::~WithoutGil() noexcept(false) {
    while (is_finalizing() || (end_of_interpreter().stop_requested() && thread_is_daemon())) pause();
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

Waiting::Waiting(const Timeout& timeout, std::stop_token ended) : timeout_(timeout) {
    const bool is_main = PyThread_get_thread_ident() == main_thread;
    // What atexit handlers of the main thread wait for, they shall get.
    if (!is_main || !end_of_interpreter().stop_requested()) stop_ = std::move(ended);
    is_first_ = !is_main;
}

bool Waiting::goes_on() {
    if (timeout_.is_over()) return false;
    check_signals();
    if (is_first_) {
        is_first_ = false;
        is_abandoned_ = py::module_::import("handoff._threads").attr("abandonment")();
        in_slices_ = !is_abandoned_.is_none();
    }
    if (is_abandoned_ && !is_abandoned_.is_none() && is_abandoned_().cast<bool>())
        throw Error(Errc::stopped,
                    "the event loop that started this thread has ended: the result is no longer awaited");
    return true;
}

std::stop_token interpreter_ends() {
    return end_of_interpreter().get_token();
}

void end_waits() {
    end_of_interpreter().request_stop();
    Closable::stop_all();
}

void set_main_thread(unsigned long identity) {
    main_thread = identity;
}

}  // namespace handoff::python
