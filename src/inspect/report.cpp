// Reports about a segment for people.
#include <algorithm>

#include "inspect/view.hpp"
#include "platform/clock.hpp"
#include "platform/process.hpp"

namespace handoff::inspect {

using detail::participants::EntryWord;
using detail::participants::ParticipantEntry;
using detail::slot::SlotWord;

namespace {

constexpr auto relaxed = std::memory_order_relaxed;  // for people

static_assert(static_cast<int>(detail::participants::Role::writer) == static_cast<int>(Role::writer) &&
              static_cast<int>(detail::slot::SlotState::published) == static_cast<int>(SlotState::published));

std::chrono::nanoseconds age(std::int64_t now_ns, std::int64_t then_ns) noexcept {
    return std::chrono::nanoseconds(std::max<std::int64_t>(detail::platform::difference_ns(now_ns, then_ns), 0));
}

LatencyHistogram copy_of(const detail::sync::LatencyHistogram& histogram) noexcept {
    static_assert(LatencyHistogram::buckets == detail::sync::LatencyHistogram::bucket_count);
    LatencyHistogram copy;
    for (std::size_t bucket = 0; bucket < LatencyHistogram::buckets; ++bucket)
        copy.counts[bucket] = histogram.count_in(bucket);
    return copy;
}

Life life_of(const detail::participants::Registry& registry, std::uint32_t index) {
    if (!registry.is_alive(index)) return Life::dead;
    const ParticipantEntry& entry = registry.entry(index);
    const bool stopped = detail::platform::is_stopped(entry.pid.load(relaxed), entry.process_start_time.load(relaxed));
    return stopped ? Life::stopped : Life::alive;
}

Participant describe(const detail::participants::Registry& registry, std::uint32_t index, EntryWord word,
                     std::int64_t now_ns) {
    const ParticipantEntry& entry = registry.entry(index);
    const auto& counters = entry.counters;
    return {index,
            detail::participants::make_id(word.generation, index),
            static_cast<Role>(word.role),
            life_of(registry, index),
            entry.pid.load(relaxed),
            entry.uid.load(relaxed),
            detail::participants::program_of(entry),
            age(now_ns, entry.joined_ns.load(relaxed)),
            counters.messages.load(),
            counters.bytes.load(),
            counters.finished.load(),
            counters.failed.load(),
            counters.returned.load(),
            counters.timeouts.load(),
            counters.lost.load(),
            counters.waiting.load(relaxed),
            counters.reserved_pins.load(relaxed),
            copy_of(entry.delay),
            copy_of(entry.work)};
}

/// The time at which a slot came into its state.
std::int64_t began_ns(const detail::slot::SharedData& slot, detail::slot::SlotState state) noexcept {
    switch (state) {
        case detail::slot::SlotState::taken:
            return slot.taken_ns.load(relaxed);
        case detail::slot::SlotState::processed:
        case detail::slot::SlotState::failed:
            return slot.answered_ns.load(relaxed);
        default:
            return slot.sent_ns.load(relaxed);
    }
}

bool has_owner(detail::slot::SlotState state) noexcept {
    using State = detail::slot::SlotState;
    return state != State::free && state != State::ready && state != State::published;
}

std::vector<std::uint32_t> participants_in(std::uint64_t pins) {
    std::vector<std::uint32_t> indices;
    for (std::uint32_t index = 0; index < detail::broadcast::most_participants; ++index)
        if ((pins & detail::broadcast::pin_bit(index)) != 0) indices.push_back(index);
    return indices;
}

Image image_in(const detail::slot::SharedData& slot, std::uint64_t bytes) noexcept {
    return slot.payload.get().described ? detail::slot::sanitized(Image(slot.image), bytes) : Image{};
}

}  // namespace

std::vector<Participant> Observer::View::participants() const {
    std::vector<Participant> found;
    const std::int64_t now_ns = detail::platform::now_ns();
    for (std::uint32_t index = 0; index < registry().count(); ++index) {
        const EntryWord before = EntryWord::decode(registry().entry(index).word.load());
        if (!before.active) continue;
        Participant participant = describe(registry(), index, before, now_ns);
        // It left meanwhile: it is not dead, and these are not its numbers.
        const EntryWord after = EntryWord::decode(registry().entry(index).word.load());
        if (after.active && after.generation == before.generation) found.push_back(std::move(participant));
    }
    return found;
}

std::vector<FormerParticipant> Observer::View::former() const {
    struct Dated {
        std::int64_t joined_ns;
        FormerParticipant one;
    };
    std::vector<Dated> found;
    for (std::uint32_t index = 0; index < registry().count(); ++index) {
        const ParticipantEntry& entry = registry().entry(index);
        const EntryWord word = EntryWord::decode(entry.word.load());
        if (word.active || word.generation == 0) continue;  // taken, or never taken: the rest is not read
        std::string program = detail::participants::program_of(entry);
        if (program.empty()) continue;
        found.push_back({entry.joined_ns.load(relaxed), {entry.pid.load(relaxed), std::move(program)}});
    }
    std::sort(found.begin(), found.end(), [](const Dated& a, const Dated& b) { return a.joined_ns > b.joined_ns; });
    std::vector<FormerParticipant> all;
    for (Dated& dated : found) all.push_back(std::move(dated.one));
    return all;
}

Slot Observer::View::slot(std::uint32_t index, std::int64_t now_ns) const {
    const auto& data = slots()[index];
    const SlotWord word = SlotWord::decode(data.control.load());
    const bool in_use = word.state != detail::slot::SlotState::free;
    Slot slot{};
    slot.index = index;
    slot.state = static_cast<SlotState>(word.state);
    if (!in_use) return slot;
    if (has_owner(word.state)) slot.owner = word.owner;
    const bool is_dated = facts_.kind != Kind::latest || word.state != detail::slot::SlotState::loaned;
    if (is_dated) slot.since = age(now_ns, began_ns(data, word.state));
    slot.deliveries = word.deliveries;
    if (word.state == detail::slot::SlotState::loaned) return slot;
    slot.bytes = std::min<std::uint64_t>(data.payload.get().bytes, geometry().payload_bytes);
    slot.image = image_in(data, slot.bytes);
    slot.sequence = data.sequence.load(relaxed);
    slot.sender = data.sender.load(relaxed);
    if (reader_ == nullptr) return slot;
    const auto& broadcast = reader_->member().broadcast();
    slot.kept = broadcast.is_kept(index);
    slot.sequence = slot.sequence - broadcast.first() + 1;
    slot.pinned_by = participants_in(data.pins.load());
    return slot;
}

std::vector<Slot> Observer::View::all_slots() const {
    std::vector<Slot> all;
    all.reserve(slots().count());
    const std::int64_t now_ns = detail::platform::now_ns();
    for (std::uint32_t index = 0; index < slots().count(); ++index) all.push_back(slot(index, now_ns));
    return all;
}

void Observer::View::describe_channel(Report& report) const {
    const auto settings = channel_->settings();
    const auto& control = channel_->control();
    report.max_deliveries = settings.max_deliveries;
    report.in_place = settings.in_place;
    report.sync = settings.boost ? Sync::boost : Sync::futex;
    report.lifetime = settings.persistent ? Lifetime::persistent : Lifetime::until_last_leaves;
    report.redelivered = control.redelivered.load(relaxed);
    report.given_up = control.given_up.load(relaxed);
    report.failed = control.failed.load(relaxed);
    report.withdrawn = control.withdrawn.load(relaxed);
}

void Observer::View::describe_broadcast(Report& report) const {
    const auto& member = reader_->member();
    const auto& settings = member.settings();
    report.history = settings.history;
    report.loans = settings.loans;
    report.pin_budget = settings.pin_budget;
    report.sync = settings.boost ? Sync::boost : Sync::futex;
    report.lifetime = settings.persistent ? Lifetime::persistent : Lifetime::until_last_leaves;
    report.newest = member.broadcast().newest() - member.broadcast().first() + 1;
}

Report Observer::View::report() const {
    Report report{};
    report.name = facts_.name;
    report.kind = facts_.kind;
    report.layout_version = detail::segment::layout_version;
    report.instance = facts_.instance;
    report.segment_bytes = geometry().segment_bytes;
    report.created_at = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds(facts_.created_ns)));
    report.creator_pid = facts_.creator_pid;
    report.owner_uid = facts_.file.owner_uid;
    report.owner_gid = facts_.file.owner_gid;
    report.mode = facts_.file.mode;
    report.payload_bytes = geometry().payload_bytes;
    report.reply_bytes = geometry().reply_bytes;
    report.participant_places = geometry().participant_count;
    if (channel_ != nullptr) {
        describe_channel(report);
    } else {
        describe_broadcast(report);
    }
    report.participants = participants();
    report.former = former();
    report.slot_list = all_slots();
    std::int64_t newest_ns = 0;
    // A slot of a topic is free if it never held a message, or if its loan was given back: then it holds none, too.
    for (std::uint32_t index = 0; index < slots().count(); ++index)
        if (const SlotState state = report.slot_list[index].state;
            state != SlotState::loaned && (channel_ != nullptr || state != SlotState::free))
            newest_ns = std::max(newest_ns, slots()[index].sent_ns.load(relaxed));
    if (was_cut_short()) throw Error(cut_short());
    if (newest_ns != 0) report.newest_age = age(detail::platform::now_ns(), newest_ns);
    return report;
}

}  // namespace handoff::inspect
