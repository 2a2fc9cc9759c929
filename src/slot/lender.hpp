// The owner of lent slots: the part of a channel or topic that a Loan needs.
#pragma once

#include <handoff/error.hpp>

#include <string>

#include "slot/slots.hpp"

namespace handoff::detail::slot {

class Lender {
public:
    Lender() = default;
    Lender(const Lender&) = delete;
    virtual ~Lender() = default;
    /// False in a child of fork, and if the segment was truncated.
    virtual bool is_usable() const noexcept = 0;
    virtual bool was_cut_short() const noexcept = 0;
    /// The name of the segment, for messages.
    virtual const std::string& name() const noexcept = 0;
    /// Takes back a slot that was not sent.
    virtual void take_back(const Held& loan) noexcept = 0;
};

/// The error of every call on a handle that was moved from, is finished, or was inherited through fork, or whose
/// segment was truncated. `lender`: null if there is none any more.
Failure unusable(const Lender* lender = nullptr);

/// The error of a wait that found nothing because nothing can come any more: the segment has lost its name.
Failure removed(const std::string& name);

}  // namespace handoff::detail::slot
