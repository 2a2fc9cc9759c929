#include "sender/publishing.hpp"

#include <utility>

namespace handoff::apps::sender {

Publishing::Publishing(const Options& options, Publisher& publisher, FrameSource& source,
                       std::optional<std::uint64_t> total, Console& console)
    : options_(options),
      publisher_(publisher),
      total_(total),
      console_(console),
      feed_(options, source, publisher.info().payload_bytes, tally_, console) {}

void Publishing::run() {
    started_ = Clock::now();
    while (!(options_.count && tally_.frames >= *options_.count) && feed_.next()) {
        feed_.wait_until_due();
        if (stop_requested()) break;
        Loan loan = publisher_.loan().value();
        if (!feed_.read_into(loan)) continue;
        tally_.bytes += loan.size();
        publisher_.publish(std::move(loan)).value();
        ++tally_.frames;
        const double seconds = std::chrono::duration<double>(elapsed()).count();
        console_.progress(tally_.frames, total_, static_cast<double>(tally_.frames) / seconds);
    }
    console_.end_progress();
}

std::chrono::nanoseconds Publishing::elapsed() const noexcept {
    return started_ ? Clock::now() - *started_ : Clock::duration(0);
}

}  // namespace handoff::apps::sender
