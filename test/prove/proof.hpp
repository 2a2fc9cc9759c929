// The ways in which a scenario is tried.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prove/scenario.hpp"
#include "prove/state_capture.hpp"

namespace handoff::prove {

/// How much is tried. 1: at every instruction or state; n: at every n-th; 0: not at all.
struct Depth {
    int recoverer = 1;     ///< states of the target for which a second process is stepped, too
    int kills = 1;         ///< instructions between real kills
    int preemptions = 1;   ///< instructions between preemptions
    int system_calls = 1;  ///< system calls between real kills
    /// Each kill and each preemption costs all the steps before it. Of a long operation, so many points are tried,
    /// evenly spread, that this is enough for all of them together.
    std::uint64_t most_steps = UINT64_MAX;
};

/// What was tried with one scenario, and what went wrong.
struct Row {
    std::string pattern, operation, start;
    std::vector<std::string> failure_texts;  ///< the first few
    std::uint64_t instructions = 0;          ///< of the operation
    std::uint64_t states = 0;                ///< that others can tell apart, among those instructions
    std::uint64_t declared_dead = 0;         ///< audits with the target dead in one of them
    std::uint64_t double_faults = 0;         ///< audits with its recoverer dead, too
    std::uint64_t recoverer_instructions = 0;
    std::uint64_t kills = 0;        ///< real ones
    std::uint64_t preemptions = 0;  ///< stopped, while others worked, then going on
    std::uint64_t failures = 0;
    double seconds = 0;

    void add_failure(const std::string& where, const std::string& what);
};

class Proof {
public:
    Proof(OperationLog& log, const Depth& depth) : log_(log), depth_(depth) {}

    /// Everything that fits the scenario.
    Row prove(const Scenario& scenario);
    /// The first scenario's target is dead in each of its states, the second one's is stopped at every n-th
    /// instruction, others work, it goes on. Both are of the same segment.
    Row prove_pair(const Scenario& dead, const Scenario& stopped);

private:
    class Setup;
    struct Participants;

    std::uint64_t stride(int wanted, std::uint64_t instructions) const;
    std::uint64_t next_stop(std::uint64_t instruction) const;
    std::uint64_t count_instructions(Setup& setup) const;
    void declare_dead(Setup& setup, Row& row) const;
    void fault_twice(Setup& setup, const std::vector<State>& states, Row& row) const;
    void kill_at_instructions(Setup& setup, Row& row) const;
    void kill_at_system_calls(Setup& setup, Row& row) const;
    void preempt(Setup& setup, Row& row) const;
    void go_on_after(SteppedProcess& target, const Scenario& scenario, std::size_t way, const std::string& where,
                     Row& row) const;
    void audit(const Scenario& scenario, Row& row, const std::string& where) const;

    OperationLog& log_;
    Depth depth_;
};

}  // namespace handoff::prove
