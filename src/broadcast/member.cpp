#include "broadcast/member.hpp"

#include <map>

#include "platform/clock.hpp"

namespace handoff::detail::broadcast {

using participants::Role;

void place(std::byte* base, const segment::Geometry& geometry) {
    participants::place_table(base + geometry.participants_offset, geometry.participant_count);
    const std::uint32_t history = BroadcastSettings::decode(geometry.settings).history;
    auto* control = ::new (base + geometry.control_offset) BroadcastControl;
    control->tail.store(history);
    for (std::uint32_t cell = 0; cell < history; ++cell)
        ::new (&control->cells[cell]) sync::SharedWord(BroadcastCell{cell, BroadcastCell::no_slot}.encode());
    sync::Pairs::place(base + geometry.pairs_offset, geometry.pair_count);
    Slots(base, geometry).place();
}

Member::Member(segment::Segment segment, const Options& options)
    : options_(options),
      attachment_(std::move(segment), options.wait, *this),
      slots_(attachment_.base(), attachment_.geometry()),
      control_(attachment_.control<BroadcastControl>()),
      settings_(BroadcastSettings::decode(attachment_.geometry().settings)),
      published_(attachment_.condition(control_.published, pair_of_published)),
      arrived_(attachment_.condition(control_.arrived, pair_of_arrived)),
      broadcast_(control_, published_, settings_.history, slots_),
      stream_end_(control_.publisher_departures, attachment_.registry(), options.source) {
    // Before this one is visible: what a publisher that waited for it then publishes, or its departure, counts for it.
    stream_end_.begin([this] { return !options_.skips_kept && broadcast_.newest() >= broadcast_.first(); });
    newest_at_join_ = broadcast_.newest();
    if (!options_.read_only) {
        attachment_.join(options_.role);
        reserve_pins();
    }
    if (!options_.read_only && options_.role == Role::subscriber) arrived_.notify_all();
}

Member::~Member() {
    if (is_usable() && !options_.read_only) attachment_.leave([this] { return !settings_.persistent; });
}

void Member::take_back(const Held& loan) noexcept {
    broadcast_.return_loan(loan);
}

/// Stores the wanted pins, then adds up those of all: of two that join at once, both may be refused, never both
/// accepted beyond the budget; so it tries a few times.
void Member::reserve_pins() {
    constexpr int tries = 5;
    auto& mine = my_entry().counters.reserved_pins;
    for (int attempt = 0; attempt < tries; ++attempt) {
        mine.store(options_.pins, std::memory_order_seq_cst);  // pairs with the loads in reserved_by_all() of others
        if (options_.pins == 0 || reserved_by_all() <= settings_.pin_budget) return;
        mine.store(0, std::memory_order_seq_cst);
        if (reap()) continue;  // a dead one's pins
        platform::sleep_briefly(1'000'000 * (std::int64_t{me()} % 8 + 1));
    }
    const auto others = reserved_by_all();
    attachment_.leave([this] { return !settings_.persistent; });
    throw Error(Errc::too_many_participants,
                "the pin budget of '" + name() + "' is spent: " + std::to_string(others) + " of " +
                    std::to_string(settings_.pin_budget) + " pins are reserved, " + std::to_string(options_.pins) +
                    " more were asked for. Subscribe with pins = 0 (copying reads), or create the topic with a larger "
                    "pin_budget");
}

std::uint64_t Member::reserved_by_all() const noexcept {
    std::uint64_t sum = 0;
    for (std::uint32_t index = 0; index < registry().count(); ++index) {
        const auto& entry = registry().entry(index);
        if (participants::EntryWord::decode(entry.word.load()).active)
            sum += entry.counters.reserved_pins.load(std::memory_order_seq_cst);  // pairs with reserve_pins() of others
    }
    return sum;
}

void Member::recover(std::uint32_t index, Role role) {
    broadcast_.recover(index);
    // Before the entry becomes inactive: after a death in between this is done again, and counting twice is harmless.
    if (role == options_.source) control_.publisher_departures.add(1);
}

void Member::on_departure() {
    published_.notify_all();
}

std::string Member::who_has_loans() const {
    std::map<std::string, int> holders;
    for (std::uint32_t index = 0; index < slots_.count(); ++index) {
        const SlotWord word = SlotWord::decode(slots_[index].control.load());
        if (word.state == SlotState::loaned) ++holders[registry().describe(word.owner)];
    }
    std::string text;
    for (const auto& [holder, count] : holders)
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " on loan to " + holder;
    return text.empty() ? "no slot is on loan" : text;
}

}  // namespace handoff::detail::broadcast
