// The participants: joining, detecting the dead, recovery.
//
// Alive means: holds the lock on its byte of the segment file. Nothing else counts: no pid, no heartbeat, no timeout. A
// stopped or busy participant is alive and keeps what it holds.
#pragma once

#include <handoff/wait.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "participants/participants_layout.hpp"
#include "platform/lock_file.hpp"

namespace handoff::detail::participants {

/// What the pattern does when a participant leaves or is found dead.
class RecoveryHandler {
public:
    /// Gives back everything that participant `index` holds. Must be repeatable: the process that runs it may die at
    /// any point, and the next one starts over. Called with the participant's byte held.
    virtual void recover(std::uint32_t index, Role role) = 0;
    /// The entry is inactive now: wake those that may wait for it.
    virtual void on_departure() = 0;

protected:
    ~RecoveryHandler() = default;
};

/// Base name of the participant's executable, printable; "" if it is not known.
std::string program_of(const ParticipantEntry& entry);

/// One participant's view of the table. Thread safety: all members may be called by several threads, join and leave by
/// one.
class Registry {
public:
    Registry(ParticipantEntry* entries, std::uint32_t count, platform::LockFile& locks,
             RecoveryHandler& handler) noexcept
        : entries_(entries), count_(count), locks_(locks), handler_(handler) {}
    Registry(const Registry&) = delete;

    /// Takes an entry, after recovering a participant that died in it. If all are taken, and another process is
    /// recovering one, waits for it, at most so long. If `look` is set, all the dead are recovered, too; otherwise a
    /// place that seems free is preferred: for a taken place, a system call must find out whether its owner lives.
    /// Throws Error: too_many_participants, system.
    void join(Role role, bool look = true, std::chrono::nanoseconds join_timeout = std::chrono::seconds(5));
    /// Gives everything back, then the entry.
    void leave();
    /// Recovers every participant that died. True if there was one. Throws nothing; what fails now is done later.
    bool reap() noexcept;

    std::uint32_t me() const noexcept { return me_; }
    /// generation:32 | index:16; never given to another participant in the life of the segment.
    std::uint64_t my_id() const noexcept { return my_id_; }
    std::uint32_t count() const noexcept { return count_; }
    ParticipantEntry& entry(std::uint32_t index) const noexcept { return entries_[index]; }
    /// REQUIRES: it joined
    ParticipantEntry& my_entry() const noexcept { return *my_entry_; }

    /// Active entries, of all roles.
    std::uint32_t active() const noexcept;
    /// Active entries of that role: the dead count until they are recovered.
    std::uint32_t active(Role role) const noexcept;
    /// True if a participant of that role holds its byte.
    bool has_living(Role role) const noexcept;
    /// True if the participant's byte is held.
    bool is_alive(std::uint32_t index) const noexcept {
        return (joined_ && index == me_) || locks_.is_held_by_another(life_byte(index));
    }
    /// "detector (pid 812)", or "participant 7" if nothing valid is known.
    std::string describe(std::uint32_t index) const;
    /// "; receiver detector (pid 812) is stopped (by a signal or a debugger): `kill -CONT 812` lets it go on" if every
    /// other living participant of that role is stopped; otherwise, and where it cannot be known, "". `noun` names one.
    /// Also "" if `wait` did not wait: a caller that polls does not pay for the look into /proc.
    std::string all_stopped(const Wait& wait, Role role, const char* noun) const;

private:
    static std::uint64_t life_byte(std::uint32_t index) noexcept { return 1 + std::uint64_t{index}; }
    bool try_join(std::uint32_t index, Role role);
    bool try_join_any(Role role, bool look);
    EntryWord word_of(std::uint32_t index) const noexcept { return EntryWord::decode(entries_[index].word.load()); }
    std::optional<std::uint32_t> find_recovery() const noexcept;
    bool reap_one(std::uint32_t index);
    void clear(std::uint32_t index, EntryWord word);
    void introduce(ParticipantEntry& entry) const;

    ParticipantEntry* entries_;
    std::uint32_t count_;
    platform::LockFile& locks_;
    RecoveryHandler& handler_;
    std::uint32_t me_ = 0;
    std::uint64_t my_id_ = 0;
    ParticipantEntry* my_entry_ = nullptr;
    bool joined_ = false;
    std::mutex reaping_;  ///< threads of one handle share its locks and do not exclude each other there
};

/// The index in a participant's id.
constexpr std::uint32_t index_of(std::uint64_t id) noexcept {
    return static_cast<std::uint32_t>(id & 0xffff);
}
constexpr std::uint64_t make_id(std::uint32_t generation, std::uint32_t index) noexcept {
    return std::uint64_t{generation} << 16 | index;
}

}  // namespace handoff::detail::participants
