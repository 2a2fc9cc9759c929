#include "sender/feed.hpp"

#include "common/frame_name.hpp"
#include "common/patience.hpp"
#include "common/signals.hpp"


namespace handoff::apps::sender {

namespace {

std::int64_t now_since_1970_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace

Feed::Feed(const Options& options, FrameSource& source, std::uint64_t capacity, Tally& tally, Console& console)
    : options_(options),
      source_(source),
      capacity_(capacity),
      tally_(tally),
      console_(console),
      pacer_(options.frames_per_second) {}

bool Feed::next() {
    while (!stop_requested()) {
        try {
            const bool found = source_.next();
            pass_on_remarks();
            if (!found) return false;
            const std::string why = why_too_large(source_.frame_bytes());
            if (why.empty()) return true;
            skip(source_.name() + ": " + why);
            source_.drop_current();
        } catch (const Unreadable& error) {
            skip(error.what());
        }
    }
    return false;
}

std::string Feed::why_too_large(std::uint64_t frame_bytes) const {
    const std::string needed = "its pixels need " + std::to_string(frame_bytes) + " bytes, ";
    if (!options_.payload_bytes && frame_bytes > options_.image_limit_bytes)
        return needed + "more than the limit of " + std::to_string(options_.image_limit_bytes) +
               "; to send it, raise --image-limit";
    if (frame_bytes > capacity_)
        return needed + "a slot has " + std::to_string(capacity_) +
               "; to send it, create the channel with a larger --payload";
    return "";
}

void Feed::wait_until_due() {
    if (Clock::now() < pacer_.due()) sleep_until(pacer_.due());
    pacer_.advance(Clock::now());
}

bool Feed::read_into(Loan& loan) {
    try {
        source_.read_into(loan);
        pass_on_remarks();
        Image image = loan.image();
        image.set_frame_id(shortened(source_.name(), sizeof image.frame_id - 1));
        if (options_.inputs.empty()) image.capture_time_ns = now_since_1970_ns();
        loan.describe(image).value();
        return true;
    } catch (const Unreadable& error) {
        skip(error.what());
    } catch (const Error& error) {
        if (error.failure() == Errc::invalid_handle) throw;
        skip(source_.name() + ": " + error.what());
    }
    return false;
}

void Feed::pass_on_remarks() {
    while (const auto remark = source_.take_remark()) {
        const bool reduced = remark->kind == Remark::Kind::reduced;
        const bool damaged = remark->kind == Remark::Kind::damaged;
        (reduced ? tally_.reduced : damaged ? tally_.damaged : tally_.skipped) += remark->count;
        if (reduced && options_.pixels == Pixels::bgr8)
            console_.say(remark->sentence);  // was asked for
        else
            console_.complain(remark->sentence);
    }
}

void Feed::skip(const std::string& sentence) {
    ++tally_.skipped;
    console_.complain(sentence);
}

}  // namespace handoff::apps::sender
