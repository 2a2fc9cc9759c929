// Loans are made by senders and publishers.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/loan.hpp>

#include <string>

#include "handle.hpp"
#include "view.hpp"

namespace handoff::python {

using PyLoan = Held<Loan>;

/// Makes a loan what `wish` says, if it says anything.
void describe(Loan& loan, const Wish& wish);
/// Copies `data` into the loan and describes it. Throws Error.
void write(Loan& loan, const py::object& data, const Wish& wish);

void bind_loan(py::module_& module);
void bind_sender(py::module_& module);
void bind_receiver(py::module_& module);
void bind_topic(py::module_& module);
void bind_latest(py::module_& module);

}  // namespace handoff::python
