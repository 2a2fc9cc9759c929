// The loan of a channel or a topic.
#pragma once

#include <handoff/c/loan.h>
#include <handoff/loan.hpp>

struct handoff_loan {
    handoff::Loan value;
};
