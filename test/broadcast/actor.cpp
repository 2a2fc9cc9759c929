#include "broadcast/actor.hpp"

#include <ucontext.h>

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <utility>

#include "sync/shared_word.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace handoff::test {

/// A place that can be left and returned to. AddressSanitizer wants to know that the stack changes.
struct Place {
    ucontext_t context{};
    const void* stack = nullptr;
    std::size_t stack_bytes = 0;
    [[maybe_unused]] void* shadow = nullptr;

    /// Goes on at `to`, and returns when somebody comes back here.
    void leave_for(Place& to) {
#ifdef __SANITIZE_ADDRESS__
        __sanitizer_start_switch_fiber(&shadow, to.stack, to.stack_bytes);
#endif
        swapcontext(&context, &to.context);
        arrive(to);
    }
    void arrive([[maybe_unused]] Place& from) {
#ifdef __SANITIZE_ADDRESS__
        __sanitizer_finish_switch_fiber(shadow, &from.stack, &from.stack_bytes);
#endif
    }
};

class Actor::Impl {
public:
    explicit Impl(std::function<void()> function)
        : function_(std::move(function)), stack_(std::make_unique_for_overwrite<std::byte[]>(stack_bytes)) {
        getcontext(&inside_.context);
        inside_.context.uc_stack.ss_sp = stack_.get();
        inside_.context.uc_stack.ss_size = stack_bytes;
        inside_.stack = stack_.get();
        inside_.stack_bytes = stack_bytes;
        makecontext(&inside_.context, &Impl::begin, 0);
    }
    Impl(const Impl&) = delete;

    bool step() {
        if (ended_) return false;
        if (running_ != nullptr) throw std::logic_error("an actor cannot drive another one");
        running_ = this;
        outside_.leave_for(inside_);
        running_ = nullptr;
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        return !ended_;
    }
    static void pause() {
        if (running_ != nullptr) running_->inside_.leave_for(running_->outside_);
    }
    bool has_ended() const noexcept { return ended_; }

private:
    static constexpr std::size_t stack_bytes = 256 * 1024;

    static void begin() {
        Impl& self = *running_;
        self.inside_.arrive(self.outside_);
        try {
            self.function_();
        } catch (...) {
            self.failure_ = std::current_exception();
        }
        self.ended_ = true;
        self.inside_.leave_for(self.outside_);
    }

    static Impl* running_;
    std::function<void()> function_;
    std::unique_ptr<std::byte[]> stack_;
    Place inside_, outside_;
    std::exception_ptr failure_;
    bool ended_ = false;
};

Actor::Impl* Actor::Impl::running_ = nullptr;

Actor::Actor(std::function<void()> function) : impl_(std::make_unique<Impl>(std::move(function))) {}
Actor::Actor(Actor&&) noexcept = default;
Actor& Actor::operator=(Actor&&) noexcept = default;
Actor::~Actor() = default;

bool Actor::step() {
    return impl_->step();
}

bool Actor::pass(int stops) {
    for (int i = 0; i < stops; ++i)
        if (!step()) return false;
    return true;
}

bool Actor::has_ended() const noexcept {
    return impl_->has_ended();
}

void Actor::pause() {
    Impl::pause();
}

}  // namespace handoff::test

void handoff::detail::sync::crash_point() noexcept {
    handoff::test::Actor::pause();
}

void handoff::detail::sync::look_point() noexcept {
    handoff::test::Actor::pause();
}
