#include "sync/readiness.hpp"

#include <handoff/error.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "platform/background_thread.hpp"
#include "platform/clock.hpp"
#include "platform/event.hpp"
#include "platform/futex.hpp"
#include "platform/process.hpp"
#include "sync/futex_condition.hpp"
#include "sync/tick.hpp"
#include "sync/wait_source.hpp"

namespace handoff::detail::sync {

namespace {

constexpr std::size_t most_sources = 127;  ///< the 128th word is the thread's own
constexpr std::int64_t shortest_pause_ns = 1'000'000;

}  // namespace

struct ReadinessFd::Entry {
    explicit Entry(WaitSource& of) : source(&of), event(platform::make_event()) {}

    std::mutex mutex;    ///< of all but the thread
    WaitSource* source;  ///< null: it has gone
    platform::Descriptor event;
    bool is_readable = false;
    const std::atomic<std::uint32_t>* word = nullptr;  ///< null: to be announced on, and checked; or there is none
    std::uint32_t announced = 0;                       ///< the word after the announcement
    std::int64_t last_tick_ns = 0;
    std::int64_t idle_since_ns = 0;

    std::shared_ptr<Thread> thread;  ///< never changes
};

/// Lives as long as one of its entries or its own run().
class ReadinessFd::Thread {
public:
    Thread() {
        entries_.reserve(most_sources);
        list_.reserve(most_sources);
        round_.words.reserve(most_sources + 1);
    }
    /// False if it has as many as it can have, or is about to end.
    bool add(const std::shared_ptr<Entry>& entry) {
        const std::lock_guard lock(mutex_);
        if (entries_.size() >= most_sources) forget_gone();
        if (has_ended_ || entries_.size() >= most_sources) return false;
        entries_.push_back(entry);
        wake();
        return true;
    }
    /// Ends the present sleep or the next one. The check after it sees every change made before.
    void wake() noexcept {
        changes_.fetch_add(1, std::memory_order_release);  // pairs with the load in run()
        platform::futex_wake_all(changes_);
    }
    void run() noexcept;

private:
    /// A check of all sources: when the next one is due, and what to sleep on until then.
    struct Round {
        std::int64_t now_ns = 0;
        std::int64_t until_ns = INT64_MAX;
        std::vector<platform::FutexExpectation> words;
    };
    bool take_list();
    void forget_gone();
    static void look_at(Entry& entry, Round& round) noexcept;
    static bool tick(Entry& entry, Round& round) noexcept;
    static bool announce(Entry& entry) noexcept;

    std::mutex mutex_;
    std::vector<std::shared_ptr<Entry>> entries_;
    bool has_ended_ = false;
    std::atomic<std::uint32_t> changes_{0};
    // Of run():
    std::vector<std::shared_ptr<Entry>> list_;
    Round round_;
};

void ReadinessFd::Thread::run() noexcept {
    for (;;) {
        const std::uint32_t seen = changes_.load(std::memory_order_acquire);  // pairs with wake()
        if (!take_list()) return;
        round_.now_ns = platform::now_ns();
        round_.until_ns = INT64_MAX;
        round_.words.assign(1, {&changes_, seen});
        for (const auto& entry : list_) look_at(*entry, round_);
        list_.clear();
        if (platform::futex_wait_any(round_.words, round_.until_ns)) continue;
        platform::futex_wait(changes_, seen, std::min(round_.until_ns, round_.now_ns + shortest_pause_ns));
    }
}

/// REQUIRES: mutex_ is held.
void ReadinessFd::Thread::forget_gone() {
    std::erase_if(entries_, [](const auto& entry) {
        const std::lock_guard entry_lock(entry->mutex);
        return entry->source == nullptr;
    });
}

/// False if there is no source left: then the thread ends.
bool ReadinessFd::Thread::take_list() {
    const std::lock_guard lock(mutex_);
    forget_gone();
    has_ended_ = entries_.empty();
    list_ = entries_;
    return !has_ended_;
}

void ReadinessFd::Thread::look_at(Entry& entry, Round& round) noexcept {
    const std::lock_guard lock(entry.mutex);
    if (entry.source == nullptr) return;
    const bool ticked = tick(entry, round);
    if (!entry.is_readable) {
        const bool changed = announce(entry);  // before the check: a later notification changes the word
        if ((changed || ticked) && entry.source->has_something()) {
            platform::set_event(entry.event);
            entry.is_readable = true;
        }
    }
    if (entry.word != nullptr) {
        // While it is readable nothing is announced. rearm() announces without waking the thread, which sleeps on the
        // word already: with the value that it has now, so that a notification in between keeps it awake.
        const std::uint32_t expected =
            entry.is_readable ? entry.word->load(std::memory_order_seq_cst) : entry.announced;  // pairs with rearm()
        round.words.push_back({entry.word, expected});
    } else if (!entry.is_readable) {
        const std::int64_t idle_ns = round.now_ns - entry.idle_since_ns;
        round.until_ns =
            std::min(round.until_ns, round.now_ns + std::clamp<std::int64_t>(idle_ns / 16, shortest_pause_ns, tick_ns));
    }
}

/// Recovers the dead once in a tick, also of a source whose message is left where it is. All sources at once: a thread
/// with a hundred of them wakes no more often than with one.
bool ReadinessFd::Thread::tick(Entry& entry, Round& round) noexcept {
    if (entry.source->condition() == nullptr) return false;
    const std::int64_t interval_ns = entry.source->interval_ns();
    const bool is_due = round.now_ns - entry.last_tick_ns >= interval_ns / 2;
    if (is_due) {
        entry.source->tick(round.now_ns);
        entry.last_tick_ns = round.now_ns;
    }
    round.until_ns = std::min(round.until_ns, entry.last_tick_ns + interval_ns);
    return is_due;
}

/// Announces a sleeper on the source's condition, if it has one. False if it was announced, and nothing has happened
/// since.
bool ReadinessFd::Thread::announce(Entry& entry) noexcept {
    FutexCondition* const condition = entry.source->condition();
    if (condition == nullptr) return true;
    // Pairs with notify_all(), as an announcement does: an unchanged word was not notified.
    if (entry.word != nullptr && entry.word->load(std::memory_order_seq_cst) == entry.announced) return false;
    entry.word = &condition->word();
    entry.announced = condition->announce();
    return true;
}

// ---- ReadinessFd ----------------------------------------------------------------------------------------------------

/// The threads of this process.
struct ReadinessFd::Threads {
    std::mutex mutex;
    std::vector<std::weak_ptr<Thread>> list;
};

ReadinessFd::ReadinessFd(WaitSource& source)
    : entry_(std::make_shared<Entry>(source)), fork_generation_(platform::fork_generation()) {
    entry_->idle_since_ns = platform::now_ns();
    Threads& threads = platform::of_this_process<Threads>();
    const std::lock_guard lock(threads.mutex);
    std::erase_if(threads.list, [](const auto& thread) { return thread.expired(); });
    for (const auto& candidate : threads.list) {
        entry_->thread = candidate.lock();
        if (entry_->thread != nullptr && entry_->thread->add(entry_)) return;
    }
    const auto thread = std::make_shared<Thread>();
    threads.list.push_back(thread);
    entry_->thread = thread;
    thread->add(entry_);
    try {
        platform::start_background_thread([thread] { thread->run(); }, "a descriptor to wait for");
    } catch (...) {
        entry_->thread.reset();  // which has the entry
        throw;
    }
}

// The thread forgets the entry when it looks the next time. Until then it may sleep on the word, unmapped or not: the
// kernel reads it only when a sleep begins, and refuses that sleep then.
ReadinessFd::~ReadinessFd() {
    const std::lock_guard lock(entry_->mutex);
    entry_->source = nullptr;
    entry_->word = nullptr;
    entry_->event = platform::Descriptor();
}

bool ReadinessFd::is_of_this_process() const noexcept {
    return fork_generation_ == platform::fork_generation();
}

int ReadinessFd::descriptor() const noexcept {
    return entry_->event.get();
}

void ReadinessFd::rearm() noexcept {
    {
        const std::lock_guard lock(entry_->mutex);
        Entry& entry = *entry_;
        if (!entry.is_readable || entry.source->has_something()) return;
        if (entry.word != nullptr) {
            // A notification after this changes the word and wakes the thread, or keeps it from falling asleep with the
            // value that it read in look_at(). One before this is seen by the check.
            entry.announced = entry.source->condition()->announce();
            if (entry.source->has_something()) return;
        }
        platform::clear_event(entry.event);
        entry.is_readable = false;
        entry.idle_since_ns = platform::now_ns();
        if (entry.word != nullptr) return;
    }
    entry_->thread->wake();
}

// ---- WaitSource -----------------------------------------------------------------------------------------------------

int WaitSource::descriptor() {
    const std::lock_guard lock(making_);
    if (owner_ == nullptr) {
        owner_ = std::make_unique<ReadinessFd>(*this);
        readiness_.store(owner_.get(), std::memory_order_release);  // pairs with was_taken_from()
    }
    return owner_->descriptor();
}

void WaitSource::close_descriptor() noexcept {
    readiness_.store(nullptr, std::memory_order_release);  // pairs with was_taken_from()
    // In a child of fork there is no thread, and a lock may be held for ever.
    if (owner_ != nullptr && !owner_->is_of_this_process()) (void)owner_.release();
    owner_.reset();
}

}  // namespace handoff::detail::sync
