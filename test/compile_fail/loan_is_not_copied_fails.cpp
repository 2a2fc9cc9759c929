// A slot has one owner.
// EXPECT: deleted function|implicitly[- ]deleted
#include <handoff/channel.hpp>

handoff::Loan twice(handoff::Loan& loan) {
    return handoff::Loan(loan);
}
