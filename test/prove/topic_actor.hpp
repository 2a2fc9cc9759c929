// One process on a topic, and the audit of a topic.
#pragma once

#include <handoff/topic.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prove/operation_log.hpp"

namespace handoff::prove {

inline constexpr std::uint32_t topic_history = 3;

/// Small, so that it can be compared after each instruction; persistent, so that it stays without participants.
TopicShape topic_shape();

/// Uses the public interface, and records in the log what it is about to do and has done. A message is called by what
/// it carries; which sequence it gets is up to the topic.
class TopicActor {
public:
    TopicActor(const std::string& name, OperationLog& log);

    std::optional<Loan> loan();  ///< filled; empty if there is no slot
    void publish(Loan loan);
    void publish_one();
    void publish_some(int count);
    /// Checks each message: whole, in the log as sent, its sequence next to the previous one but for those lost.
    std::optional<Message> next();
    std::optional<Message> newest();
    bool copy_next();
    std::pair<std::optional<Loan>, std::optional<Message>> loan_and_message() { return {loan(), next()}; }
    void read_all();
    /// Reads to the newest, and does not ask for more, which would look for the dead.
    void catch_up();

private:
    void check(std::span<const std::byte> payload, std::uint64_t sequence, std::uint64_t lost);
    OperationLog& log_;
    std::uint64_t seen_ = 0;  ///< sequence, from the first message that this subscriber got
    bool has_seen_ = false;

public:
    Publisher publisher;
    Subscriber subscriber;  ///< pins up to two
    Subscriber copying;
};

/// Attaches (which recovers the dead), reads what is kept, compares with the log, and checks that it is as good as new.
/// Answers what is wrong, or nothing.
std::string audit_topic(const std::string& name, OperationLog& log);

}  // namespace handoff::prove
