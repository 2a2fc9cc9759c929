// A subscriber's position in a topic, and how it takes messages from there.
//
// Thread safety: one thread at a time, except unpin(), which a Message calls from the thread that destroys it.
#pragma once

#include <handoff/topic.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

#include "broadcast/member.hpp"
#include "sync/wait_source.hpp"

namespace handoff::detail::topic {

/// Which message: the oldest unread one, or the newest if it is unread.
enum class Which : std::uint8_t { next, newest };

class Reader final : public sync::WaitSource {
public:
    Reader(std::shared_ptr<broadcast::Member> member, Start start, std::uint32_t pins);

    ~Reader() override { close_descriptor(); }

    // For wait_any() and descriptors:
    bool can_be_waited_for() const noexcept override { return member_->is_of_this_process(); }
    bool has_something() noexcept override {
        return member_->was_cut_short() || member_->was_removed() || has_unread() ||
               member_->stream_would_end([this] { return has_unread(); });
    }
    sync::FutexCondition* condition() noexcept override {
        return member_->is_read_only() ? nullptr : member_->published().word();
    }
    std::int64_t interval_ns() const noexcept override { return member_->interval_ns(); }
    bool tick(std::int64_t now_ns) noexcept override { return member_->look_if_due(now_ns); }

    broadcast::Member& member() const noexcept { return *member_; }
    const std::shared_ptr<broadcast::Member>& share_member() const noexcept { return member_; }
    /// True if there is a message to return now.
    bool has_unread() const noexcept;
    /// Pins a message and returns it; the message keeps `self`, which is this, until it is destroyed. Errors: empty,
    /// end_of_stream, full, invalid_argument, damaged.
    result<Message> take(Which which, const std::shared_ptr<Reader>& self);
    /// Copies a message. Errors: empty, end_of_stream, too_large, damaged.
    result<Copied> copy(Which which, std::span<std::byte> buffer);
    void unpin(std::uint32_t slot) noexcept;

private:
    std::uint64_t begin(Start start) const noexcept;
    std::uint64_t position_for(Which which) const noexcept;
    Failure nothing() noexcept;
    result<void> may_pin() const;
    std::uint64_t advance(std::uint64_t position) noexcept;

    std::shared_ptr<broadcast::Member> member_;
    std::uint32_t pins_;
    std::atomic<std::uint32_t> held_{0};
    std::atomic<std::uint64_t> next_;  ///< written by the reading thread, read by the thread of a
                                       ///< descriptor; position after the last returned message
};

}  // namespace handoff::detail::topic
