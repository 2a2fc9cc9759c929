#include "sender/frame_pump.hpp"

#include "cli/frame_name.hpp"
#include "cli/signals.hpp"
#include "cli/waits.hpp"

namespace handoff::apps::sender {

namespace {

std::int64_t now_since_1970_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace

FramePump::FramePump(const Options& options, FrameSource& source, std::uint64_t capacity, RunStatistics& statistics,
                     Console& console)
    : options_(options),
      source_(source),
      capacity_(capacity),
      statistics_(statistics),
      console_(console),
      pacer_(options.frames_per_second) {}

bool FramePump::next() {
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

std::string FramePump::why_too_large(std::uint64_t frame_bytes) const {
    const std::string needed = "its pixels need " + std::to_string(frame_bytes) + " bytes, ";
    if (!options_.payload_bytes && frame_bytes > options_.image_limit_bytes)
        return needed + "more than the limit of " + std::to_string(options_.image_limit_bytes) +
               "; to send it, raise --image-limit";
    if (frame_bytes > capacity_)
        return needed + "a slot has " + std::to_string(capacity_) +
               "; to send it, create the channel with a larger --payload";
    return "";
}

void FramePump::wait_until_due() {
    if (Clock::now() < pacer_.due()) sleep_until(pacer_.due());
    pacer_.advance(Clock::now());
}

bool FramePump::read_into(Loan& loan) {
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

void FramePump::pass_on_remarks() {
    while (const auto remark = source_.take_remark()) {
        const bool reduced = remark->kind == Remark::Kind::reduced;
        const bool damaged = remark->kind == Remark::Kind::damaged;
        (reduced ? statistics_.reduced : damaged ? statistics_.damaged : statistics_.skipped) += remark->count;
        if (reduced && options_.pixels == Pixels::bgr8)
            console_.info(remark->sentence);  // was asked for
        else
            console_.error(remark->sentence);
    }
}

void FramePump::skip(const std::string& sentence) {
    ++statistics_.skipped;
    console_.error(sentence);
}

}  // namespace handoff::apps::sender
