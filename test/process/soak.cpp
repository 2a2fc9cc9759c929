// The soak: senders and receivers killed and stopped at random moments, and at random accesses to shared memory, for as
// long as you like, with every message accounted for. A sender and a receiver beside them are left alone and never
// pause: a dead process is not replaced before its death was noticed, and only those in the middle of their traffic
// can.
//
//   handoff_soak [SECONDS [EACH]]   20 by default, 3 senders and as many receivers; a crowd is 200 of each. Exit code 0
//                                   only if nothing was lost, torn, leaked or stuck
#include <handoff/handoff.hpp>
#include <handoff/inspect.hpp>
#include <handoff/testing.hpp>

#include <algorithm>
#include <atomic>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "message.hpp"
#include "sync/crash_point.hpp"

using namespace handoff;
using namespace std::chrono_literals;
using testing::Child;

namespace {

constexpr std::uint64_t most_messages = 40'000'000;
constexpr std::size_t most_each = 500;

/// What became of message `id`. Written by the process that did it: delivered before it is answered, the others after
/// they were done.
struct Fate {
    static constexpr std::uint8_t being_withdrawn = 1;  ///< a death now leaves open whether it was
    static constexpr std::uint8_t was_withdrawn = 2;

    std::atomic<std::uint8_t> committed;
    std::atomic<std::uint8_t> withdrawn;
    std::atomic<std::uint8_t> delivered;
    std::atomic<std::uint8_t> answered;
};

struct Ledger {
    std::atomic<std::uint64_t> next_id;
    std::atomic<std::uint64_t> delivered;
    std::atomic<std::uint64_t> torn;
    std::atomic<std::uint64_t> refused;  ///< operations that failed in a way no death explains
    Fate fates[most_messages];
};

ChannelShape shape{.slot_count = 8,
                   .payload_bytes = 512,
                   .reply_bytes = 64,
                   .participants = 16,
                   .max_deliveries = unlimited_deliveries};

void arm_maybe(std::mt19937_64& random) {
    if (random() % 2 == 0) detail::sync::arm_crash_point(static_cast<long>(1 + random() % 5000));
}

void add_failure(Ledger& ledger, const char* what, const Failure& failure) {
    std::fprintf(stderr, "%s: %s\n", what, failure.message().c_str());
    ledger.refused.fetch_add(1);
}

/// The ledger knows of the attempt before it is made: a sender killed right after it would otherwise make a request
/// that it took back look lost.
void withdraw(Fate& fate, Pending& pending) {
    fate.withdrawn.store(Fate::being_withdrawn);
    fate.withdrawn.store(pending.withdraw().value() == Withdrawn::taken_back ? Fate::was_withdrawn : 0);
}

enum class Fortune : std::uint8_t { mortal, left_alone };

void send_for_ever(Ledger& ledger, std::string_view name, std::uint64_t seed, Fortune fortune) {
    std::mt19937_64 random(seed);
    Sender sender(name, shape);
    if (fortune == Fortune::mortal) arm_maybe(random);
    for (;;) {
        auto loan = sender.loan(5s);
        if (!loan) {
            add_failure(ledger, "loan", loan.error());
            continue;
        }
        const std::uint64_t id = ledger.next_id.fetch_add(1);
        if (id >= most_messages) std::exit(0);
        test::fill(loan->payload(), id);
        if (random() % 2 == 0) {
            if (auto sent = sender.send(std::move(*loan)); !sent) add_failure(ledger, "send", sent.error());
            ledger.fates[id].committed.store(1);
            continue;
        }
        auto pending = sender.request_async(std::move(*loan));
        if (!pending) {
            add_failure(ledger, "request", pending.error());
            continue;
        }
        ledger.fates[id].committed.store(1);
        const auto timeout =
            random() % 8 == 0 ? std::chrono::microseconds(random() % 50) : std::chrono::microseconds(5s);
        const auto processed = pending->wait(timeout);
        if (processed && test::id_of(processed->reply()) != id) ledger.torn.fetch_add(1);
        if (!processed && timeout < 1s) withdraw(ledger.fates[id], *pending);
        if (!processed && timeout >= 1s) add_failure(ledger, "wait", processed.error());
    }
}

/// Takes one request down in the ledger and answers it.
void serve(Ledger& ledger, Request& request) {
    const std::uint64_t id = test::id_of(request.payload());
    if (!test::is_whole(request.payload()) || id >= most_messages) {
        ledger.torn.fetch_add(1);
    } else {
        ledger.fates[id].delivered.fetch_add(1);
        ledger.delivered.fetch_add(1);
    }
    std::memcpy(request.reply().data(), &id, sizeof id);
    const auto done = request.processed(sizeof id);
    if (!done) add_failure(ledger, "processed", done.error());
    if (done && id < most_messages) ledger.fates[id].answered.store(1);
}

void receive_for_ever(Ledger& ledger, std::string_view name, std::uint64_t seed, Fortune fortune) {
    std::mt19937_64 random(seed);
    Receiver receiver(name, shape);
    if (fortune == Fortune::mortal) arm_maybe(random);
    for (;;) {
        auto request = receiver.receive(200ms);
        if (!request) continue;            // nothing came, or all senders are dead at this moment
        if (random() % 64 == 0) continue;  // dropped: given back
        serve(ledger, *request);
    }
}

/// The time during which this process ran: a machine may stand still for seconds, and then no process notices anything.
class RunningTime {
public:
    using Duration = std::chrono::steady_clock::duration;
    /// Called at every step. A step that lasts longer than the longest that our own work takes was a standstill.
    Duration step() {
        const auto now = std::chrono::steady_clock::now();
        sum_ += std::min<Duration>(now - last_, 200ms);
        last_ = now;
        return sum_;
    }
    Duration now() const { return sum_; }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
    Duration sum_{};
};

struct SoakCounts {
    std::uint64_t kills = 0, own_deaths = 0, receiver_ends = 0, stops = 0;
    std::chrono::steady_clock::duration longest_stall{};
    std::chrono::steady_clock::duration longest_unnoticed{};  ///< from a death until the dead one was recovered
};

class Crowd {
public:
    /// So many senders, and as many receivers.
    Crowd(Ledger& ledger, std::string name, std::size_t each)
        : ledger_(ledger), name_(std::move(name)), each_(each), members_(2 * each) {
        const Sender creator(name_, shape);
        observer_.emplace(name_);
        if (!testing::eventually([this] { return observer_->report().participants.size() == 3; }))
            throw std::runtime_error("those who are left alone did not attach");
        for (std::size_t who = 0; who < members_.size(); ++who) start(who);
    }

    void disturb(SoakCounts& counts) {
        time_.step();
        look_after_all(counts);
        const std::size_t who = random_() % members_.size();
        Member& member = members_[who];
        if (member.died_at || member.stopped_until) return;
        if (!member.child->is_running()) {
            end(counts, who, counts.own_deaths);
        } else if (random_() % 8 == 0) {
            stop(counts, member);
        } else if (random_() % 4 == 0) {
            end(counts, who, counts.kills);
        }
    }

    /// All processes die. What they committed is still there.
    void kill_all(SoakCounts& counts) {
        for (Member& member : members_) {
            note_how_long(counts, member);
            kill(*member.child);
        }
        for (Child& child : left_alone_) kill(child);
    }

private:
    struct Member {
        std::optional<Child> child;
        std::optional<std::chrono::steady_clock::time_point> stopped_until;
        std::optional<RunningTime::Duration> died_at;
    };

    Child never_disturbed(bool sends) {
        return Child([this, sends](testing::Checkpoints&) {
            const auto seed = std::random_device{}();
            sends ? send_for_ever(ledger_, name_, seed, Fortune::left_alone)
                  : receive_for_ever(ledger_, name_, seed, Fortune::left_alone);
        });
    }

    void start(std::size_t who) {
        const std::uint64_t seed = random_();
        members_[who].child.emplace([&, who, seed](testing::Checkpoints&) {
            who < each_ ? send_for_ever(ledger_, name_, seed, Fortune::mortal)
                        : receive_for_ever(ledger_, name_, seed, Fortune::mortal);
        });
        members_[who].stopped_until.reset();
        members_[who].died_at.reset();
    }
    /// A process that was stopped long enough goes on; a dead one is replaced once its death was noticed.
    void look_after_all(SoakCounts& counts) {
        const auto now = std::chrono::steady_clock::now();
        std::set<std::uint32_t> attached;
        if (std::any_of(members_.begin(), members_.end(), [](const Member& member) { return member.died_at; }))
            for (const auto& one : observer_->report().participants) attached.insert(one.pid);
        for (std::size_t who = 0; who < members_.size(); ++who) {
            Member& member = members_[who];
            if (member.died_at && attached.count(static_cast<std::uint32_t>(member.child->pid())) == 0) {
                note_how_long(counts, member);
                start(who);
            } else if (member.stopped_until && now >= *member.stopped_until) {
                resume(member);
            }
        }
    }
    void note_how_long(SoakCounts& counts, const Member& member) const {
        if (member.died_at)
            counts.longest_unnoticed = std::max(counts.longest_unnoticed, time_.now() - *member.died_at);
    }
    void stop(SoakCounts& counts, Member& member) {
        try {
            member.child->stop();
        } catch (const testing::ChildFailed&) {
            return;  // it reached its own crash point first
        }
        member.stopped_until = std::chrono::steady_clock::now() + 60ms;
        ++counts.stops;
    }
    static void resume(Member& member) {
        member.stopped_until.reset();
        try {
            member.child->resume();
        } catch (const testing::ChildFailed&) {
            return;  // it went on, to its own crash point
        }
    }
    static void kill(Child& child) {
        try {
            child.kill();
        } catch (const testing::ChildFailed& failed) {
            if (failed.exit().signal != 9) std::fprintf(stderr, "a child failed: %s\n", failed.what());
        }
    }
    void end(SoakCounts& counts, std::size_t who, std::uint64_t& counter) {
        members_[who].died_at = time_.step();
        kill(*members_[who].child);
        ++counter;
        if (who >= each_) ++counts.receiver_ends;
    }

    Ledger& ledger_;
    std::string name_;
    std::size_t each_;
    std::mt19937_64 random_{std::random_device{}()};
    RunningTime time_;
    Child left_alone_[2]{never_disturbed(true), never_disturbed(false)};
    std::optional<inspect::Observer> observer_;
    std::vector<Member> members_;
};

/// Kills, stops and restarts until the time is over.
SoakCounts run(Ledger& ledger, const std::string& name, std::chrono::seconds seconds, std::size_t each) {
    SoakCounts counts;
    Crowd crowd(ledger, name, each);
    const auto end = std::chrono::steady_clock::now() + seconds;
    std::uint64_t seen = 0;
    auto last_progress = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() < end) {
        crowd.disturb(counts);
        (void)testing::eventually([] { return false; }, 300us);  // a pause between two disturbances
        const auto now = std::chrono::steady_clock::now();
        if (ledger.delivered.load() != seen) last_progress = now;
        seen = ledger.delivered.load();
        counts.longest_stall = std::max(counts.longest_stall, now - last_progress);
    }
    crowd.kill_all(counts);
    return counts;
}

/// A newcomer recovers the dead and takes what is left. Returns the slots that are not free afterwards.
std::uint32_t drain(Ledger& ledger, std::string_view name) {
    Sender sender(name, shape);
    Receiver receiver(name, shape);
    while (auto request = receiver.receive(300ms)) serve(ledger, *request);
    return *shape.slot_count - receiver.state().free;
}

bool report(const Ledger& ledger, const SoakCounts& counts, std::size_t each, std::uint32_t leaked, std::size_t files) {
    std::uint64_t committed = 0, lost = 0, ghosts = 0, again = 0, unsaid = 0;
    const std::uint64_t messages = std::min(ledger.next_id.load(), most_messages);
    for (std::uint64_t id = 0; id < messages; ++id) {
        const Fate& fate = ledger.fates[id];
        committed += fate.committed;
        if (fate.committed && !fate.withdrawn && fate.delivered == 0) ++lost;
        if (fate.withdrawn == Fate::was_withdrawn && fate.answered)
            ++ghosts;  // a receiver that died may have seen it before
        if (!fate.committed && fate.delivered > 0) ++unsaid;
        if (fate.delivered > 1) again += fate.delivered - 1U;
    }
    const auto stall_ms = std::chrono::duration<double, std::milli>(counts.longest_stall).count();
    const auto unnoticed_ms = std::chrono::duration<double, std::milli>(counts.longest_unnoticed).count();
    std::printf("%llu messages, %llu committed; %llu killed, %llu died at a crash point, %llu stopped\n",
                static_cast<unsigned long long>(messages), static_cast<unsigned long long>(committed),
                static_cast<unsigned long long>(counts.kills), static_cast<unsigned long long>(counts.own_deaths),
                static_cast<unsigned long long>(counts.stops));
    std::printf(
        "lost %llu, torn %llu, answered though withdrawn %llu, refused %llu, slots not free %u, files left %zu\n",
        static_cast<unsigned long long>(lost), static_cast<unsigned long long>(ledger.torn.load()),
        static_cast<unsigned long long>(ghosts), static_cast<unsigned long long>(ledger.refused.load()), leaked, files);
    std::printf(
        "delivered again %llu (receivers that died: %llu), delivered though send had not returned %llu, longest "
        "stall %.1f ms, longest unnoticed death %.1f ms\n",
        static_cast<unsigned long long>(again), static_cast<unsigned long long>(counts.receiver_ends),
        static_cast<unsigned long long>(unsaid), stall_ms, unnoticed_ms);
    // A process may get no core for a while; ten seconds without one delivery is a hang, and two seconds are ten times
    // what a death may go unnoticed.
    const bool good = messages > 1000 && lost == 0 && ghosts == 0 && ledger.torn == 0 && ledger.refused == 0 &&
                      leaked == 0 && files == 0 && again <= counts.receiver_ends + each + 1 && stall_ms < 10'000 &&
                      unnoticed_ms < 2'000;
    std::printf("%s\n", good ? "every message is accounted for" : "FAILED");
    return good;
}

}  // namespace

int main(int argument_count, char** arguments) {
    const long seconds = argument_count > 1 ? std::strtol(arguments[1], nullptr, 10) : 20;
    const std::size_t each = argument_count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 3;
    if (seconds < 1 || each < 1 || each > most_each || argument_count > 3) {
        std::fprintf(stderr, "usage: handoff_soak [SECONDS [EACH]], EACH from 1 to %zu\n", most_each);
        return 2;
    }
    shape.participants = static_cast<std::uint32_t>(2 * each + 10);
    auto memory = boost::interprocess::anonymous_shared_memory(sizeof(Ledger));
    auto& ledger = *static_cast<Ledger*>(memory.get_address());  // zeroed memory is an empty ledger
    const testing::UniqueName name("soak");
    const SoakCounts counts = run(ledger, name.str(), std::chrono::seconds(seconds), each);
    const std::uint32_t leaked = drain(ledger, name);
    return report(ledger, counts, each, leaked, name.left_behind().size()) ? 0 : 1;
}
