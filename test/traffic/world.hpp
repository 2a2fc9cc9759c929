// A process dies while it holds something, and one process makes one kind of call at a given rate. Every other
// process's tick is an hour: nothing but that call can notice.
#pragma once

#include <handoff/handoff.hpp>
#include <handoff/inspect.hpp>
#include <handoff/testing.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <ostream>
#include <thread>

#include "sync/tick.hpp"

namespace handoff::test {

using namespace std::chrono_literals;
using testing::Checkpoints;
using testing::Child;

/// Long enough for a loaded machine; a test that reaches it has found that no call checks.
inline const auto soon = testing::scaled(10s);

/// How often something is done.
struct Rate {
    const char* name;
    std::chrono::nanoseconds period;
    friend std::ostream& operator<<(std::ostream& out, const Rate& rate) { return out << rate.name; }
};
inline constexpr Rate slow{"slow", 200ms};          // a wait lasts longer than a tick
inline constexpr Rate camera{"30 a second", 33ms};  // no wait lasts a tick
inline constexpr Rate full{"full speed", 0ns};
inline const Rate all_rates[] = {slow, camera, full};
inline const Rate paced_rates[] = {slow, camera};  // for calls that work on what was prepared

/// Does something again and again at that rate.
class PollRate {
public:
    explicit PollRate(const Rate& rate) : rate_(rate) {}
    void wait() {
        next_ += rate_.period;
        if (rate_.period > 0ns) std::this_thread::sleep_until(next_);
    }

private:
    Rate rate_;
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now();
};

/// A process that never looks after the dead, but for the moment when it joins: `prepare()` joins and returns what to
/// do at that rate.
class Bystander {
public:
    Bystander(const Rate& rate, const std::function<std::function<void()>()>& prepare)
        : child_([&](Checkpoints& checkpoints) {
              detail::sync::tick_ns = std::chrono::nanoseconds(1h).count();
              const auto work = prepare();
              checkpoints.reach("joined");
              for (PollRate pace(rate);; pace.wait()) work();
          }) {
        child_.wait_for("joined");
    }

private:
    Child child_;
};

/// Kills the child, makes `call` at that rate, and returns whether the child was recovered in time.
inline bool notices(std::string_view name, const Rate& rate, Child& target, const std::function<void()>& call) {
    const inspect::Observer observer(name);
    const auto pid = static_cast<std::uint32_t>(target.pid());
    const auto is_there = [&] {
        const auto everybody = observer.report().participants;
        return std::any_of(everybody.begin(), everybody.end(), [&](const auto& one) { return one.pid == pid; });
    };
    BOOST_TEST_REQUIRE(is_there());
    target.kill();
    const auto deadline = std::chrono::steady_clock::now() + soon;
    for (PollRate pace(rate); is_there(); pace.wait()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        call();
    }
    return true;
}

}  // namespace handoff::test
