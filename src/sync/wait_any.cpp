#include <handoff/wait_any.hpp>

#include <algorithm>
#include <optional>
#include <vector>

#include "platform/clock.hpp"
#include "platform/futex.hpp"
#include "sync/stop_signal.hpp"
#include "sync/wait.hpp"
#include "sync/wait_source.hpp"

namespace handoff {

namespace detail::sync {
namespace {

constexpr std::int64_t look_ns = 1'000'000;

/// Sleeps until one of the conditions is notified, or a stop is requested, unless `ready()` is true once the sleep is
/// announced on all.
template <class Ready>
void sleep_on_all(const std::vector<FutexCondition*>& conditions, const StopSignal* stop, std::int64_t until_ns,
                  Ready&& ready) {
    std::vector<detail::platform::FutexExpectation> words;
    for (FutexCondition* condition : conditions)
        if (condition != nullptr) words.push_back({&condition->word(), condition->announce()});
    const bool can_sleep = words.size() == conditions.size();
    if (stop != nullptr) words.push_back(stop->expectation());
    if (ready()) return;
    if (can_sleep && detail::platform::futex_wait_any(words, until_ns)) return;
    detail::platform::sleep_briefly(std::clamp<std::int64_t>(until_ns - detail::platform::now_ns(), 0, look_ns));
}

}  // namespace
}  // namespace detail::sync

bool Waitable::was_ready() const noexcept {
    if (!source_->can_be_waited_for()) return false;
    // A caller that only polls must notice the dead, too: the awaited slot may be one that they hold.
    return source_->has_something() || (source_->tick(detail::platform::now_coarse_ns()) && source_->has_something());
}

result<std::size_t> wait_any(std::span<const Waitable> waitables, const Wait& wait) {
    if (waitables.empty()) return Failure(Errc::invalid_argument, "wait_any: there is nothing to wait for");
    std::vector<detail::sync::FutexCondition*> conditions;
    for (const Waitable& waitable : waitables) {
        if (!waitable.source_->can_be_waited_for())
            return Failure(Errc::invalid_handle, "wait_any: one of the handles was inherited through fork");
        conditions.push_back(waitable.source_->condition());
    }
    std::optional<detail::sync::StopSignal> stop;
    if (wait.stop().stop_possible()) stop.emplace(wait.stop());
    std::size_t found = 0;
    const auto ready = [&] {
        const auto first = std::find_if(waitables.begin(), waitables.end(),
                                        [](const Waitable& waitable) { return waitable.source_->has_something(); });
        found = static_cast<std::size_t>(first - waitables.begin());
        return first != waitables.end();
    };
    for (;;) {
        if (wait.stop_requested()) return Errc::stopped;
        const bool done = ready();
        if (!done)  // somebody else was faster: descriptors that said otherwise become unreadable
            for (const Waitable& waitable : waitables) waitable.source_->was_taken_from();
        const std::int64_t now_ns = detail::platform::now_ns();
        bool recovered = false;
        std::int64_t tick_end_ns = INT64_MAX;
        for (const Waitable& waitable : waitables) {
            recovered |= waitable.source_->tick(now_ns);
            if (waitable.source_->condition() == nullptr) continue;
            tick_end_ns = std::min(tick_end_ns, now_ns + waitable.source_->interval_ns());
        }
        if (done) return found;
        if (recovered) continue;
        if (now_ns >= wait.deadline().at_ns())
            return Failure(Errc::timed_out, "none of the " + std::to_string(waitables.size()) +
                                                " things waited for had anything in time");
        detail::sync::sleep_on_all(conditions, stop ? &*stop : nullptr, std::min(wait.deadline().at_ns(), tick_end_ns),
                                   ready);
    }
}

}  // namespace handoff
