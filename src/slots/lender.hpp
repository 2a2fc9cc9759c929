// Whoever lends slots: the part of a channel or topic that a Loan needs to know.
#pragma once

#include <handoff/error.hpp>

#include <string>

#include "slots/slots.hpp"

namespace handoff::detail::slot {

class Lender {
public:
    Lender() = default;
    Lender(const Lender&) = delete;
    virtual ~Lender() = default;
    /// False in a child of fork, and when the segment was cut short.
    virtual bool is_usable() const noexcept = 0;
    virtual bool was_cut_short() const noexcept = 0;
    /// The name of the segment, for sentences.
    virtual const std::string& name() const noexcept = 0;
    /// A slot that was not sent comes back.
    virtual void take_back(const Held& loan) noexcept = 0;
};

/// What every call on a handle answers that was moved from, is finished, or was inherited through fork; or whose
/// segment was cut short. `lender`: null if there is none any more.
Failure unusable(const Lender* lender = nullptr);

/// What a wait answers that found nothing because nothing can come any more: the segment has lost its name.
Failure removed(const std::string& name);

}  // namespace handoff::detail::slot
