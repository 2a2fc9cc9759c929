#include "cli/report.hpp"

#include "cli/json.hpp"
#include "cli/units.hpp"

namespace handoff::apps {

namespace {

double per_second(std::uint64_t frames, std::chrono::nanoseconds elapsed) {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    return seconds > 0 ? static_cast<double>(frames) / seconds : 0;
}

std::string format_times(const char* what, const Histogram& times_ns) {
    const auto worded = [](std::uint64_t ns) { return format_duration(std::chrono::nanoseconds(ns)); };
    return std::string(what) + ": p50 " + worded(times_ns.percentile(50)) + ", p99 " + worded(times_ns.percentile(99)) +
           ", max " + worded(times_ns.max()) + "\n";
}

void add_times(JsonObject& object, const std::string& what, const Histogram& times_ns) {
    object.add(what + "_p50_ns", times_ns.percentile(50))
        .add(what + "_p99_ns", times_ns.percentile(99))
        .add(what + "_max_ns", times_ns.max());
}

bool is_sending(Reporter reporter) {
    return reporter == Reporter::sender || reporter == Reporter::publisher;
}

std::string format_outcome(Reporter reporter, const RunStatistics& statistics) {
    const std::string skipped = "skipped " + std::to_string(statistics.skipped);
    if (reporter == Reporter::publisher) return skipped;
    const std::string done =
        "processed " + std::to_string(statistics.processed) + ", failed " + std::to_string(statistics.failed);
    if (reporter == Reporter::subscriber) return done + ", lost " + std::to_string(statistics.lost);
    return done + ", redelivered " + std::to_string(statistics.redelivered) + ", " + skipped;
}

}  // namespace

void RunStatistics::add(const RunStatistics& other) {
    frames += other.frames;
    processed += other.processed;
    failed += other.failed;
    redelivered += other.redelivered;
    lost += other.lost;
    skipped += other.skipped;
    reduced += other.reduced;
    damaged += other.damaged;
    timed_out += other.timed_out;
    saved += other.saved;
    not_saved += other.not_saved;
    bytes += other.bytes;
    round_trip_ns.add(other.round_trip_ns);
    processing_ns.add(other.processing_ns);
}

ExitCode RunStatistics::exit_code() const noexcept {
    if (timed_out > 0) return ExitCode::timed_out;
    return failed + skipped + damaged + not_saved > 0 ? ExitCode::failed : ExitCode::ok;
}

std::string format_report(Reporter reporter, const RunStatistics& statistics, std::chrono::nanoseconds elapsed) {
    std::string words = counted(statistics.frames, "frame") + (is_sending(reporter) ? " sent, " : " received, ") +
                        format_bytes(statistics.bytes) + " in " + format_duration(elapsed) + ": " +
                        fixed(per_second(statistics.frames, elapsed), 1) + " frames/s\n";
    words += format_outcome(reporter, statistics);
    if (statistics.reduced > 0) words += ", reduced " + std::to_string(statistics.reduced);
    if (statistics.damaged > 0) words += ", damaged " + std::to_string(statistics.damaged);
    if (statistics.timed_out > 0) words += ", timed out " + std::to_string(statistics.timed_out);
    if (statistics.saved + statistics.not_saved > 0) words += ", saved " + std::to_string(statistics.saved);
    words += "\n";
    if (statistics.round_trip_ns.count() > 0) words += format_times("round trip", statistics.round_trip_ns);
    if (statistics.processing_ns.count() > 0)
        words += format_times(reporter == Reporter::subscriber ? "delay" : "processing", statistics.processing_ns);
    words.pop_back();
    return words;
}

std::string report_in_json(Reporter reporter, const std::string& channel, const RunStatistics& statistics,
                           std::chrono::nanoseconds elapsed) {
    const bool topic = reporter == Reporter::publisher || reporter == Reporter::subscriber;
    JsonObject object;
    object.add(topic ? "topic" : "channel", channel).add("frames", statistics.frames);
    if (reporter != Reporter::publisher) object.add("processed", statistics.processed).add("failed", statistics.failed);
    if (reporter == Reporter::subscriber) object.add("lost", statistics.lost);
    if (!topic) object.add("redelivered", statistics.redelivered);
    if (reporter != Reporter::subscriber) object.add("skipped", statistics.skipped);
    if (is_sending(reporter)) object.add("reduced", statistics.reduced).add("damaged", statistics.damaged);
    if (!topic) object.add("timed_out", statistics.timed_out);
    if (reporter != Reporter::publisher) object.add("saved", statistics.saved);
    object.add_exact("bytes", statistics.bytes)
        .add("seconds", std::chrono::duration<double>(elapsed).count())
        .add("frames_per_second", per_second(statistics.frames, elapsed));
    if (!topic) add_times(object, "round_trip", statistics.round_trip_ns);
    if (reporter == Reporter::receiver) add_times(object, "processing", statistics.processing_ns);
    if (reporter == Reporter::subscriber) add_times(object, "delay", statistics.processing_ns);
    return object.str();
}

}  // namespace handoff::apps
