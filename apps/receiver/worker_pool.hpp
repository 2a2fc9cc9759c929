// The work of `receiver`: requests are taken, processed and answered, by any number of threads.
#pragma once

#include "cli/console.hpp"
#include "cli/report.hpp"
#include "cli/waits.hpp"
#include "pictures/output_folder.hpp"
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
class WorkerPool {
public:
    /// All references must outlive this.
    WorkerPool(const Options& options, Receiver& receiver, const OutputFolder* out_folder, Console& console);

    /// Until one of the ends that --help names. Throws Error where the channel cannot be used any more.
    void run();

    const RunStatistics& statistics() const noexcept { return statistics_; }
    /// From the first request taken to the last one finished.
    std::chrono::nanoseconds elapsed() const noexcept;

private:
    void work();
    bool take_ticket();
    void take_requests(RunStatistics& statistics);
    void end_if_idle();
    void handle(Request request, RunStatistics& statistics);
    void save(const Request& request, const cv::Mat& picture, Encoding encoding, RunStatistics& statistics);
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

    std::mutex mutex_;  // of statistics_ and problem_, while threads work
    RunStatistics statistics_;
    std::exception_ptr problem_;
};

}  // namespace handoff::apps::receiver
