// What every process of a trial does before and after its loop.
#pragma once

#include <csignal>
#include <cstdint>
#include <string>

#include "contender/control.hpp"
#include "contender/os.hpp"

namespace bench {

/// This process in the trial. The constructors of the contender's classes run before start(), its loop after it.
class Role {
public:
    Role(Control& control, std::uint32_t process) noexcept
        : control_(control), report_(control.reports[process]), task_(control.task) {
        task_.index = report_.side == Side::giver ? process : process - task_.givers;
    }
    Role(const Role&) = delete;
    Role& operator=(const Role&) = delete;

    const Task& task() const noexcept { return task_; }
    Report& report() noexcept { return report_; }
    /// Counts the processes of this side from 0.
    std::uint32_t index() const noexcept { return task_.index; }
    bool is_to_be_stopped() const noexcept {
        return report_.side == Side::taker && index() + task().stopped >= task().takers;
    }

    /// Says that this process is ready, and waits until all are.
    void start() {
        report_.state.store(State::ready);
        control_.ready.fetch_add(1);
        futex_wake(control_.ready);
        while (control_.go.load() == 0) futex_wait(control_.go, 0);
        at_go_ = Usage::now();
    }
    /// When go was given.
    std::int64_t begin_ns() const noexcept { return control_.begin_ns; }
    bool is_stopped() const noexcept { return control_.stop.load(std::memory_order_relaxed) != 0; }

    void finish() noexcept {
        const Usage usage = Usage::now();
        report_.cpu_ns = usage.cpu_ns - at_go_.cpu_ns;
        report_.sleeps = usage.sleeps - at_go_.sleeps;
    }

    /// Whether all of a side are at least in this state; those who are to be stopped do not count.
    bool all_are(Side side, State state) const noexcept {
        for (std::uint32_t at = 0; at < control_.processes - task().stopped; ++at) {
            const Report& report = control_.reports[at];
            if (report.side == side && report.state.load() < state) return false;
        }
        return true;
    }
    std::uint64_t messages_of(Side side) const noexcept {
        std::uint64_t sum = 0;
        for (std::uint32_t at = 0; at < control_.processes; ++at)
            if (control_.reports[at].side == side) sum += control_.reports[at].messages.load();
        return sum;
    }
    /// Of those takers that run: the messages the slowest has got.
    std::uint64_t slowest_taker() const noexcept {
        std::uint64_t least = ~std::uint64_t{0};
        for (std::uint32_t at = task().givers; at < control_.processes - task().stopped; ++at)
            least = std::min(least, control_.reports[at].messages.load(std::memory_order_acquire));
        return least;
    }

private:
    Control& control_;
    Report& report_;
    Task task_;
    Usage at_go_{};
};

}  // namespace bench
