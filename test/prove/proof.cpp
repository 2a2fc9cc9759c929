#include "prove/proof.hpp"
#include "platform/clock.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>

namespace handoff::prove {
namespace {

std::string at(const char* what, std::uint64_t number) {
    return std::string(what) + " " + std::to_string(number);
}

/// Steps to the end of the operation; every state on the way that others can tell from the one before.
std::vector<State> step_through(SteppedProcess& target, const StateCapture& capture, std::uint64_t& instructions) {
    std::vector<State> states{capture.save()};
    while (target.step()) {
        ++instructions;
        if (!capture.matches(states.back())) states.push_back(capture.save());
    }
    return states;
}

/// False if the operation returned before.
bool step_over(SteppedProcess& target, std::uint64_t instructions) {
    for (std::uint64_t k = 0; k < instructions; ++k)
        if (!target.step()) return false;
    return true;
}

class Stopwatch {
public:
    explicit Stopwatch(Row& row) : row_(row) {}
    ~Stopwatch() { row_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

private:
    Row& row_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

void Row::add_failure(const std::string& where, const std::string& what) {
    constexpr std::size_t enough = 3;
    ++failures;
    if (failure_texts.size() < enough) failure_texts.push_back(where + ": " + what);
}

/// The segment of a scenario, which can be put back to its beginning.
class Proof::Setup {
public:
    Setup(const Scenario& scenario, OperationLog& log) : scenario_(scenario), log_(log) {
        scenario.build();
        if (!scenario.lives_in_bytes) return;
        capture_.emplace(scenario.name, log);
        beginning_ = capture_->save();
    }
    void reset() {
        if (capture_)
            capture_->restore(beginning_);
        else
            scenario_.build();
    }
    /// Whether the next operation finds a check for the dead due: at once, or not while it is stepped.
    void set_check_due(bool is_due) const {
        constexpr std::int64_t a_minute_ns = 60'000'000'000;
        if (capture_) capture_->set_looked(is_due ? 0 : detail::platform::now_ns() + a_minute_ns);
    }
    const Scenario& scenario() const noexcept { return scenario_; }
    const StateCapture& capture() const { return capture_.value(); }
    OperationLog& log() const noexcept { return log_; }

private:
    const Scenario& scenario_;
    OperationLog& log_;
    std::optional<StateCapture> capture_;
    State beginning_;
};

/// All processes ready, the third one dead, the target stopped before its operation.
struct Proof::Participants {
    explicit Participants(Setup& setup) {
        const Scenario& scenario = setup.scenario();
        setup.reset();
        if (scenario.recoverer) recoverer.emplace(scenario.recoverer, setup.log());
        if (scenario.third) third.emplace(scenario.third, setup.log());
        target.emplace(scenario.target, setup.log());
        if (third) third->kill();
        setup.set_check_due(scenario.operation == std::string("recover"));
    }
    void kill_all() {
        target->kill();
        recoverer.reset();
    }

    std::optional<SteppedProcess> recoverer, third, target;
};

void Proof::audit(const Scenario& scenario, Row& row, const std::string& where) const {
    std::string wrong;
    try {
        wrong = scenario.audit();
    } catch (const std::exception& error) {
        wrong = error.what();
    }
    if (!wrong.empty()) row.add_failure(where, wrong);
}

std::uint64_t Proof::stride(int wanted, std::uint64_t instructions) const {
    return std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted),
                                   instructions * instructions / 2 / depth_.most_steps);
}

Row Proof::prove(const Scenario& scenario) {
    Row row{scenario.pattern, scenario.operation, scenario.start, {}};
    const Stopwatch stopwatch(row);
    try {
        Setup setup(scenario, log_);
        if (scenario.lives_in_bytes)
            declare_dead(setup, row);
        else if (depth_.kills > 0)
            row.instructions = count_instructions(setup);
        if (depth_.kills > 0) kill_at_instructions(setup, row);
        if (depth_.preemptions > 0) preempt(setup, row);
        if (depth_.system_calls > 0) kill_at_system_calls(setup, row);
    } catch (const std::exception& error) {
        row.add_failure("the proof itself", error.what());
    }
    return row;
}

std::uint64_t Proof::count_instructions(Setup& setup) const {
    Participants participants(setup);
    std::uint64_t instructions = 0;
    while (participants.target->step()) ++instructions;
    return instructions;
}

/// A kill between two instructions that change nothing others can see leaves what a kill before the first would leave,
/// so one audit for each different state is one for each instruction.
void Proof::declare_dead(Setup& setup, Row& row) const {
    Participants participants(setup);
    const auto states = step_through(*participants.target, setup.capture(), row.instructions);
    row.states = states.size();
    participants.kill_all();
    for (std::size_t i = 0; i < states.size(); ++i) {
        setup.capture().restore(states[i]);
        ++row.declared_dead;
        audit(setup.scenario(), row, at("dead in state", i));
    }
    if (setup.scenario().recoverer && depth_.recoverer > 0) fault_twice(setup, states, row);
}

/// The target is dead in one of its states and the recoverer, which was attached before, in each of its own.
void Proof::fault_twice(Setup& setup, const std::vector<State>& states, Row& row) const {
    for (std::size_t i = 0; i < states.size(); i += static_cast<std::size_t>(depth_.recoverer)) {
        setup.reset();
        SteppedProcess recoverer(setup.scenario().recoverer, log_);
        setup.capture().restore(states[i]);
        setup.set_check_due(true);
        log_.done.store(0);
        const auto later = step_through(recoverer, setup.capture(), row.recoverer_instructions);
        recoverer.kill();
        for (std::size_t k = 0; k < later.size(); ++k) {
            setup.capture().restore(later[k]);
            ++row.double_faults;
            audit(setup.scenario(), row, at("dead in state", i) + at(", recoverer dead in its state", k));
        }
    }
}

void Proof::kill_at_instructions(Setup& setup, Row& row) const {
    const std::uint64_t step = stride(depth_.kills, row.instructions);
    bool inside = true;
    for (std::uint64_t instruction = 0; inside; instruction += step) {
        Participants participants(setup);
        inside = step_over(*participants.target, instruction);
        participants.kill_all();
        ++row.kills;
        audit(setup.scenario(), row, at("killed after instruction", instruction));
    }
}

void Proof::kill_at_system_calls(Setup& setup, Row& row) const {
    bool inside = true;
    for (std::uint64_t call = 0; inside; call += static_cast<std::uint64_t>(depth_.system_calls)) {
        Participants participants(setup);
        for (std::uint64_t k = 0; k < call && inside; ++k) inside = participants.target->run_to_system_call();
        participants.kill_all();
        ++row.kills;
        audit(setup.scenario(), row, at("killed at entry or return of a system call, number", call));
    }
}

void Proof::go_on_after(SteppedProcess& target, const Scenario& scenario, std::size_t way, const std::string& where,
                        Row& row) const {
    const std::string all = where + at(", others working in way", way);
    scenario.others[way]();
    if (!target.finish()) row.add_failure(all, "it never came to its end afterwards");
    target.kill();
    ++row.preemptions;
    audit(scenario, row, all);
}

void Proof::preempt(Setup& setup, Row& row) const {
    const std::uint64_t step = stride(depth_.preemptions, row.instructions);
    for (std::size_t way = 0; way < setup.scenario().others.size(); ++way) {
        bool inside = true;
        for (std::uint64_t instruction = 0; inside; instruction += step) {
            Participants participants(setup);
            participants.recoverer.reset();
            inside = step_over(*participants.target, instruction);
            go_on_after(*participants.target, setup.scenario(), way, at("stopped after instruction", instruction), row);
        }
    }
}

/// Evenly spread over what most operations take; farther and farther apart in those that include a recovery.
std::uint64_t Proof::next_stop(std::uint64_t instruction) const {
    constexpr std::uint64_t most_take = 1'000;
    const auto stride = static_cast<std::uint64_t>(depth_.preemptions);
    return instruction + std::max(stride, stride > 1 && instruction > most_take ? instruction / 2 : 0);
}

Row Proof::prove_pair(const Scenario& dead, const Scenario& stopped) {
    Row row{dead.pattern, dead.operation + " (dead) x " + stopped.operation + " (stopped)", dead.start, {}};
    const Stopwatch stopwatch(row);
    Setup setup(dead, log_);
    std::vector<State> states;
    {
        const SteppedProcess second(stopped.target, log_);  // attached first, as later on
        SteppedProcess first(dead.target, log_);
        states = step_through(first, setup.capture(), row.instructions);
    }
    row.states = states.size();
    for (std::size_t i = 0; i < states.size(); i += static_cast<std::size_t>(depth_.recoverer)) {
        for (std::size_t way = 0; way < stopped.others.size(); ++way) {
            bool inside = true;
            for (std::uint64_t instruction = 0; inside; instruction = next_stop(instruction)) {
                setup.reset();
                SteppedProcess second(stopped.target, log_);
                setup.capture().restore(states[i]);
                setup.set_check_due(false);
                log_.done.store(0);
                inside = step_over(second, instruction);
                go_on_after(second, stopped, way,
                            at("dead in state", i) + at(", the other stopped after instruction", instruction), row);
            }
        }
    }
    return row;
}

}  // namespace handoff::prove
