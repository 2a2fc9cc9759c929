#include "sender/publish_loop.hpp"

#include <utility>

namespace handoff::apps::sender {

PublishLoop::PublishLoop(const Options& options, Publisher& publisher, FrameSource& source,
                         std::optional<std::uint64_t> total, Console& console)
    : options_(options),
      publisher_(publisher),
      total_(total),
      console_(console),
      pump_(options, source, publisher.info().payload_bytes, statistics_, console) {}

void PublishLoop::run() {
    started_ = Clock::now();
    while (!(options_.count && statistics_.frames >= *options_.count) && pump_.next()) {
        pump_.wait_until_due();
        if (stop_requested()) break;
        Loan loan = publisher_.loan().value();
        if (!pump_.read_into(loan)) continue;
        statistics_.bytes += loan.size();
        publisher_.publish(std::move(loan)).value();
        ++statistics_.frames;
        const double seconds = std::chrono::duration<double>(elapsed()).count();
        console_.progress(statistics_.frames, total_, static_cast<double>(statistics_.frames) / seconds);
    }
    console_.end_progress();
}

std::chrono::nanoseconds PublishLoop::elapsed() const noexcept {
    return started_ ? Clock::now() - *started_ : Clock::duration(0);
}

}  // namespace handoff::apps::sender
