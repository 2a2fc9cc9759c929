#include "participants/registry.hpp"

#include <handoff/error.hpp>

#include <algorithm>
#include <cstring>

#include "platform/clock.hpp"
#include "platform/printable.hpp"
#include "platform/process.hpp"

namespace handoff::detail::participants {

void Registry::join(Role role, bool look, std::chrono::nanoseconds join_timeout) {
    constexpr std::int64_t first_pause = 2'000'000, longest_pause = 50'000'000;
    constexpr int tries = 10;  // a dead one's place seems taken from its lock until its recovery marks it
    const std::int64_t deadline = platform::now_ns() + join_timeout.count();
    std::int64_t pause = first_pause;
    std::optional<std::uint32_t> recovered;
    for (int attempt = 0; attempt < tries; ++attempt) {
        if (try_join_any(role, look)) return;
        recovered = find_recovery();
        if (recovered && platform::now_ns() >= deadline) break;
        if (recovered) attempt = 0;
        platform::sleep_briefly(pause);
        pause = recovered ? std::min(2 * pause, longest_pause) : first_pause;
    }
    if (recovered)
        throw Error(
            Errc::too_many_participants,
            "all " + std::to_string(count_) + " places for participants are taken. What " + describe(*recovered) +
                " held when it died or left is being given back by some process, but " +
                std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(join_timeout).count()) +
                " ms were not enough: that process may be stopped. Continue or end it (kill -CONT, kill -KILL), "
                "then open again");
    throw Error(Errc::too_many_participants,
                "all " + std::to_string(count_) +
                    " places for participants are taken by living processes. End one of them, "
                    "or create the channel with more participants");
}

bool Registry::try_join_any(Role role, bool look) {
    for (std::uint32_t index = 0; index < count_; ++index) {
        if (!look && word_of(index).active) continue;
        if (!try_join(index, role)) continue;
        if (look) reap();
        return true;
    }
    return !look && try_join_any(role, true);
}

/// An entry that another process is recovering.
std::optional<std::uint32_t> Registry::find_recovery() const noexcept {
    for (std::uint32_t index = 0; index < count_; ++index) {
        const EntryWord word = word_of(index);
        if (word.active && word.recovering && locks_.is_held_by_another(life_byte(index))) return index;
    }
    return std::nullopt;
}

bool Registry::try_join(std::uint32_t index, Role role) {
    if (!locks_.try_exclusive(life_byte(index))) return false;
    ParticipantEntry& entry = entries_[index];
    const EntryWord before = EntryWord::decode(entry.word.load());
    if (before.active) clear(index, before);  // its owner died
    me_ = index;
    introduce(entry);
    entry.word.store(EntryWord{before.generation + 1, role, true}.encode());
    my_entry_ = &entry;
    my_id_ = make_id(before.generation + 1, index);
    joined_ = true;
    return true;
}

void Registry::introduce(ParticipantEntry& entry) const {
    const auto self = platform::this_process();
    entry.pid.store(self.pid, std::memory_order_relaxed);
    entry.uid.store(self.uid, std::memory_order_relaxed);
    entry.process_start_time.store(self.start_time, std::memory_order_relaxed);
    entry.joined_ns.store(platform::now_ns(), std::memory_order_relaxed);
    char name[sizeof entry.program] = {};
    self.program.copy(name, sizeof name - 1);
    for (std::size_t i = 0; i < entry.program.size(); ++i) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, name + 8 * i, sizeof eight);
        entry.program[i].store(eight, std::memory_order_relaxed);
    }
    for (auto* counter :
         {&entry.counters.messages, &entry.counters.bytes, &entry.counters.finished, &entry.counters.failed,
          &entry.counters.returned, &entry.counters.timeouts, &entry.counters.lost})
        counter->set(0);
    entry.delay.clear();
    entry.work.clear();
    entry.counters.reserved_pins.store(0, std::memory_order_relaxed);
    entry.counters.waiting.store(0, std::memory_order_relaxed);
}

void Registry::leave() {
    if (!joined_) return;
    joined_ = false;
    clear(me_, word_of(me_));
    locks_.unlock(life_byte(me_));
}

void Registry::clear(std::uint32_t index, EntryWord word) {
    entries_[index].word.store(EntryWord{word.generation, word.role, true, true}.encode());
    handler_.recover(index, word.role);
    entries_[index].word.store(EntryWord{word.generation, Role::none, false}.encode());
    handler_.on_departure();
}

bool Registry::reap() noexcept {
    const std::lock_guard lock(reaping_);
    bool found = false;
    for (std::uint32_t index = 0; index < count_; ++index) {
        try {
            found = reap_one(index) || found;
        } catch (const Error&) {
            continue;  // the kernel refused a lock: another participant, or the next tick, will do it
        }
    }
    return found;
}

bool Registry::reap_one(std::uint32_t index) {
    if (joined_ && index == me_) return false;
    if (!word_of(index).active) return false;
    if (locks_.is_held_by_another(life_byte(index)) || !locks_.try_exclusive(life_byte(index))) return false;
    // Check again: it may have left, or another one may have recovered it, before the byte was locked here.
    const EntryWord word = word_of(index);
    if (word.active) clear(index, word);
    locks_.unlock(life_byte(index));
    return word.active;
}

std::uint32_t Registry::active() const noexcept {
    std::uint32_t found = 0;
    for (std::uint32_t index = 0; index < count_; ++index) found += word_of(index).active ? 1 : 0;
    return found;
}

std::uint32_t Registry::active(Role role) const noexcept {
    std::uint32_t found = 0;
    for (std::uint32_t index = 0; index < count_; ++index) {
        const EntryWord word = word_of(index);
        if (word.active && word.role == role) ++found;
    }
    return found;
}

bool Registry::has_living(Role role) const noexcept {
    for (std::uint32_t index = 0; index < count_; ++index) {
        const EntryWord word = word_of(index);
        if (!word.active || word.role != role) continue;
        if (is_alive(index)) return true;
    }
    return false;
}

std::string program_of(const ParticipantEntry& entry) {
    char name[sizeof entry.program + 1] = {};
    for (std::size_t i = 0; i < entry.program.size(); ++i) {
        const std::uint64_t eight = entry.program[i].load(std::memory_order_relaxed);
        std::memcpy(name + sizeof eight * i, &eight, sizeof eight);
    }
    return platform::printable(name);
}

std::string Registry::describe(std::uint32_t index) const {
    const std::string program = index < count_ ? program_of(entries_[index]) : "";
    if (program.empty()) return "participant " + std::to_string(index);
    return program + " (pid " + std::to_string(entries_[index].pid.load(std::memory_order_relaxed)) + ")";
}

std::string Registry::all_stopped(const Wait& wait, Role role, const char* noun) const {
    if (wait.deadline().at_ns() == 0) return "";
    std::string who, pids;
    std::uint32_t found = 0;
    for (std::uint32_t index = 0; index < count_; ++index) {
        const EntryWord word = word_of(index);
        if (index == me_ || !word.active || word.role != role || !is_alive(index)) continue;
        const std::uint32_t pid = entries_[index].pid.load(std::memory_order_relaxed);
        if (!platform::is_stopped(pid, entries_[index].process_start_time.load(std::memory_order_relaxed))) return "";
        who += (who.empty() ? " " : ", ") + describe(index);
        pids += " " + std::to_string(pid);
        ++found;
    }
    if (found == 0) return "";
    return "; " + std::string(noun) + (found == 1 ? "" : "s") + who + (found == 1 ? " is" : " are") +
           " stopped (by a signal or a debugger): `kill -CONT" + pids + "` lets " + (found == 1 ? "it" : "them") +
           " go on";
}

}  // namespace handoff::detail::participants
