// What Python holds: handles that can be closed, and slots that can be released while views on them live on.
//
// Everything here is guarded by the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/error.hpp>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "wait.hpp"

namespace handoff::python {

[[noreturn]] inline void refuse(Errc code, std::string sentence) {
    throw Error(code, std::move(sentence));
}

/// str(value)
inline std::string words(py::handle value) {
    return py::str(value);
}

/// Takes a good outcome, or throws what Python sees as an exception.
template <class T>
T value_of(result<T> outcome) {
    return std::move(outcome).value();
}

/// Calls what is in the set now. What is raised there is printed.
void call_all(const py::set& functions) noexcept;

/// Something that is open until it is closed, at the latest when the interpreter ends.
class Closable {
public:
    Closable();
    Closable(const Closable&) = delete;
    virtual ~Closable();
    virtual void close() noexcept = 0;
    /// Ends the waits in it.
    virtual void stop() noexcept = 0;
    /// Closes what is still open: a thread that waits in it ends its wait, and no name is left behind.
    static void close_all() noexcept;
    static void stop_all() noexcept;
};

/// A Sender, Receiver, Publisher, Subscriber or LatestBytes that Python may close while others wait in it.
template <class T>
class Handle : public Closable {
public:
    Handle(const char* kind, std::string name, T value)
        : kind_(kind), name_(std::move(name)), value_(std::make_shared<T>(std::move(value))) {}

    void close() noexcept override {
        // Closed before anybody hears of it: who tries again must not wait again. Open until then: its descriptor is in
        // event loops.
        const auto last = std::move(value_);
        call_all(closing_);
        stop();
    }
    /// Functions that close() calls first.
    const py::set& closing() const noexcept { return closing_; }
    void stop() noexcept override { ended_.request_stop(); }
    /// Stopped by close(), and when the interpreter ends: for waits in it.
    std::stop_token ended() const noexcept { return ended_.get_token(); }
    bool is_closed() const noexcept { return value_ == nullptr; }
    /// Keeps it alive beyond close(). Throws Error(invalid_handle) if it is closed.
    std::shared_ptr<T> share() const {
        check_open();
        return value_;
    }
    T& use() const { return *share(); }
    void check_open() const {
        if (value_ == nullptr)
            refuse(Errc::invalid_handle, "this " + std::string(kind_) + " of '" + name_ + "' is closed: open it again");
    }
    const std::string& name() const noexcept { return name_; }
    std::string repr() const {
        return "<handoff." + std::string(kind_) + " '" + name_ + (is_closed() ? "', closed>" : "'>");
    }

private:
    const char* kind_;
    std::string name_;
    std::shared_ptr<T> value_;
    std::stop_source ended_;
    py::set closing_;
};

/// Waits in an open handle. Throws Error(invalid_handle) if it is closed meanwhile.
template <class T, class Attempt>
auto wait_in(const Handle<T>& self, const Timeout& timeout, Attempt&& attempt) {
    auto outcome = wait_interruptibly(timeout, self.ended(), attempt);
    if (!outcome && outcome.error() == Errc::stopped) self.check_open();
    return outcome;
}

/// The next element of a loop over a handle, which ends with the stream, and when the handle is closed or the
/// interpreter ends while the loop waits. Throws Error(invalid_handle) if it was closed before.
template <class T, class Take>
auto next_in_loop(const Handle<T>& self, Take&& take) {
    self.check_open();
    try {
        return take();
    } catch (const Error& error) {
        if (error.code() == Errc::end_of_stream || error.code() == Errc::stopped || self.is_closed())
            throw py::stop_iteration();
        throw;
    }
}

/// A T with what it came from. Views share it: the segment stays mapped as long as one of them lives.
template <class T>
struct Slot {
    std::shared_ptr<void> owner;
    std::optional<T> held;  // after the owner: goes first
};

/// A Loan, Request, Processed, Message or Pending in the hands of Python. The slot is held until it is released (sent,
/// answered, left with `with`), or until this and the last view on it are gone.
template <class T>
class Held {
public:
    Held(const char* kind, std::shared_ptr<void> owner, T value)
        : kind_(kind), slot_(std::make_shared<Slot<T>>(Slot<T>{std::move(owner), std::move(value)})) {}

    bool is_released() const noexcept { return slot_ == nullptr; }
    /// Throws Error(invalid_handle) if it is released.
    T& use() const {
        if (slot_ == nullptr)
            refuse(Errc::invalid_handle,
                   "this " + std::string(kind_) +
                       " is released: it was sent, finished or left with `with`; copy() before that what is to stay");
        return *slot_->held;
    }
    /// For views.
    std::shared_ptr<void> keep() const noexcept { return slot_; }
    const std::shared_ptr<void>& owner() const {
        use();
        return slot_->owner;
    }
    void release() noexcept {
        if (slot_ != nullptr) slot_->held.reset();
        slot_.reset();
    }
    T take() {
        T taken = std::move(use());
        release();
        return taken;
    }
    std::string repr() const { return "<handoff." + std::string(kind_) + (is_released() ? ", released>" : ">"); }

private:
    const char* kind_;
    std::shared_ptr<Slot<T>> slot_;
};

/// One thread at a time. Throws Error(invalid_handle) if there is another.
class Alone {
public:
    Alone(bool& busy, const char* what) : busy_(busy) {
        if (busy) refuse(Errc::invalid_handle, std::string("another thread waits in this ") + what);
        busy_ = true;
    }
    Alone(const Alone&) = delete;
    ~Alone() { busy_ = false; }

private:
    bool& busy_;
};

/// Why Python cannot send a handle to another process; for __reduce__.
[[noreturn]] void refuse_pickling(const py::object& self);

/// What all handles can do.
template <class Class>
void add_closing(Class& cls) {
    using T = typename Class::type;
    cls.def(
        "close", [](T& self) { self.close(); },
        "Leaves the segment, once the last slot and view that came from here is gone too. May be called twice; "
        "a thread that waits in it raises InvalidHandle, and a loop over it ends.");
    cls.def_property_readonly(
        "closed", [](const T& self) { return self.is_closed(); }, "True after close().");
    cls.def_property_readonly(
        "name", [](const T& self) { return self.name(); }, "The name of the segment.");
    cls.def_property_readonly("_ended", [](const T& self) { return self.ended(); });
    cls.def_property_readonly("_closing", [](const T& self) { return self.closing(); });
    cls.def("__enter__", [](py::object self) { return self; });
    cls.def("__exit__", [](T& self, const py::args&) { self.close(); });
    cls.def("__repr__", [](const T& self) { return self.repr(); });
    cls.def("__reduce__", [](const py::object& self) { refuse_pickling(self); });
}

/// What all slots can do.
template <class Class>
void add_releasing(Class& cls, const char* release_says) {
    using T = typename Class::type;
    cls.def(
        "release", [](T& self) { self.release(); }, release_says);
    cls.def_property_readonly(
        "released", [](const T& self) { return self.is_released(); }, "True once the slot was given away or freed.");
    cls.def("__enter__", [](py::object self) { return self; });
    cls.def("__exit__", [](T& self, const py::args&) { self.release(); });
    cls.def("__repr__", [](const T& self) { return self.repr(); });
    cls.def("__reduce__", [](const py::object& self) { refuse_pickling(self); });
}

}  // namespace handoff::python
