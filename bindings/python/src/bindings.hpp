// Loans are made by senders and publishers.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/loan.hpp>

#include <string>

#include "handle.hpp"
#include "view.hpp"

namespace handoff::python {

using PyLoan = Held<Loan>;

/// Describes a loan as `options` says, if there is a shape in it.
void describe(Loan& loan, const FrameOptions& options);
/// Copies `data` into the loan and describes it. Throws Error.
void write(Loan& loan, const py::object& data, const FrameOptions& options);

void bind_loan(py::module_& module);
void bind_sender(py::module_& module);
void bind_receiver(py::module_& module);
void bind_topic(py::module_& module);
void bind_latest(py::module_& module);

}  // namespace handoff::python
