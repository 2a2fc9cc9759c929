#include <handoff/channel.hpp>

#include <utility>

handoff::Loan once(handoff::Loan& loan) {
    return handoff::Loan(std::move(loan));
}
