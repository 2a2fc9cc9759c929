// A segment of any kind, mapped read-only without notice to its participants.
//
// Thread safety: as Observer. Death: this process has nothing in the segment, and no lock on it.
#pragma once

#include <handoff/inspect.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "broadcast/member.hpp"
#include "participants/attachment.hpp"
#include "queue/queue_layout.hpp"
#include "segment/segment.hpp"
#include "slot/slots.hpp"
#include "topic/reader.hpp"

namespace handoff::inspect {

/// A channel, observed without a place in its table.
class ChannelView final : private detail::participants::RecoveryHandler {
public:
    explicit ChannelView(detail::segment::Segment segment);

    const detail::participants::Registry& registry() const noexcept { return attachment_.registry(); }
    const detail::slot::Slots& slots() const noexcept { return slots_; }
    const detail::segment::Geometry& geometry() const noexcept { return attachment_.geometry(); }
    detail::queue::ChannelControl& control() const noexcept {
        return attachment_.control<detail::queue::ChannelControl>();
    }
    detail::queue::Settings settings() const noexcept { return detail::queue::Settings::decode(geometry().settings); }
    bool was_cut_short() const noexcept { return attachment_.was_cut_short(); }
    /// Copies the payload that was sent last. Errors: empty, too_large, timed_out.
    result<Copied> copy_newest(std::span<std::byte> buffer) const;

private:
    void recover(std::uint32_t, detail::participants::Role) override {}
    void on_departure() override {}

    detail::participants::Attachment attachment_;
    detail::slot::Slots slots_;
};

/// The constant properties of a segment.
struct Facts {
    std::string name;
    Kind kind{};
    detail::platform::FileStatus file;
    std::uint64_t instance = 0;
    std::int64_t created_ns = 0;
    std::uint32_t creator_pid = 0;
};

class __attribute__((visibility("hidden"))) Observer::View {  // which the export of Observer would cover
public:
    View(std::string_view name, Start start);

    const Facts& facts() const noexcept { return facts_; }
    Report report() const;
    std::uint64_t large_page_bytes() const noexcept;
    bool is_current() const noexcept;
    result<Copied> copy_next(std::vector<std::byte>& buffer);
    result<Copied> copy_newest(std::vector<std::byte>& buffer);

private:
    const detail::participants::Registry& registry() const noexcept;
    const detail::slot::Slots& slots() const noexcept;
    const detail::segment::Geometry& geometry() const noexcept;
    bool was_cut_short() const noexcept;
    Failure cut_short() const;
    void describe_channel(Report& report) const;
    void describe_broadcast(Report& report) const;
    std::vector<Participant> participants() const;
    std::vector<FormerParticipant> former() const;
    std::vector<Slot> all_slots() const;
    Slot slot(std::uint32_t index, std::int64_t now_ns) const;

    Facts facts_;
    const detail::segment::SegmentHeader* header_ = nullptr;  ///< in the mapping that one of these two keeps:
    std::unique_ptr<ChannelView> channel_;
    std::shared_ptr<detail::topic::Reader> reader_;
};

/// The segment's request for opening it, whatever its kind.
detail::segment::OpenRequest request_for(const std::string& name, Kind kind);

}  // namespace handoff::inspect
