// One process on a topic, and the audit of a topic.
#pragma once

#include <handoff/topic.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prove/testimony.hpp"

namespace handoff::prove {

inline constexpr std::uint32_t topic_history = 3;

/// Small, so that it can be compared after each instruction; persistent, so that it is there while nobody is attached.
TopicShape topic_shape();

/// Does what it does through the public interface, and says in the testimony what it is about to do and has done.
/// A message is called by what it carries; which sequence it gets is up to the topic.
class TopicActor {
public:
    TopicActor(const std::string& name, Testimony& testimony);

    std::optional<Loan> loan();  ///< filled; empty if there is no slot
    void publish(Loan loan);
    void publish_one();
    void publish_some(int count);
    /// Each checked: whole, said to be sent, the sequence next to the one before but for those lost.
    std::optional<Message> next();
    std::optional<Message> newest();
    bool copy_next();
    std::pair<std::optional<Loan>, std::optional<Message>> both_hands_full() { return {loan(), next()}; }
    void read_all();
    /// Reads to the newest, and does not ask for more, which would look for the dead.
    void catch_up();

private:
    void check(std::span<const std::byte> payload, std::uint64_t sequence, std::uint64_t lost);
    Testimony& testimony_;
    std::uint64_t seen_ = 0;  ///< sequence, from the first message that this subscriber got
    bool has_seen_ = false;

public:
    Publisher publisher;
    Subscriber subscriber;  ///< pins up to two
    Subscriber copying;
};

/// Attaches (which recovers the dead), reads what is kept, compares with what was said, and checks that it is as good
/// as new. Answers what is wrong, or nothing.
std::string audit_topic(const std::string& name, Testimony& testimony);

}  // namespace handoff::prove
