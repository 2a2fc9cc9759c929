// One process on a channel, and the audit of a channel.
#pragma once

#include <handoff/channel.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "prove/operation_log.hpp"

namespace handoff::prove {

inline constexpr std::uint32_t channel_slots = 6;

/// Small, so that it can be compared after each instruction; persistent, so that it stays without participants.
ChannelShape channel_shape(Lifetime lifetime = Lifetime::persistent);
inline const HandleOptions sleeping{.wait = WaitPolicy::sleep};

/// Uses the public interface, and records in the log what it is about to do and has done.
class ChannelActor {
public:
    ChannelActor(const std::string& name, OperationLog& log, const ChannelShape& shape = channel_shape())
        : log_(log), sender(name, shape, sleeping), receiver(name, shape, sleeping) {}

    // For prepared hands:
    std::optional<Loan> loan();  ///< filled; empty if there is no slot
    void send(Loan loan);
    std::optional<Pending> request(Loan loan);
    std::optional<Request> take();
    void process(Request& request);
    void fail(Request& request);
    void withdraw(Pending& pending, std::uint64_t message);

    /// The two together. False: no slot, or nothing to take.
    bool send_one();
    bool serve_one();
    /// Sends and serves, so that every cell and slot is used several times.
    void laps(int count);
    std::pair<std::optional<Loan>, std::optional<Request>> loan_and_message() { return {loan(), take()}; }
    /// A message in our hands: the oldest, or one of our own if there is none.
    Request some_request();

private:
    OperationLog& log_;

public:
    Sender sender;
    Receiver receiver;
};

/// The message that these bytes carry; throws std::runtime_error if they are torn.
std::uint64_t whole_message(std::span<const std::byte> payload);

/// Attaches (which recovers the dead), empties the channel, compares with the log, and checks that it is as good as
/// new. Answers what is wrong, or nothing.
std::string audit_channel(const std::string& name, OperationLog& log, const ChannelShape& shape = channel_shape());

}  // namespace handoff::prove
