#include <handoff/latest.hpp>

#include <algorithm>
#include <cstring>
#include <optional>

#include "latest/blueprint.hpp"
#include "latest/cell.hpp"
#include "platform/clock.hpp"
#include "platform/shm_file.hpp"
#include "slot/copy_out.hpp"

namespace handoff {

using detail::broadcast::Look;

namespace detail::latest {
namespace {
constexpr auto relaxed = std::memory_order_relaxed;  // a slot's data is ordered by its word and its cell

Failure damaged() {
    return {Errc::damaged, "the latest value contradicts itself; end all programs that use it and remove it"};
}
}  // namespace

result<std::uint64_t> Cell::write(std::span<const std::byte> value) {
    if (member_->is_read_only())
        return Failure(Errc::invalid_argument, "this handle is read_only: it cannot write '" + member_->name() + "'");
    const auto capacity = member_->geometry().payload_bytes;
    if (value.size() > capacity)
        return Failure(Errc::too_large, "the value has " + std::to_string(value.size()) + " bytes, '" +
                                            member_->name() + "' holds " + std::to_string(capacity));
    const auto& broadcast = member_->broadcast();
    auto held = broadcast.loan(member_->me());
    if (!held && member_->look_if_due()) held = broadcast.loan(member_->me());
    if (!held) return Failure(Errc::full, "every slot is being written to at this moment: " + member_->who_has_loans());
    auto& slot = member_->slots()[held->slot];
    if (!value.empty()) std::memcpy(member_->slots().payload_area(held->slot).data(), value.data(), value.size());
    slot.sender.store(member_->registry().my_id(), relaxed);
    slot.payload.set(value.size(), false);
    const std::int64_t now_ns = member_->stamp_ns();
    slot.sent_ns.store(now_ns, relaxed);
    const auto position = broadcast.publish(*held);
    if (!member_->is_usable()) return detail::slot::unusable(member_.get());  // written into a truncated file
    if (!position) {
        broadcast.return_loan(*held);
        return position.error();
    }
    member_->count_published(value.size(), now_ns);
    return *position - broadcast.first() + 1;
}

result<Reading> Cell::read(std::span<std::byte> buffer) {
    const auto& broadcast = member_->broadcast();
    constexpr int max_attempts = 1000;  // each further try means that every other slot was written during one copy
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        const Look look = broadcast.find_only();
        if (!member_->is_usable()) return detail::slot::unusable(member_.get());
        if (look.outcome == Look::Outcome::nothing)
            return member_->was_removed() ? detail::slot::removed(member_->name()) : Failure(Errc::empty);
        if (look.outcome == Look::Outcome::damaged) return damaged();
        const auto& slot = member_->slots()[look.slot];
        const auto area = member_->slots().payload_area(look.slot);
        const std::size_t size = std::min<std::uint64_t>(slot.payload.get().bytes, area.size());
        const std::int64_t written_ns = slot.sent_ns.load(relaxed);
        const bool fits = size <= buffer.size();
        if (fits) detail::slot::copy_out(area.first(size), buffer);
        if (!broadcast.still_there(look)) continue;
        if (!member_->is_usable()) return detail::slot::unusable(member_.get());
        if (!fits)
            return Failure(Errc::too_large, "the value has " + std::to_string(size) + " bytes, the buffer " +
                                                std::to_string(buffer.size()));
        const std::uint64_t sequence = look.position - broadcast.first() + 1;
        std::uint64_t seen = seen_.load(relaxed);
        while (seen < sequence && !seen_.compare_exchange_weak(seen, sequence, relaxed)) {
        }
        was_taken_from();
        member_->look_if_due();
        return Reading{size, sequence, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(written_ns))};
    }
    return Failure(Errc::timed_out,
                   "the value was overwritten during each of a thousand copies: it is too large for this "
                   "rate of writing");
}

bool Cell::has_newer() const noexcept {
    return member_->broadcast().newest() - member_->broadcast().first() + 1 > seen_.load(relaxed);
}

}  // namespace detail::latest

namespace {
bool is_usable(const std::shared_ptr<detail::latest::Cell>& cell) noexcept {
    return cell != nullptr && cell->member().is_usable();
}
Failure why_unusable(const std::shared_ptr<detail::latest::Cell>& cell) {
    return detail::slot::unusable(cell == nullptr ? nullptr : &cell->member());
}
}  // namespace

LatestBytes::LatestBytes(std::string_view name, const LatestShape& shape, const LatestOptions& options)
    : cell_(std::make_shared<detail::latest::Cell>(detail::latest::open_latest(name, shape, options))) {}
LatestBytes::LatestBytes(std::string_view name, const LatestOptions& options)
    : LatestBytes(name, LatestShape{}, options) {}
LatestBytes::LatestBytes(LatestBytes&&) noexcept = default;
LatestBytes& LatestBytes::operator=(LatestBytes&&) noexcept = default;
LatestBytes::~LatestBytes() = default;

result<std::uint64_t> LatestBytes::write(std::span<const std::byte> value) {
    if (!is_usable(cell_)) return why_unusable(cell_);
    return cell_->write(value);
}

result<Reading> LatestBytes::read(std::span<std::byte> buffer) const {
    if (!is_usable(cell_)) return why_unusable(cell_);
    return cell_->read(buffer);
}

result<Reading> LatestBytes::wait_newer(std::span<std::byte> buffer, const Wait& wait) {
    if (!is_usable(cell_)) return why_unusable(cell_);
    auto& member = cell_->member();
    if (member.wait(member.published(), wait, [this] { return cell_->has_newer(); })) return cell_->read(buffer);
    if (!member.is_usable()) return detail::slot::unusable(&member);
    if (member.was_removed()) return detail::slot::removed(member.name());
    if (wait.stop_requested()) return Errc::stopped;
    return Failure(Errc::timed_out,
                   "nothing newer was written to '" + member.name() + "' in time" +
                       member.registry().all_stopped(wait, detail::participants::Role::writer, "writer"));
}

bool LatestBytes::has_newer() const noexcept {
    return !is_usable(cell_) || cell_->has_newer();
}

Waitable LatestBytes::waitable() const {
    if (!is_usable(cell_)) throw Error(why_unusable(cell_));
    return detail::sync::WaitSource::waitable(cell_);
}

int LatestBytes::descriptor() const {
    if (!is_usable(cell_)) throw Error(why_unusable(cell_));
    return cell_->descriptor();
}

LatestInfo LatestBytes::info() const {
    if (!is_usable(cell_)) throw Error(why_unusable(cell_));
    const auto& member = cell_->member();
    return {member.name(),
            member.geometry().payload_bytes,
            member.geometry().participant_count,
            member.settings().boost ? Sync::boost : Sync::futex,
            member.settings().persistent ? Lifetime::persistent : Lifetime::until_last_leaves,
            member.segment().file_mode(),
            detail::platform::group_name(member.segment().group_id()),
            member.segment().instance()};
}

}  // namespace handoff
