// How the tool says things.
#pragma once

#include <handoff/inspect.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace handoff::apps::tool {

/// "alice", or "1000" where that user has no name here.
std::string user_name(std::uint32_t uid);
std::string group_name(std::uint32_t gid);
/// "0640".
std::string octal(std::uint32_t mode);
/// "2026-11-21 22:22:34 +0000", where the reader lives.
std::string format_time(std::chrono::system_clock::time_point when);
/// "9f86d081884c7d65": all 64 bits, which a number in JSON cannot carry.
std::string format_instance(std::uint64_t instance);
/// "detector (pid 812)".
std::string named(const inspect::Participant& participant);
/// The participant of that index, or nothing.
const inspect::Participant* participant_at(const inspect::Report& report, std::uint32_t index);
/// The role that nobody alive has although somebody waits for it, or messages do; nothing: none is missing. Of a topic
/// a subscriber is missing only before its first message: a subscriber that copies without an entry is not visible.
std::optional<inspect::Role> missing_role(const inspect::Report& report);
/// "2 senders, 1 receiver (1 dead)", "1 sender, no receiver".
std::string format_people(const inspect::Report& report);
/// Slots that hold something: what is unread, or held by a participant; of a topic what is kept, too.
std::uint32_t used_slots(const inspect::Report& report);
/// What subscribers lost, and what receivers did not survive.
std::uint64_t lost_messages(const inspect::Report& report);
/// "1920x1080 bgr8", "100x6 float32" of an array, or "" for plain bytes.
std::string format_description(const Image& description);
/// "3.2 s", "-" for nothing.
std::string format_age(const std::optional<std::chrono::nanoseconds>& age);
/// Does it hold *, ? or [?
bool is_glob(const std::string& name);
/// True if the name fits one of these shell patterns.
bool fits_one(const std::string& name, const std::vector<std::string>& globs);

}  // namespace handoff::apps::tool
