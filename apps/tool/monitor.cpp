#include "tool/monitor.hpp"

#include "cli/waits.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

namespace handoff::apps::tool {

namespace {

/// What joined in between did all that it did since.
const inspect::Participant& before(const inspect::Report& earlier, const inspect::Participant& now) {
    static const inspect::Participant nothing{};
    const auto found = std::find_if(earlier.participants.begin(), earlier.participants.end(),
                                    [&](const inspect::Participant& then) { return then.id == now.id; });
    return found == earlier.participants.end() ? nothing : *found;
}

bool sends(inspect::Role role) {
    return role == inspect::Role::sender || role == inspect::Role::publisher || role == inspect::Role::writer;
}

bool takes(inspect::Role role) {
    return role == inspect::Role::receiver || role == inspect::Role::subscriber;
}

/// A segment that was replaced since is opened anew: there is no traffic between the two.
template <class Watched>
Look look_at(const inspect::Found& file, std::map<std::string, Watched>& watched) {
    Look look{.file = file, .report = {}, .problem = {}, .traffic = {}, .large_page_bytes = {}};
    try {
        const auto known = watched.find(file.name);
        if (known != watched.end() && !known->second.observer.is_current()) watched.erase(known);
        if (!watched.contains(file.name)) watched.emplace(file.name, Watched{inspect::Observer(file.name), {}, {}});
        Watched& entry = watched.at(file.name);
        look.report = entry.observer.report();
        const auto now = Clock::now();
        const std::chrono::duration<double> elapsed = now - entry.last_at;
        if (entry.last) look.traffic = traffic_between(*entry.last, *look.report, elapsed.count());
        entry.last = look.report;
        entry.last->slot_list = {};  // traffic is not counted by slots, of which there may be many
        entry.last_at = now;
    } catch (const Error& error) {
        watched.erase(file.name);
        look.report.reset();
        look.problem = error.failure();
    }
    return look;
}

}  // namespace

std::uint64_t growth(std::uint64_t earlier, std::uint64_t later) noexcept {
    return later > earlier ? later - earlier : 0;
}

Traffic traffic_between(const inspect::Report& earlier, const inspect::Report& later, double seconds) {
    Traffic traffic;
    traffic.seconds = seconds;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    for (const inspect::Participant& now : later.participants) {
        const inspect::Participant& then = before(earlier, now);
        if (sends(now.role)) {
            messages += growth(then.messages, now.messages);
            bytes += growth(then.bytes, now.bytes);
        }
        if (now.role == inspect::Role::sender) traffic.round_trip += now.delay.since(then.delay);
        if (now.role == inspect::Role::receiver) traffic.work += now.work.since(then.work);
        if (takes(now.role)) traffic.delay += now.delay.since(then.delay);
        traffic.lost += growth(then.lost, now.lost);
    }
    if (later.kind != inspect::Kind::channel)
        messages = growth(earlier.newest, later.newest);  // also of participants that left
    if (seconds > 0) {
        traffic.messages_per_second = static_cast<double>(messages) / seconds;
        traffic.bytes_per_second = static_cast<double>(bytes) / seconds;
    }
    return traffic;
}

Monitor::Monitor(std::string glob) : glob_(std::move(glob)) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

std::vector<Look> Monitor::look() {
    const std::vector<inspect::Found> files = inspect::find(glob_);  // by name
    std::erase_if(watched_, [&](const auto& watched) {
        const auto found = std::lower_bound(files.begin(), files.end(), watched.first,
                                            [](const auto& file, const auto& name) { return file.name < name; });
        return found == files.end() || found->name != watched.first;
    });
    std::vector<Look> looks;
    looks.reserve(files.size());
    for (const inspect::Found& file : files) {
        Look look = look_at(file, watched_);
        const bool is_gone = look.problem && *look.problem == Errc::no_such_segment;  // since it was found
        if (!is_gone) looks.push_back(std::move(look));
    }
    return looks;
}

std::vector<Look> look_twice(const std::string& glob, std::chrono::nanoseconds interval) {
    Monitor monitor(glob);
    monitor.look();
    sleep_until(in(interval));
    return monitor.look();
}

}  // namespace handoff::apps::tool
