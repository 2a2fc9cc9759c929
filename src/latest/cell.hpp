// A latest value: a broadcast with a history of one, read by copying.
#pragma once

#include <handoff/latest.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

#include "broadcast/member.hpp"
#include "sync/wait_source.hpp"

namespace handoff::detail::latest {

class Cell final : public sync::WaitSource {
public:
    explicit Cell(std::shared_ptr<broadcast::Member> member) noexcept : member_(std::move(member)) {}

    ~Cell() override { close_descriptor(); }

    // For wait_any() and descriptors:
    bool can_be_waited_for() const noexcept override { return member_->is_of_this_process(); }
    bool has_something() noexcept override { return member_->was_cut_short() || member_->was_removed() || has_newer(); }
    sync::FutexCondition* condition() noexcept override {
        return member_->is_read_only() ? nullptr : member_->published().word();
    }
    std::int64_t interval_ns() const noexcept override { return member_->interval_ns(); }
    bool tick(std::int64_t now_ns) noexcept override { return member_->look_if_due(now_ns); }

    broadcast::Member& member() const noexcept { return *member_; }
    result<std::uint64_t> write(std::span<const std::byte> value);
    result<Reading> read(std::span<std::byte> buffer);
    bool has_newer() const noexcept;

private:
    std::shared_ptr<broadcast::Member> member_;
    std::atomic<std::uint64_t> seen_{0};  ///< sequence of the newest value that this handle read
};

}  // namespace handoff::detail::latest
