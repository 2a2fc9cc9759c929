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
std::vector<State> step_through(Victim& victim, const Tape& tape, std::uint64_t& instructions) {
    std::vector<State> states{tape.take()};
    while (victim.step()) {
        ++instructions;
        if (!tape.is(states.back())) states.push_back(tape.take());
    }
    return states;
}

/// False if the operation returned before.
bool step_over(Victim& victim, std::uint64_t instructions) {
    for (std::uint64_t k = 0; k < instructions; ++k)
        if (!victim.step()) return false;
    return true;
}

class Watch {
public:
    explicit Watch(Row& row) : row_(row) {}
    ~Watch() { row_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

private:
    Row& row_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

void Row::complain(const std::string& where, const std::string& what) {
    constexpr std::size_t enough = 3;
    ++failures;
    if (complaints.size() < enough) complaints.push_back(where + ": " + what);
}

/// The segment of a scenario, which can be put back to its beginning.
class Proof::Stage {
public:
    Stage(const Scenario& scenario, Testimony& testimony) : scenario_(scenario), testimony_(testimony) {
        scenario.build();
        if (!scenario.lives_in_bytes) return;
        tape_.emplace(scenario.name, testimony);
        beginning_ = tape_->take();
    }
    void set() {
        if (tape_)
            tape_->put_back(beginning_);
        else
            scenario_.build();
    }
    /// Whether whoever acts next finds a look after the dead due: at once, or not while it is stepped.
    void let_look(bool is_due) const {
        constexpr std::int64_t a_minute_ns = 60'000'000'000;
        if (tape_) tape_->set_looked(is_due ? 0 : detail::platform::now_ns() + a_minute_ns);
    }
    const Scenario& scenario() const noexcept { return scenario_; }
    const Tape& tape() const { return tape_.value(); }
    Testimony& testimony() const noexcept { return testimony_; }

private:
    const Scenario& scenario_;
    Testimony& testimony_;
    std::optional<Tape> tape_;
    State beginning_;
};

/// Everybody ready, the third one dead, the victim stopped before its operation.
struct Proof::Cast {
    explicit Cast(Stage& stage) {
        const Scenario& scenario = stage.scenario();
        stage.set();
        if (scenario.recoverer) recoverer.emplace(scenario.recoverer, stage.testimony());
        if (scenario.third) third.emplace(scenario.third, stage.testimony());
        victim.emplace(scenario.victim, stage.testimony());
        if (third) third->kill();
        stage.let_look(scenario.operation == std::string("recover"));
    }
    void kill_all() {
        victim->kill();
        recoverer.reset();
    }

    std::optional<Victim> recoverer, third, victim;
};

void Proof::audit(const Scenario& scenario, Row& row, const std::string& where) const {
    std::string wrong;
    try {
        wrong = scenario.audit();
    } catch (const std::exception& error) {
        wrong = error.what();
    }
    if (!wrong.empty()) row.complain(where, wrong);
}

std::uint64_t Proof::stride(int wanted, std::uint64_t instructions) const {
    return std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted),
                                   instructions * instructions / 2 / depth_.most_steps);
}

Row Proof::prove(const Scenario& scenario) {
    Row row{scenario.pattern, scenario.operation, scenario.start, {}};
    const Watch watch(row);
    try {
        Stage stage(scenario, testimony_);
        if (scenario.lives_in_bytes)
            declare_dead(stage, row);
        else if (depth_.kills > 0)
            row.instructions = count_instructions(stage);
        if (depth_.kills > 0) kill_at_instructions(stage, row);
        if (depth_.preemptions > 0) preempt(stage, row);
        if (depth_.system_calls > 0) kill_at_system_calls(stage, row);
    } catch (const std::exception& error) {
        row.complain("the proof itself", error.what());
    }
    return row;
}

std::uint64_t Proof::count_instructions(Stage& stage) const {
    Cast cast(stage);
    std::uint64_t instructions = 0;
    while (cast.victim->step()) ++instructions;
    return instructions;
}

/// A kill between two instructions that change nothing others can see leaves what a kill before the first would leave,
/// so one audit for each different state is one for each instruction.
void Proof::declare_dead(Stage& stage, Row& row) const {
    Cast cast(stage);
    const auto states = step_through(*cast.victim, stage.tape(), row.instructions);
    row.states = states.size();
    cast.kill_all();
    for (std::size_t i = 0; i < states.size(); ++i) {
        stage.tape().put_back(states[i]);
        ++row.declared_dead;
        audit(stage.scenario(), row, at("dead in state", i));
    }
    if (stage.scenario().recoverer && depth_.recoverer > 0) fault_twice(stage, states, row);
}

/// The victim is dead in one of its states and the recoverer, who was there before, in each of its own.
void Proof::fault_twice(Stage& stage, const std::vector<State>& states, Row& row) const {
    for (std::size_t i = 0; i < states.size(); i += static_cast<std::size_t>(depth_.recoverer)) {
        stage.set();
        Victim recoverer(stage.scenario().recoverer, testimony_);
        stage.tape().put_back(states[i]);
        stage.let_look(true);
        testimony_.done.store(0);
        const auto later = step_through(recoverer, stage.tape(), row.recoverer_instructions);
        recoverer.kill();
        for (std::size_t k = 0; k < later.size(); ++k) {
            stage.tape().put_back(later[k]);
            ++row.double_faults;
            audit(stage.scenario(), row, at("dead in state", i) + at(", recoverer dead in its state", k));
        }
    }
}

void Proof::kill_at_instructions(Stage& stage, Row& row) const {
    const std::uint64_t step = stride(depth_.kills, row.instructions);
    bool inside = true;
    for (std::uint64_t instruction = 0; inside; instruction += step) {
        Cast cast(stage);
        inside = step_over(*cast.victim, instruction);
        cast.kill_all();
        ++row.kills;
        audit(stage.scenario(), row, at("killed after instruction", instruction));
    }
}

void Proof::kill_at_system_calls(Stage& stage, Row& row) const {
    bool inside = true;
    for (std::uint64_t call = 0; inside; call += static_cast<std::uint64_t>(depth_.system_calls)) {
        Cast cast(stage);
        for (std::uint64_t k = 0; k < call && inside; ++k) inside = cast.victim->run_to_system_call();
        cast.kill_all();
        ++row.kills;
        audit(stage.scenario(), row, at("killed at entry or return of a system call, number", call));
    }
}

void Proof::go_on_after(Victim& victim, const Scenario& scenario, std::size_t way, const std::string& where,
                        Row& row) const {
    const std::string all = where + at(", others working in way", way);
    scenario.others[way]();
    if (!victim.finish()) row.complain(all, "it never came to its end afterwards");
    victim.kill();
    ++row.preemptions;
    audit(scenario, row, all);
}

void Proof::preempt(Stage& stage, Row& row) const {
    const std::uint64_t step = stride(depth_.preemptions, row.instructions);
    for (std::size_t way = 0; way < stage.scenario().others.size(); ++way) {
        bool inside = true;
        for (std::uint64_t instruction = 0; inside; instruction += step) {
            Cast cast(stage);
            cast.recoverer.reset();
            inside = step_over(*cast.victim, instruction);
            go_on_after(*cast.victim, stage.scenario(), way, at("stopped after instruction", instruction), row);
        }
    }
}

/// Evenly spread over what most operations take; farther and farther apart in those that recover somebody on the way.
std::uint64_t Proof::next_stop(std::uint64_t instruction) const {
    constexpr std::uint64_t most_take = 1'000;
    const auto stride = static_cast<std::uint64_t>(depth_.preemptions);
    return instruction + std::max(stride, stride > 1 && instruction > most_take ? instruction / 2 : 0);
}

Row Proof::prove_pair(const Scenario& dead, const Scenario& stopped) {
    Row row{dead.pattern, dead.operation + " (dead) x " + stopped.operation + " (stopped)", dead.start, {}};
    const Watch watch(row);
    Stage stage(dead, testimony_);
    std::vector<State> states;
    {
        const Victim second(stopped.victim, testimony_);  // attached first, as later on
        Victim first(dead.victim, testimony_);
        states = step_through(first, stage.tape(), row.instructions);
    }
    row.states = states.size();
    for (std::size_t i = 0; i < states.size(); i += static_cast<std::size_t>(depth_.recoverer)) {
        for (std::size_t way = 0; way < stopped.others.size(); ++way) {
            bool inside = true;
            for (std::uint64_t instruction = 0; inside; instruction = next_stop(instruction)) {
                stage.set();
                Victim second(stopped.victim, testimony_);
                stage.tape().put_back(states[i]);
                stage.let_look(false);
                testimony_.done.store(0);
                inside = step_over(second, instruction);
                go_on_after(second, stopped, way,
                            at("dead in state", i) + at(", the other stopped after instruction", instruction), row);
            }
        }
    }
    return row;
}

}  // namespace handoff::prove
