// The same deaths, in what others offer for the same purpose: they show that the method finds what it looks for.
#pragma once

#include <string>

namespace handoff::prove {

/// Kills a target after instructions of operations of Boost's mutex and condition, of its message_queue, of a
/// ticket-first ring, and of our condition, and sees whether two survivors get through. Prints a table, and writes it
/// as Markdown to `report` unless that is empty. False if ours hangs, or if none of the others does: then the method is
/// blind.
bool show_controls(const std::string& report, bool fast);

}  // namespace handoff::prove
