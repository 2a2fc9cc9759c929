// handoff: waiting for several things at once: requests, messages, newer values, answers, free slots.
//
//   auto which = handoff::wait_any({commands.waitable(), video.waitable(), pose.waitable()}, 1s);
//   if (which && *which == 0) serve(*commands.try_receive());
//
// In an event loop (epoll, poll) use descriptor() of the handle instead; with Boost.Asio, <handoff/asio.hpp>.
#pragma once

#include <handoff/error.hpp>
#include <handoff/export.hpp>
#include <handoff/wait.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>

namespace handoff {

namespace detail::sync {
class WaitSource;
}

/// Something to wait for: made by waitable() of Receiver, Sender, Pending, Subscriber and Latest. Keeps its segment
/// attached.
class HANDOFF_EXPORT Waitable {
public:
    /// True if the handle's try_... would not return `empty` at this moment.
    bool was_ready() const noexcept;

private:
    friend detail::sync::WaitSource;
    friend HANDOFF_EXPORT result<std::size_t> wait_any(std::span<const Waitable>, const Wait&);
    explicit Waitable(std::shared_ptr<detail::sync::WaitSource> source) noexcept : source_(std::move(source)) {}

    std::shared_ptr<detail::sync::WaitSource> source_;
};

/// Waits until at least one of them is ready (a message, a newer value, an answer, a free slot, the end of its stream,
/// its name removed: the handle then returns `removed`) and returns its index; of several, the first. Another thread
/// or process may take it before you do: expect `empty`. Errors: timed_out, stopped, invalid_argument (nothing to wait
/// for), invalid_handle (one of them was inherited through fork). Sleeps on all of them at once (futex_waitv) if the
/// kernel can (Linux 5.16), none is read_only and there are at most 128 (a stop token is one of them); otherwise polls
/// once a millisecond.
HANDOFF_EXPORT result<std::size_t> wait_any(std::span<const Waitable> waitables, const Wait& wait = {});
/// The same for `wait_any({a.waitable(), b.waitable()}, 1s)`.
inline result<std::size_t> wait_any(std::initializer_list<Waitable> waitables, const Wait& wait = {}) {
    return wait_any(std::span<const Waitable>(waitables.begin(), waitables.size()), wait);
}

}  // namespace handoff
