// One request in flight as a WaitSource.
#pragma once

#include <cstdint>
#include <utility>

#include "queue/member.hpp"
#include "sync/wait_source.hpp"

namespace handoff::detail::channel {

/// Ready for ever once the request is answered, was collected or abandoned, or can never be answered.
class PendingSource final : public sync::WaitSource {
public:
    PendingSource(slot::LenderPtr<queue::Member> member, std::uint32_t slot, std::uint64_t sequence) noexcept
        : member_(std::move(member)), slot_(slot), sequence_(sequence) {}
    ~PendingSource() override { close_descriptor(); }

    bool can_be_waited_for() const noexcept override { return member_->is_of_this_process(); }
    bool has_something() noexcept override {
        if (member_->was_cut_short() || member_->was_removed()) return true;
        return member_->protocol().is_answered(slot_, sequence_) != queue::Outcome::not_yet;
    }
    /// Every answer to this Sender wakes all sleepers on it.
    sync::FutexCondition* condition() noexcept override {
        return member_->protocol().answered(member_->registry().me()).word();
    }
    std::int64_t interval_ns() const noexcept override { return member_->interval_ns(); }
    bool tick(std::int64_t now_ns) noexcept override { return member_->look_if_due(now_ns); }

private:
    const slot::LenderPtr<queue::Member> member_;
    const std::uint32_t slot_;
    const std::uint64_t sequence_;
};

}  // namespace handoff::detail::channel
