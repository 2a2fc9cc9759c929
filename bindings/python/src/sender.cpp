// The sender's side of a channel: Sender, Pending, Processed.
#include <handoff/channel.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "channel.hpp"
#include "wait.hpp"

namespace handoff::python {

namespace {

using PySender = Handle<Sender>;
using PyProcessed = Held<Processed>;

struct PyPending : Held<Pending> {
    using Held::Held;
    /// Ends what waits for it in asyncio. Throws Error(invalid_handle) if a thread waits in it.
    void release() {
        const Alone alone(busy, "Pending");
        Held::release();
        call_all(closing);
    }
    py::set closing;  ///< functions of waits in asyncio
    bool busy = false;
};

PyLoan loan(PySender& self, const Timeout& timeout) {
    const auto sender = self.share();
    auto made = wait_in(self, timeout, [&](const Wait& until) { return sender->loan(until); });
    return {"Loan", sender, value_of(std::move(made))};
}

PyLoan described_loan(PySender& self, const py::object& timeout, const FrameOptions& options) {
    PyLoan made = loan(self, Timeout(timeout));
    describe(made.use(), options);
    return made;
}

/// A loan that holds `data`, or the loan that `data` is.
Loan filled_loan(PySender& self, const py::object& data, const Timeout& timeout, const FrameOptions& options) {
    self.check_open();
    if (py::isinstance<PyLoan>(data)) return data.cast<PyLoan&>().take();
    check_can_be_sent(data, options);
    PyLoan made = loan(self, timeout);
    write(made.use(), data, options);
    return made.take();
}

/// See Pending::wait().
bool may_be_waited_for_again(const Failure& failure) {
    return failure == Errc::timed_out || failure == Errc::stopped || failure == Errc::removed;
}

PyProcessed wait_for(PyPending& self, const Timeout& timeout) {
    Pending& pending = self.use();
    const auto owner = self.owner();
    const Alone alone(self.busy, "Pending");
    auto outcome =
        wait_interruptibly(timeout, interpreter_ends(), [&](const Wait& until) { return pending.wait(until); });
    if (outcome || !may_be_waited_for_again(outcome.error())) self.Held::release();
    return {"Processed", owner, value_of(std::move(outcome))};
}

/// As Sender::request(), interruptible. After any end of the wait, the answer is no longer awaited.
PyProcessed request(PySender& self, const py::object& data, const py::object& timeout, const FrameOptions& options) {
    const Timeout all(timeout);
    const auto sender = self.share();
    Loan filled = filled_loan(self, data, all, options);
    PyPending pending("Pending", sender, value_of(sender->request_async(std::move(filled))));
    try {
        return wait_for(pending, all);
    } catch (const Error& error) {
        if (error.code() != Errc::timed_out && error.code() != Errc::stopped) throw;
        const bool taken_back = value_of(pending.take().withdraw()) == Withdrawn::taken_back;
        refuse(error.code() == Errc::stopped ? Errc::stopped : Errc::timed_out,
               std::string(error.what()) + (taken_back ? ". It was withdrawn"
                                                       : ". It is left to the receiver; its answer "
                                                         "is no longer awaited"));
    } catch (py::error_already_set&) {
        (void)pending.take().withdraw();
        throw;
    }
}

/// What is in a batch is used up as a whole: refused before that is what is no Loan, or released.
std::vector<Loan> all_loans(const py::iterable& loans) {
    std::vector<PyLoan*> given;
    for (const py::handle loan : loans) {
        if (!py::isinstance<PyLoan>(loan))
            refuse(Errc::invalid_argument, "a batch consists of Loans, not of " + words(py::type::of(loan)) +
                                               ": sender.loan_batch(most) makes some");
        given.push_back(&loan.cast<PyLoan&>());
        given.back()->use();
    }
    std::vector<Loan> taken;
    for (PyLoan* loan : given) taken.push_back(loan->take());
    return taken;
}

py::list loan_batch(PySender& self, std::size_t most, const Timeout& timeout) {
    const auto sender = self.share();
    std::vector<Loan> batch(std::min<std::size_t>(most, sender->info().slot_count));
    const auto count = value_of(wait_in(self, timeout, [&](const Wait& until) { return sender->loan(batch, until); }));
    py::list loans;
    for (std::size_t at = 0; at < count; ++at) loans.append(PyLoan("Loan", sender, std::move(batch[at])));
    return loans;
}

FrameOptions data_options(py::object encoding, std::int64_t capture_time_ns, std::string frame_id) {
    return {py::none(), py::none(), std::move(encoding), capture_time_ns, std::move(frame_id)};
}

void bind_sending(py::class_<PySender>& sender) {
    const auto timeout = py::arg("timeout") = py::none();
    const auto encoding = py::arg("encoding") = py::none();
    const auto capture_time_ns = py::arg("capture_time_ns") = 0;
    const auto frame_id = py::arg("frame_id") = "";
    sender.def(
        "send",
        [](PySender& self, const py::object& data, py::object enc, std::int64_t time, std::string id,
           const py::object& seconds) {
            const auto shared = self.share();
            const FrameOptions options = data_options(std::move(enc), time, std::move(id));
            value_of(shared->send(filled_loan(self, data, Timeout(seconds), options)));
        },
        py::arg("data"), py::kw_only(), encoding, capture_time_ns, frame_id, timeout,
        "Sends a Loan, or a copy of an array or bytes. Waits only for a free slot.");
    sender.def(
        "request",
        [](PySender& self, const py::object& data, py::object enc, std::int64_t time, std::string id,
           const py::object& seconds) {
            return request(self, data, seconds, data_options(std::move(enc), time, std::move(id)));
        },
        py::arg("data"), py::kw_only(), encoding, capture_time_ns, frame_id, timeout,
        "Sends as send() does, and waits for the answer. Raises Timeout (an unread request is withdrawn then), Failed, "
        "GivenUp.");
    sender.def(
        "request_async",
        [](PySender& self, const py::object& data, py::object enc, std::int64_t time, std::string id,
           const py::object& seconds) {
            const auto shared = self.share();
            const FrameOptions options = data_options(std::move(enc), time, std::move(id));
            Loan filled = filled_loan(self, data, Timeout(seconds), options);
            return PyPending("Pending", shared, value_of(shared->request_async(std::move(filled))));
        },
        py::arg("data"), py::kw_only(), encoding, capture_time_ns, frame_id, timeout,
        "Sends as send() does, and returns a Pending at once, so that several requests can be in flight.");
}

void bind_batches(py::class_<PySender>& sender) {
    sender.def(
        "loan_batch",
        [](PySender& self, std::size_t most, const py::object& timeout) {
            return loan_batch(self, most, Timeout(timeout));
        },
        py::arg("most"), py::kw_only(), py::arg("timeout") = py::none(),
        "Waits for a free slot, then loans as many as are free, at most `most`. Raises Timeout.");
    sender.def(
        "send_batch",
        [](PySender& self, const py::iterable& loans) {
            const auto shared = self.share();
            auto batch = all_loans(loans);
            value_of(shared->send(batch));
        },
        py::arg("loans"), "Sends all of these Loans, in this order, with one wake-up.");
}

void bind_pending(py::module_& module) {
    py::class_<PyPending> pending(
        module, "Pending",
        "A request in flight. If this is dropped, the request stays sent, but its answer is no longer awaited.");
    pending.def(
        "wait", [](PyPending& self, const py::object& seconds) { return wait_for(self, Timeout(seconds)); },
        py::arg("timeout") = py::none(),
        "Waits for the answer. After Timeout it may be waited for again. Raises Timeout, Failed, GivenUp.");
    pending.def_property_readonly(
        "was_answered", [](const PyPending& self) { return self.use().was_answered(); },
        "True if wait() would return at once.");
    pending.def(
        "withdraw",
        [](PyPending& self) {
            const Alone alone(self.busy, "Pending");
            const bool taken_back = value_of(self.take().withdraw()) == Withdrawn::taken_back;
            call_all(self.closing);
            return taken_back;
        },
        "Takes the request back if no receiver holds it. False: a receiver holds it, or has answered it.");
    pending.def_property_readonly(
        "sequence", [](const PyPending& self) { return self.use().sequence(); },
        "Counts the requests of the Sender from 1.");
    pending.def(
        "fileno", [](const PyPending& self) { return self.use().descriptor(); },
        "A descriptor that is readable when wait() would return at once: for select, selectors, asyncio.");
    pending.def("_waitable", [](const PyPending& self) { return self.use().waitable(); });
    pending.def_property_readonly("_closing", [](const PyPending& self) { return self.closing; });
    add_releasing(pending, "The request stays sent, but its answer is no longer awaited.");
}

void bind_processed(py::module_& module) {
    py::class_<PyProcessed> processed(module, "Processed",
                                      "A processed request. Its slot is free again after `with`, or "
                                      "when this and the last view are gone.");
    processed.def_property_readonly(
        "reply",
        [](const PyProcessed& self) { return array_of(self.keep(), self.use().reply(), self.use().reply_image()); },
        "The receiver's answer: a read-only array on the slot, without a copy; empty if it gave none.");
    processed.def_property_readonly(
        "array",
        [](const PyProcessed& self) { return array_of(self.keep(), self.use().payload(), self.use().image()); },
        "The request's own bytes, edited by the receiver if the channel is in_place; read-only.");
    processed.def_property_readonly(
        "image", [](const PyProcessed& self) { return image_or_none(self.use().image()); },
        "What the request is; None: no image.");
    processed.def_property_readonly(
        "array_description", [](const PyProcessed& self) { return array_or_none(self.use().image()); },
        "Type and shape, of an image, too; None: plain bytes, or an image with gaps between its rows.");
    processed.def_property_readonly(
        "reply_image", [](const PyProcessed& self) { return image_or_none(self.use().reply_image()); },
        "What the answer is; None: no image.");
    processed.def_property_readonly(
        "reply_array_description", [](const PyProcessed& self) { return array_or_none(self.use().reply_image()); },
        "Type and shape, of an image, too; None: plain bytes, or an image with gaps between its rows.");
    processed.def_property_readonly(
        "sequence", [](const PyProcessed& self) { return self.use().sequence(); },
        "Counts the requests of the Sender from 1.");
    processed.def_property_readonly(
        "deliveries", [](const PyProcessed& self) { return self.use().deliveries(); },
        "1, or more if receivers gave it back or died holding it.");
    processed.def_property_readonly(
        "round_trip_ns", [](const PyProcessed& self) { return self.use().round_trip().count(); },
        "From send to processed, as stamped in the segment.");
    processed.def("_buffer", [](const PyProcessed& self) { return buffer_of(self.keep(), self.use().reply()); });
    add_buffer_protocol(processed);
    add_releasing(processed, "Frees the slot.");
}

void bind_loans(py::class_<PySender>& sender) {
    sender.def(
        "loan",
        [](PySender& self, py::object shape, py::object dtype, py::object encoding, std::int64_t time, std::string id,
           const py::object& timeout) {
            return described_loan(self, timeout,
                                  {std::move(shape), std::move(dtype), std::move(encoding), time, std::move(id)});
        },
        py::arg("shape") = py::none(), py::kw_only(), py::arg("dtype") = py::none(), py::arg("encoding") = py::none(),
        py::arg("capture_time_ns") = 0, py::arg("frame_id") = "", py::arg("timeout") = py::none(),
        "Waits for a free slot. A shape describes it at once, see Loan.describe(). Raises Timeout (the message names "
        "the holders).");
    sender.def(
        "try_loan",
        [](PySender& self) {
            const auto shared = self.share();
            return PyLoan("Loan", shared, value_of(shared->try_loan()));
        },
        "Does not wait. Raises Full.");
}

}  // namespace

void bind_sender(py::module_& module) {
    bind_told<ChannelInfo>(module, "ChannelInfo", described::channel_info_says);
    bind_told<ChannelState>(module, "ChannelState", described::channel_state_says);
    bind_processed(module);
    bind_pending(module);
    py::class_<PySender> sender(module, "Sender", "Puts requests into a channel. Any number of threads may use it.");
    add_opening<Sender>(sender, "Sender");
    bind_loans(sender);
    bind_sending(sender);
    bind_batches(sender);
    sender.def(
        "wait_for_receiver",
        [](PySender& self, const py::object& timeout) {
            const auto shared = self.share();
            value_of(
                wait_in(self, Timeout(timeout), [&](const Wait& until) { return shared->wait_for_receiver(until); }));
        },
        py::arg("timeout") = py::none(), "Waits until at least one live receiver is attached. Raises Timeout.");
    sender.def(
        "fileno", [](const PySender& self) { return self.use().descriptor(); },
        "A descriptor that is readable while try_loan() would not raise Full: for select, selectors, asyncio.");
    sender.def("_waitable", [](const PySender& self) { return self.use().waitable(); });
    sender.def_property_readonly(
        "id", [](const PySender& self) { return self.use().id().value; },
        "This Sender's identity, as in Request.sender.");
}

}  // namespace handoff::python
