#include "prove/controls.hpp"

#include <handoff/testing.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <new>
#include <vector>

#include "platform/clock.hpp"
#include "prove/stepped_process.hpp"
#include "sync/boost_condition.hpp"
#include "sync/futex_condition.hpp"

namespace handoff::prove {
namespace {

using namespace std::chrono_literals;

/// The ring most often used between threads: a producer takes a ticket first, and fills its cell afterwards. After
/// D. Vyukov's bounded MPMC queue, https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue
class TicketRing {
public:
    TicketRing() {
        for (std::uint64_t i = 0; i < size; ++i) cells_[i].sequence.store(i);
    }
    bool push(std::uint64_t value) {
        for (;;) {
            std::uint64_t ticket = tail_.load();
            Cell& cell = cells_[ticket % size];
            const std::uint64_t sequence = cell.sequence.load();
            if (sequence < ticket) return false;
            if (sequence > ticket || !tail_.compare_exchange_strong(ticket, ticket + 1)) continue;
            cell.value = value;
            cell.sequence.store(ticket + 1);
            return true;
        }
    }
    bool pop(std::uint64_t& value) {
        for (;;) {
            std::uint64_t ticket = head_.load();
            Cell& cell = cells_[ticket % size];
            const std::uint64_t sequence = cell.sequence.load();
            if (sequence < ticket + 1) return false;
            if (sequence > ticket + 1 || !head_.compare_exchange_strong(ticket, ticket + 1)) continue;
            value = cell.value;
            cell.sequence.store(ticket + size);
            return true;
        }
    }

private:
    static constexpr std::uint64_t size = 8;
    struct Cell {
        std::atomic<std::uint64_t> sequence;
        std::uint64_t value = 0;
    };
    std::array<Cell, size> cells_;
    std::atomic<std::uint64_t> head_{0}, tail_{0};
};

struct Control {
    std::string system, operation;
    std::function<void()> build;
    Prepare target;
    /// Run by a process that did nothing wrong. False: what it asked for never came, though it did not hang.
    std::function<bool()> survivor;
};

struct Outcome {
    std::uint64_t instructions = 0, kills = 0, hung = 0, blocked = 0;
};

template <class T>
class Shared {
public:
    Shared() : place_(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (place_ == MAP_FAILED) throw std::bad_alloc();
        renew();
    }
    ~Shared() { munmap(place_, sizeof(T)); }
    Shared(const Shared&) = delete;
    void renew() { object_ = ::new (place_) T; }
    T* operator->() const noexcept { return object_; }

private:
    void* place_;
    T* object_ = nullptr;
};

/// How a survivor ended, in a process of its own, so that it may hang.
void let_survive(const Control& control, Outcome& outcome) {
    const pid_t child = fork();
    if (child == 0) _exit(control.survivor() ? 0 : 1);
    int status = 0;
    const bool ended = testing::eventually([&] { return waitpid(child, &status, WNOHANG) == child; }, 400ms);
    if (!ended) {
        ++outcome.hung;
        ::kill(child, SIGKILL);
        waitpid(child, &status, 0);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        ++outcome.blocked;
    }
}

Outcome kill_everywhere(const Control& control, OperationLog& log, std::uint64_t most_kills) {
    Outcome outcome;
    control.build();
    {
        SteppedProcess target(control.target, log);
        while (target.step()) ++outcome.instructions;
    }
    const std::uint64_t stride = std::max<std::uint64_t>(1, outcome.instructions / most_kills);
    for (std::uint64_t instruction = 0; instruction <= outcome.instructions; instruction += stride) {
        control.build();
        SteppedProcess target(control.target, log);
        for (std::uint64_t k = 0; k < instruction && target.step(); ++k) {
        }
        target.kill();
        ++outcome.kills;
        let_survive(control, outcome);
    }
    return outcome;
}

/// A waiter and a notifier, killed; then another process waits a moment, and another one notifies twice.
template <class Condition>
std::vector<Control> condition_controls(const char* system, Shared<Condition>& condition) {
    const auto build = [&condition] { condition.renew(); };
    const auto wait = [&condition] {
        condition->wait_until(detail::platform::now_ns() + 2'000'000, [] { return false; });
    };
    const auto survive = [&condition, wait] {
        for (int i = 0; i < 2; ++i) {
            condition->notify_all();
            wait();
        }
        return true;
    };
    return {{system, "wait", build, [wait] { return wait; }, survive},
            {system, "notify", build, [&condition] { return [&condition] { condition->notify_all(); }; }, survive}};
}

std::vector<Control> ring_controls(Shared<TicketRing>& ring) {
    const auto build = [&ring] {
        ring.renew();
        ring->push(1);
    };
    /// The messages of all others come through, whatever became of the target's.
    const auto survive = [&ring] {
        if (!ring->push(7)) return false;
        for (std::uint64_t value = 0; ring->pop(value);)
            if (value == 7) return true;
        return false;
    };
    return {{"ticket-first ring", "push", build, [&ring] { return [&ring] { ring->push(2); }; }, survive},
            {"ticket-first ring", "pop", build,
             [&ring] {
                 return [&ring] {
                     std::uint64_t value = 0;
                     ring->pop(value);
                 };
             },
             [&ring] {
                 for (std::uint64_t lap = 0; lap < 20; ++lap) {
                     std::uint64_t value = 0;
                     if (!ring->push(lap)) return false;
                     while (ring->pop(value) && value != lap) {
                     }
                 }
                 return true;
             }}};
}

std::vector<Control> queue_controls(const std::string& name) {
    namespace ipc = boost::interprocess;
    const auto build = [name] {
        ipc::message_queue::remove(name.c_str());
        const ipc::message_queue made(ipc::create_only, name.c_str(), 8, 8);
    };
    const auto act = [name](bool sends) -> Prepare {
        return [name, sends]() -> Act {
            auto queue = std::make_shared<ipc::message_queue>(ipc::open_only, name.c_str());
            std::uint64_t first = 1;
            queue->try_send(&first, sizeof first, 0);
            return [queue, sends] {
                std::uint64_t value = 2;
                ipc::message_queue::size_type size = 0;
                unsigned priority = 0;
                if (sends)
                    queue->try_send(&value, sizeof value, 0);
                else
                    queue->try_receive(&value, sizeof value, size, priority);
            };
        };
    };
    const auto survive = [name] {
        ipc::message_queue queue(ipc::open_only, name.c_str());
        std::uint64_t value = 7;
        ipc::message_queue::size_type size = 0;
        unsigned priority = 0;
        if (!queue.try_send(&value, sizeof value, 0)) return false;
        return queue.try_receive(&value, sizeof value, size, priority);
    };
    return {{"Boost message_queue", "try_send", build, act(true), survive},
            {"Boost message_queue", "try_receive", build, act(false), survive}};
}

std::string row(const Control& control, const Outcome& outcome) {
    char text[256];
    std::snprintf(text, sizeof text, "| %s | %s | %llu | %llu | %llu | %llu |\n", control.system.c_str(),
                  control.operation.c_str(), static_cast<unsigned long long>(outcome.instructions),
                  static_cast<unsigned long long>(outcome.kills), static_cast<unsigned long long>(outcome.hung),
                  static_cast<unsigned long long>(outcome.blocked));
    return text;
}

}  // namespace

bool show_controls(const std::string& report, bool fast) {
    Shared<OperationLog> log;
    Shared<detail::sync::FutexCondition> ours;
    Shared<detail::sync::BoostCondition> boosts;
    Shared<TicketRing> ring;
    const std::string queue = "handoff-control-" + std::to_string(getpid());
    auto controls = condition_controls("handoff's condition", ours);
    for (auto& more :
         {condition_controls("Boost mutex and condition", boosts), queue_controls(queue), ring_controls(ring)})
        controls.insert(controls.end(), more.begin(), more.end());

    std::string table =
        "| system | operation | instructions | killed at | survivors that hang | survivors that starve |\n"
        "|---|---|--:|--:|--:|--:|\n";
    std::uint64_t ours_wrong = 0, others_wrong = 0;
    for (std::size_t i = 0; i < controls.size(); ++i) {
        const Outcome outcome = kill_everywhere(controls[i], *log.operator->(), fast ? 8 : 100);
        (i < 2 ? ours_wrong : others_wrong) += outcome.hung + outcome.blocked;
        table += row(controls[i], outcome);
    }
    boost::interprocess::message_queue::remove(queue.c_str());
    std::fputs(table.c_str(), stdout);
    if (!report.empty()) std::ofstream(report) << table;
    return ours_wrong == 0 && others_wrong > 0;
}

}  // namespace handoff::prove
