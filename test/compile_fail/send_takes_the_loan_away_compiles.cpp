#include <handoff/channel.hpp>

#include <utility>

bool send(handoff::Sender& sender, handoff::Loan& loan) {
    return sender.send(std::move(loan)).has_value();
}
