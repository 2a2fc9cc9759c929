// The work of `receiver`: requests are taken, processed and answered, by any number of threads.
#pragma once

#include "common/console.hpp"
#include "common/output_folder.hpp"
#include "common/patience.hpp"
#include "common/report.hpp"
#include "receiver/options.hpp"

#include <handoff/channel.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

namespace handoff::apps::receiver {

/// Thread safety: run() by one thread; it starts the others.
class Working {
public:
    /// All references must outlive this.
    Working(const Options& options, Receiver& receiver, const OutputFolder* out_folder, Console& console);

    /// Until one of the ends that --help names. Throws Error where the channel cannot be used any more.
    void run();

    const Tally& tally() const noexcept { return tally_; }
    /// From the first request taken to the last one finished.
    std::chrono::nanoseconds elapsed() const noexcept;

private:
    void work();
    bool take_ticket();
    void take_requests(Tally& tally);
    void end_if_idle();
    void handle(Request request, Tally& tally);
    void save(const Request& request, const cv::Mat& picture, Encoding encoding, Tally& tally);
    Wait wait() const;

    const Options& options_;
    Receiver& receiver_;
    const OutputFolder* out_folder_;
    Console& console_;

    std::stop_source end_;  ///< of the work of all workers
    const std::stop_callback<std::function<void()>> asked_to_end_{stop_token(), [this] { end_.request_stop(); }};
    std::atomic<std::uint64_t> tickets_{0};
    std::atomic<std::uint64_t> received_{0};
    std::atomic<std::uint32_t> busy_{0};
    std::atomic<Clock::rep> last_activity_;
    std::atomic<Clock::rep> first_taken_{0};

    std::mutex mutex_;  // of tally_ and problem_, while threads work
    Tally tally_;
    std::exception_ptr problem_;
};

}  // namespace handoff::apps::receiver
