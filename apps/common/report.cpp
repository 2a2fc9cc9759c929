#include "common/report.hpp"

#include "common/json.hpp"
#include "common/units.hpp"

namespace handoff::apps {

namespace {

double per_second(std::uint64_t frames, std::chrono::nanoseconds elapsed) {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    return seconds > 0 ? static_cast<double>(frames) / seconds : 0;
}

std::string times_in_words(const char* what, const Histogram& times_ns) {
    const auto worded = [](std::uint64_t ns) { return duration_in_words(std::chrono::nanoseconds(ns)); };
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

std::string outcome_in_words(Reporter reporter, const Tally& tally) {
    const std::string skipped = "skipped " + std::to_string(tally.skipped);
    if (reporter == Reporter::publisher) return skipped;
    const std::string done =
        "processed " + std::to_string(tally.processed) + ", failed " + std::to_string(tally.failed);
    if (reporter == Reporter::subscriber) return done + ", lost " + std::to_string(tally.lost);
    return done + ", redelivered " + std::to_string(tally.redelivered) + ", " + skipped;
}

}  // namespace

void Tally::add(const Tally& other) {
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

ExitCode Tally::exit_code() const noexcept {
    if (timed_out > 0) return ExitCode::timed_out;
    return failed + skipped + damaged + not_saved > 0 ? ExitCode::failed : ExitCode::ok;
}

std::string report_in_words(Reporter reporter, const Tally& tally, std::chrono::nanoseconds elapsed) {
    std::string words = counted(tally.frames, "frame") + (is_sending(reporter) ? " sent, " : " received, ") +
                        bytes_in_words(tally.bytes) + " in " + duration_in_words(elapsed) + ": " +
                        fixed(per_second(tally.frames, elapsed), 1) + " frames/s\n";
    words += outcome_in_words(reporter, tally);
    if (tally.reduced > 0) words += ", reduced " + std::to_string(tally.reduced);
    if (tally.damaged > 0) words += ", damaged " + std::to_string(tally.damaged);
    if (tally.timed_out > 0) words += ", timed out " + std::to_string(tally.timed_out);
    if (tally.saved + tally.not_saved > 0) words += ", saved " + std::to_string(tally.saved);
    words += "\n";
    if (tally.round_trip_ns.count() > 0) words += times_in_words("round trip", tally.round_trip_ns);
    if (tally.processing_ns.count() > 0)
        words += times_in_words(reporter == Reporter::subscriber ? "delay" : "processing", tally.processing_ns);
    words.pop_back();
    return words;
}

std::string report_in_json(Reporter reporter, const std::string& channel, const Tally& tally,
                           std::chrono::nanoseconds elapsed) {
    const bool topic = reporter == Reporter::publisher || reporter == Reporter::subscriber;
    JsonObject object;
    object.add(topic ? "topic" : "channel", channel).add("frames", tally.frames);
    if (reporter != Reporter::publisher) object.add("processed", tally.processed).add("failed", tally.failed);
    if (reporter == Reporter::subscriber) object.add("lost", tally.lost);
    if (!topic) object.add("redelivered", tally.redelivered);
    if (reporter != Reporter::subscriber) object.add("skipped", tally.skipped);
    if (is_sending(reporter)) object.add("reduced", tally.reduced).add("damaged", tally.damaged);
    if (!topic) object.add("timed_out", tally.timed_out);
    if (reporter != Reporter::publisher) object.add("saved", tally.saved);
    object.add_exact("bytes", tally.bytes)
        .add("seconds", std::chrono::duration<double>(elapsed).count())
        .add("frames_per_second", per_second(tally.frames, elapsed));
    if (!topic) add_times(object, "round_trip", tally.round_trip_ns);
    if (reporter == Reporter::receiver) add_times(object, "processing", tally.processing_ns);
    if (reporter == Reporter::subscriber) add_times(object, "delay", tally.processing_ns);
    return object.str();
}

}  // namespace handoff::apps
