#include "sync/beacon.hpp"

#include <chrono>

#include "platform/clock.hpp"
#include "platform/event.hpp"
#include "platform/process.hpp"
#include "sync/wait.hpp"
#include "sync/wait_source.hpp"

namespace handoff::detail::sync {

Beacon::Beacon(WaitSource& source)
    : source_(source),
      event_(platform::make_event()),
      fork_generation_(platform::fork_generation()),
      thread_([this] { run(); }) {}

bool Beacon::is_of_this_process() const noexcept {
    return fork_generation_ == platform::fork_generation();
}

Beacon::~Beacon() {
    {
        const std::lock_guard lock(mutex_);
        // Before the bell, in one order with it: pairs with the load in `done`, which is looked at after the
        // announcement.
        stopping_.store(true, std::memory_order_seq_cst);
    }
    changed_.notify_all();
    if (Condition* condition = source_.condition()) condition->notify_all();
    thread_.join();
}

void Beacon::look_again() noexcept {
    const std::lock_guard lock(mutex_);
    if (!lit_ || source_.has_something()) return;
    platform::clear_event(event_);
    lit_ = false;
    changed_.notify_all();  // the thread looks once more before it sleeps: what came since is not missed
}

void Beacon::run() noexcept {
    for (;;) {
        wait_for_something();
        std::unique_lock lock(mutex_);
        if (stopping_.load(std::memory_order_relaxed)) return;
        if (!source_.has_something()) continue;
        platform::set_event(event_);
        lit_ = true;
        // Whoever leaves a message where it is must notice the dead all the same.
        while (!changed_.wait_for(lock, std::chrono::nanoseconds(tick_ns),
                                  [this] { return !lit_ || stopping_.load(std::memory_order_relaxed); })) {
            lock.unlock();
            source_.tick(platform::now_ns());
            lock.lock();
        }
    }
}

void Beacon::wait_for_something() noexcept {
    // Pairs with the store in ~Beacon(): it rings after it stored, we look after we said that we sleep.
    const auto done = [this] { return stopping_.load(std::memory_order_seq_cst) || source_.has_something(); };
    Condition* condition = source_.condition();
    if (condition == nullptr) {
        SpinBudget budget(WaitPolicy::sleep);
        poll_until(budget, Deadline::never(), done);
    } else {
        SpinBudget budget(WaitPolicy::sleep);
        wait_until(
            *condition, budget, Deadline::never(), Manner(), done, done, [this] { return source_.interval_ns(); },
            [this] { source_.tick(platform::now_ns()); });
    }
}

// ---- WaitSource -----------------------------------------------------------------------------------------------------

int WaitSource::descriptor() {
    const std::lock_guard lock(making_);
    if (owner_ == nullptr) {
        owner_ = std::make_unique<Beacon>(*this);
        beacon_.store(owner_.get(), std::memory_order_release);  // pairs with was_taken_from()
    }
    return owner_->descriptor();
}

void WaitSource::stop_beacon() noexcept {
    beacon_.store(nullptr, std::memory_order_release);  // pairs with was_taken_from()
    // In a child of fork there is no thread to join, and destroying what that thread waits on would wait for ever.
    if (owner_ != nullptr && !owner_->is_of_this_process()) (void)owner_.release();
    owner_.reset();
}

}  // namespace handoff::detail::sync
