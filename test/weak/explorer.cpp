#include "explorer.hpp"

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <memory>
#include <set>

#include "memory.hpp"

namespace weak {

namespace {

enum class Doing : std::uint8_t { load, store, compare_exchange, read_modify_write, wait, wake_one, wake_all };

std::memory_order of_failure(std::memory_order order) {
    if (order == std::memory_order_acq_rel) return std::memory_order_acquire;
    return order == std::memory_order_release ? std::memory_order_relaxed : order;
}

/// What a thread is about to do.
struct Operation {
    Doing doing = Doing::load;
    int location = 0;
    std::uint64_t value = 0, expected = 0;
    const std::function<std::uint64_t(std::uint64_t)>* next = nullptr;
    std::memory_order order = std::memory_order_seq_cst;
};

/// One thing that can happen next: a thread does what it is about to do, and reads that write (-1: the newest), or
/// wakes that thread (-1: all).
struct Choice {
    int thread, write;
};

constexpr std::size_t stack_bytes = 256 * 1024;

struct Fiber {
    ucontext_t start{};
    jmp_buf resume;
    bool started = false, finished = false, asleep = false;
    int sleeps_on = -1;
    Operation operation;
    std::uint64_t result = 0;
    std::uint64_t woke = 1;  ///< the results of its wake-ups, in order: no write shows them
    bool changed = false;
    std::function<void()> body;
};

std::unique_ptr<std::byte[]> stacks[most_threads];

/// One execution, up to where it was led.
class Execution {
public:
    Execution(const Scenario& scenario, const Weakening& weakening);
    Execution(const Execution&) = delete;

    std::vector<Choice> choices() const;
    void take(const Choice& choice);
    bool is_over() const { return !error.empty() || cut; }
    void end();
    std::pair<std::uint64_t, std::uint64_t> fingerprint() const;

    // Called by the threads:
    void perform(Operation operation);

    const Scenario& scenario;
    Memory memory;
    std::vector<std::unique_ptr<Fiber>> fibers;
    int running = -1;  ///< thread, or -1: the explorer
    std::string error;
    bool cut = false;

private:
    void run(int thread);
    static void enter();
    void carry_out(int thread, int write);
    std::vector<int> sleepers_on(int location) const;
    void wake(Fiber& waker, int sleeper);

    jmp_buf explorer_;
    ucontext_t unused_{};
};

Execution* current = nullptr;

Execution::Execution(const Scenario& what, const Weakening& weakening) : scenario(what), memory(weakening) {
    current = this;
    scenario.at_start();
    for (const auto& body : scenario.threads) {
        fibers.push_back(std::make_unique<Fiber>());
        fibers.back()->body = body;
    }
    for (std::size_t thread = 0; thread < fibers.size(); ++thread) run(static_cast<int>(thread));
}

void Execution::enter() {
    Fiber& fiber = *current->fibers[static_cast<std::size_t>(current->running)];
    fiber.body();
    fiber.finished = true;
    _longjmp(current->explorer_, 1);
}

/// Lets a thread go on until it is about to do something that others may see.
void Execution::run(int thread) {
    Fiber& fiber = *fibers[static_cast<std::size_t>(thread)];
    running = thread;
    if (_setjmp(explorer_) == 0) {
        if (fiber.started) _longjmp(fiber.resume, 1);
        fiber.started = true;
        auto& stack = stacks[thread];
        if (!stack) stack = std::make_unique<std::byte[]>(stack_bytes);
        getcontext(&fiber.start);
        fiber.start.uc_stack.ss_sp = stack.get();
        fiber.start.uc_stack.ss_size = stack_bytes;
        fiber.start.uc_link = nullptr;
        makecontext(&fiber.start, &Execution::enter, 0);
        setcontext(&fiber.start);
    }
    running = -1;
}

void Execution::perform(Operation operation) {
    Fiber& fiber = *fibers[static_cast<std::size_t>(running)];
    fiber.operation = operation;
    if (_setjmp(fiber.resume) == 0) _longjmp(explorer_, 1);
}

std::vector<Choice> Execution::choices() const {
    std::vector<Choice> found;
    for (int thread = 0; thread < static_cast<int>(fibers.size()); ++thread) {
        const Fiber& fiber = *fibers[static_cast<std::size_t>(thread)];
        if (fiber.finished || fiber.asleep) continue;
        const Operation& what = fiber.operation;
        if (what.doing == Doing::wake_one)
            for (const int sleeper : sleepers_on(what.location)) found.push_back({thread, sleeper});
        if (what.doing == Doing::wake_one && !sleepers_on(what.location).empty()) continue;
        if (what.doing != Doing::load && what.doing != Doing::compare_exchange) {
            found.push_back({thread, -1});
            continue;
        }
        const bool is_load = what.doing == Doing::load;
        if (!is_load && memory.value(what.location, memory.newest(what.location)) == what.expected)
            found.push_back({thread, -1});  // succeeds
        for (const int write : memory.readable(thread, what.location, what.order))
            if (is_load || memory.value(what.location, write) != what.expected) found.push_back({thread, write});
    }
    return found;
}

void Execution::carry_out(int thread, int write) {
    Fiber& fiber = *fibers[static_cast<std::size_t>(thread)];
    const Operation& what = fiber.operation;
    const std::uint64_t newest = memory.value(what.location, memory.newest(what.location));
    switch (what.doing) {
        case Doing::load:
            fiber.result = memory.read(thread, what.location, write, what.order);
            break;
        case Doing::store:
            if (!memory.write(thread, what.location, what.value, what.order) &&
                memory.kind(what.location) != Kind::hint)
                error = "two stores to one location that nothing orders";
            break;
        case Doing::compare_exchange:
            fiber.changed = write < 0;
            fiber.result = fiber.changed ? newest : memory.read(thread, what.location, write, of_failure(what.order));
            if (fiber.changed) memory.change(thread, what.location, what.value, what.order);
            break;
        case Doing::read_modify_write:
            fiber.result = newest;
            memory.change(thread, what.location, (*what.next)(newest), what.order);
            break;
        case Doing::wait:  // under the kernel's lock: the newest value, and no wake-up between it and falling asleep
            memory.read(thread, what.location, memory.newest(what.location), std::memory_order_relaxed);
            fiber.asleep = newest == what.expected;
            fiber.sleeps_on = what.location;
            break;
        case Doing::wake_one:
        case Doing::wake_all:
            wake(fiber, write);
            memory.read(thread, what.location, memory.newest(what.location), std::memory_order_relaxed);
            break;
    }
}

std::vector<int> Execution::sleepers_on(int location) const {
    std::vector<int> found;
    for (int thread = 0; thread < static_cast<int>(fibers.size()); ++thread) {
        const Fiber& fiber = *fibers[static_cast<std::size_t>(thread)];
        if (fiber.asleep && fiber.sleeps_on == location) found.push_back(thread);
    }
    return found;
}

/// `sleeper`: -1 for all.
void Execution::wake(Fiber& waker, int sleeper) {
    waker.result = 0;
    for (const int thread : sleepers_on(waker.operation.location)) {
        if (sleeper >= 0 && thread != sleeper) continue;
        fibers[static_cast<std::size_t>(thread)]->asleep = false;
        ++waker.result;
    }
    waker.woke = waker.woke * 5 + waker.result;
}

std::pair<std::uint64_t, std::uint64_t> Execution::fingerprint() const {
    std::uint64_t kernel = 1;
    for (const auto& fiber : fibers) kernel = (kernel * 131 + fiber->woke) * 2 + (fiber->asleep ? 1 : 0);
    const auto [first, second] = memory.fingerprint();
    return {first ^ kernel * 0x9e3779b97f4a7c15, second + kernel};
}

void Execution::take(const Choice& choice) {
    carry_out(choice.thread, choice.write);
    if (!error.empty()) return;
    if (memory.steps(choice.thread) > scenario.most_steps) {
        cut = true;
        return;
    }
    const Fiber& fiber = *fibers[static_cast<std::size_t>(choice.thread)];
    if (!fiber.asleep) run(choice.thread);
    for (std::size_t other = 0; other < fibers.size(); ++other) {  // those that were woken
        const Fiber& woken = *fibers[other];
        if (woken.operation.doing == Doing::wait && woken.sleeps_on >= 0 && !woken.asleep && !woken.finished &&
            error.empty()) {
            fibers[other]->sleeps_on = -1;
            run(static_cast<int>(other));
        }
    }
}

void Execution::end() {
    const auto sleeps = [](const auto& fiber) { return fiber->asleep; };
    if (std::any_of(fibers.begin(), fibers.end(), sleeps)) error = "a waiter sleeps for ever";
    if (error.empty()) scenario.at_end();
}

int location_of(Place place) {
    return current->memory.location(place, current->scenario.kind_of);
}

Fiber& me() {
    return *current->fibers[static_cast<std::size_t>(current->running)];
}

}  // namespace

// ---- what the threads call ------------------------------------------------------------------------------------------

bool exploring() noexcept {
    return current != nullptr && current->running >= 0;
}

std::uint64_t load(Place place, std::memory_order order) {
    const int where = location_of(place);
    current->perform({Doing::load, where, 0, 0, nullptr, current->memory.load_order(where, order)});
    return me().result;
}

void store(Place place, std::uint64_t value, std::memory_order order) {
    const int where = location_of(place);
    current->perform({Doing::store, where, value, 0, nullptr, current->memory.change_order(where, order)});
}

bool compare_exchange(Place place, std::uint64_t& expected, std::uint64_t desired, std::memory_order order) {
    const int where = location_of(place);
    const std::memory_order left = current->memory.change_order(where, order);
    current->perform({Doing::compare_exchange, where, desired, expected, nullptr, left});
    expected = me().result;
    return me().changed;
}

std::uint64_t read_modify_write(Place place, const std::function<std::uint64_t(std::uint64_t)>& next,
                                std::memory_order order) {
    const int where = location_of(place);
    current->perform({Doing::read_modify_write, where, 0, 0, &next, current->memory.change_order(where, order)});
    return me().result;
}

void fence(std::memory_order order) {
    current->memory.fence(current->running, order);
}

std::uint64_t plain_read(const void* address) {
    std::uint64_t value = 0;
    check(current->memory.plain(current->running, address, &value, false), "data race: a plain read");
    return value;
}

void plain_write(const void* address, std::uint64_t value) {
    check(current->memory.plain(current->running, address, &value, true), "data race: a plain write");
}

void futex_wait(Place place, std::uint64_t expected) {
    current->perform({Doing::wait, location_of(place), 0, expected, nullptr, std::memory_order_relaxed});
}

std::uint32_t futex_wake_one(const void* address) {
    current->perform({Doing::wake_one, location_of({address, 0}), 0, 0, nullptr, std::memory_order_relaxed});
    return static_cast<std::uint32_t>(me().result);
}

std::uint32_t futex_wake_all(const void* address) {
    current->perform({Doing::wake_all, location_of({address, 0}), 0, 0, nullptr, std::memory_order_relaxed});
    return static_cast<std::uint32_t>(me().result);
}

void check(bool held, const char* what) {
    if (held || !current->error.empty()) return;
    current->error = what;
    if (exploring()) current->perform({});  // never goes on: an execution with an error is over
}

Weakening::Weakening() {
    std::fill(std::begin(loads), std::end(loads), std::memory_order_seq_cst);
    std::fill(std::begin(changes), std::end(changes), std::memory_order_seq_cst);
}

Weakening::Weakening(std::string title, const std::vector<Kind>& of, std::memory_order load, std::memory_order change)
    : Weakening() {
    name = std::move(title);
    for (const Kind kind : of) {
        loads[static_cast<int>(kind)] = load;
        changes[static_cast<int>(kind)] = change;
    }
}

Weakening Weakening::of_release_stores(std::string title, Kind of) {
    Weakening weakening;
    weakening.name = std::move(title);
    weakening.stores_relaxed[static_cast<int>(of)] = true;
    return weakening;
}

// ---- the search -----------------------------------------------------------------------------------------------------

Report explore(const Scenario& scenario, const Weakening& weakening, std::uint64_t most_states) {
    Report report;
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    std::vector<std::vector<Choice>> waiting{{}};
    while (!waiting.empty() && report.error.empty() && report.states < most_states) {
        std::vector<Choice> path = std::move(waiting.back());
        waiting.pop_back();
        Execution execution(scenario, weakening);
        for (const Choice& choice : path) execution.take(choice);
        while (!execution.is_over() && seen.insert(execution.fingerprint()).second) {
            ++report.states;
            const auto choices = execution.choices();
            if (choices.empty()) {
                ++report.executions;
                execution.end();
                break;
            }
            for (std::size_t i = 1; i < choices.size(); ++i) {
                waiting.push_back(path);
                waiting.back().push_back(choices[i]);
            }
            path.push_back(choices[0]);
            execution.take(choices[0]);
        }
        report.cut += execution.cut ? 1 : 0;
        report.error = execution.error;
    }
    report.complete = waiting.empty() && report.error.empty();
    current = nullptr;
    return report;
}

}  // namespace weak
