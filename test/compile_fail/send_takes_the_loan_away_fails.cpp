// Sending gives the slot away.
// EXPECT: deleted function|implicitly[- ]deleted
#include <handoff/channel.hpp>

bool send(handoff::Sender& sender, handoff::Loan& loan) {
    return sender.send(loan).has_value();
}
