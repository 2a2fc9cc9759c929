#include "tool/recording/recorder.hpp"

#include "tool/format.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace handoff::apps::tool::recording {

namespace {

constexpr std::chrono::milliseconds scan_period{20};
constexpr std::chrono::microseconds shortest_nap{10};
constexpr std::chrono::microseconds longest_nap{1000};
constexpr std::uint64_t at_a_time = 64;             ///< messages of one segment before the others have their turn
constexpr std::uint64_t most_at_the_end = 1 << 15;  ///< no history is longer

std::string is_a_channel(const std::string& name) {
    return "'" + name + "' is a channel: its messages belong to its receivers. Publish them on a topic to record them";
}

SegmentShape shape_of(const inspect::Observer& observer) {
    const inspect::Report report = observer.report();
    return {report.name, report.kind, report.payload_bytes, std::max(report.history, 1u)};
}

}  // namespace

Recorder::Recorder(Choice choice, RecordingWriter& recording, Log log)
    : choice_(std::move(choice)), recording_(recording), log_(std::move(log)) {}

void Recorder::check(const std::vector<std::string>& globs) {
    for (const std::string& glob : globs) {
        if (is_glob(glob)) continue;
        for (const inspect::Found& found : inspect::find(glob))
            if (inspect::Observer(found.name).kind() == inspect::Kind::channel)
                throw Error(Errc::wrong_kind, is_a_channel(glob));
    }
}

void Recorder::run(const Limits& limits, const std::function<void()>& progress) {
    limits_ = limits;
    Clock::time_point next_scan = Clock::now();
    auto nap = shortest_nap;
    while (!stop_requested() && Clock::now() < limits.until && wanted() > 0) {
        if (Clock::now() >= next_scan) {
            drop_those_that_are_gone();
            scan();
            next_scan = Clock::now() + scan_period;
        }
        bool took = false;
        for (auto& [name, source] : sources_) took |= take(source, at_a_time);
        recording_.tick();
        progress();
        if (took) {
            nap = shortest_nap;
            continue;
        }
        const Clock::duration rest = sources_.empty() ? Clock::duration(scan_period) : Clock::duration(nap);
        std::this_thread::sleep_for(std::min(rest, std::max(limits.until - Clock::now(), Clock::duration(0))));
        nap = std::min(2 * nap, longest_nap);
    }
    if (wanted() > 0) scan();
    for (auto& [name, source] : sources_) take(source, most_at_the_end);
}

void Recorder::scan() {
    for (const std::string& glob : choice_.globs)
        for (const inspect::Found& found : inspect::find(glob))
            if (!sources_.contains(found.name) && !fits_one(found.name, choice_.excluded))
                open(found.name, !is_glob(glob));
    if (std::exchange(first_scan_, false) && sources_.empty())
        log_("nothing of that name is there yet: waiting for it");
}

void Recorder::open(const std::string& name, bool named) {
    try {
        // What appears while we record is recorded from its first message; of what was there before, the newest.
        inspect::Observer observer(name, first_scan_ ? Start::newest : Start::oldest);
        if (observer.kind() == inspect::Kind::channel) {
            failed_ = failed_ || named;
            return leave_out(name, is_a_channel(name));
        }
        SegmentShape shape = shape_of(observer);
        if (seen_.insert(name).second)
            log_("recording " + std::string(inspect::to_string(shape.kind)) + " '" + name + "'");
        sources_.emplace(name, Source{std::move(observer), std::move(shape), !first_scan_});
    } catch (const Error& error) {
        if (error.code() == Errc::no_such_segment) return;  // gone again
        failed_ = failed_ || named;
        leave_out(name, error.what());
    }
}

void Recorder::leave_out(const std::string& name, const std::string& why) {
    if (left_out_.insert(name).second) log_("left out: " + why);
}

bool Recorder::take(Source& source, std::uint64_t most) {
    most = std::min(most, wanted());
    for (std::uint64_t taken = 0; taken < most; ++taken) {
        if (source.broken) return false;
        auto copied = source.observer.copy_next(buffer_);
        if (!copied && copied.error() == Errc::empty) return taken > 0;
        if (!copied && copied.error() == Errc::timed_out) return true;  // overtaken; what is lost is counted next time
        if (!copied) {
            source.broken = failed_ = true;
            leave_out(source.shape.name, copied.error().message());
            return taken > 0;
        }
        if (std::exchange(source.since_birth, false)) copied->lost = copied->sequence - 1;
        recording_.add(source.shape, *copied, Bytes(buffer_).first(copied->size));
        ++recorded_;
    }
    return most > 0;
}

void Recorder::drop_those_that_are_gone() {
    for (auto source = sources_.begin(); source != sources_.end();) {
        const bool is_gone = !source->second.observer.is_current();
        if (is_gone) take(source->second, most_at_the_end);
        source = is_gone ? sources_.erase(source) : std::next(source);
    }
}

}  // namespace handoff::apps::tool::recording
