// A channel served by several threads of one process. Put your own work into `Work`.
//
//   ImageService service({.name = "pictures", .workers = 4}, find_edges);
//   while (service.is_running() && !asked_to_end()) sleep();
//   service.finish();                                  // finishes the current requests; the rest stays queued
//
// Thread safety: `work` is called by all workers at once; the rest is for one thread.
// Death: a picture in the hands of a service that was killed is delivered again, to another service or to the next one.
#pragma once

#include <handoff/opencv.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <stop_token>
#include <string>
#include <vector>

namespace image_service {

/// Computes `answer` (same size, 8 bits, 1 channel, in shared memory) from `picture`. Its exceptions are reported to
/// the sender; the service goes on.
using Work = std::function<void(const cv::Mat& picture, cv::Mat& answer)>;

struct Options {
    std::string name;
    unsigned workers = 2;
    std::uint32_t slot_count = 8;
    std::size_t most_pixels = 1920 * 1080;
};

class ImageService {
public:
    /// Opens the channel and starts the workers. Throws handoff::Error.
    ImageService(const Options& options, Work work)
        : work_(std::move(work)), receiver_(options.name, channel_shape(options)) {
        for (unsigned i = 0; i < options.workers; ++i)
            workers_.push_back(std::async(std::launch::async, [this] { work_until_stopped(); }));
    }
    ImageService(const ImageService&) = delete;
    ImageService& operator=(const ImageService&) = delete;
    ~ImageService() { stop(); }  // the futures wait for their workers

    /// The workers finish what they have in hand, and end.
    void stop() noexcept { stopping_.request_stop(); }
    /// Waits for the workers: until stop(), or until one has met an error that none can go on after; throws that.
    void wait() {
        for (auto& worker : workers_) worker.get();
    }
    std::uint64_t processed() const noexcept { return processed_; }
    std::uint64_t failed() const noexcept { return failed_; }

private:
    static handoff::ChannelShape channel_shape(const Options& options) {
        constexpr std::size_t bgr_bytes = 3;
        return {.slot_count = options.slot_count,
                .payload_bytes = options.most_pixels * bgr_bytes,
                .reply_bytes = options.most_pixels};
    }

    void work_until_stopped() try {
        using handoff::Errc;
        while (!stopping_.stop_requested()) {
            auto request = receiver_.receive(stopping_.get_token());
            if (request)
                serve(*request);
            else if (request.error() != Errc::stopped && request.error() != Errc::end_of_stream)
                throw handoff::Error(request.error());
        }
    } catch (...) {
        stopping_.request_stop();
        throw;
    }

    void serve(handoff::Request& request) {
        try {
            const cv::Mat picture = handoff::opencv::as_mat(request);  // the sender's own bytes: no copy
            cv::Mat answer = handoff::opencv::reply_mat(request, picture.rows, picture.cols, CV_8UC1);
            const uchar* const place = answer.data;
            work_(picture, answer);
            if (answer.data != place) throw std::logic_error("the answer was put elsewhere than into the slot");
        } catch (const std::exception& exception) {
            request.failed(exception.what()).value();
            ++failed_;
            return;
        }
        request.processed().value();
        ++processed_;
    }

    Work work_;
    handoff::Receiver receiver_;
    std::stop_source stopping_;
    std::atomic<std::uint64_t> processed_{0}, failed_{0};
    std::vector<std::future<void>> workers_;  // last: destroyed first
};

}  // namespace image_service
