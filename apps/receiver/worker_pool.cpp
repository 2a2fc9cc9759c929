#include "receiver/worker_pool.hpp"

#include "cli/frame_name.hpp"
#include "cli/signals.hpp"
#include "cli/units.hpp"
#include "receiver/processing.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace handoff::apps::receiver {

namespace {

Clock::rep now_ticks() {
    return Clock::now().time_since_epoch().count();
}

std::string name_of_frame(const Request& request) {
    const std::string_view frame = request.image().frame();
    return frame.empty() ? numbered("frame", request.sequence()) : std::string(frame);
}

std::uint64_t ns_since(Clock::time_point moment) {
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - moment).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, ns));
}

result<void> finish(Request& request, const std::string& text) {
    if (text.empty()) return request.processed();
    return request.processed(std::as_bytes(std::span(text)));
}

}  // namespace

WorkerPool::WorkerPool(const Options& options, Receiver& receiver, const OutputFolder* out_folder, Console& console)
    : options_(options), receiver_(receiver), out_folder_(out_folder), console_(console), last_activity_(now_ticks()) {}

void WorkerPool::run() {
    {
        std::vector<std::jthread> threads;
        try {
            for (std::uint32_t worker = 1; worker < options_.workers; ++worker)
                threads.emplace_back([this] { work(); });
        } catch (...) {
            end_.request_stop();
            throw;
        }
        work();
    }
    console_.end_progress();
    if (problem_) std::rethrow_exception(problem_);
}

void WorkerPool::work() {
    RunStatistics statistics;
    std::exception_ptr problem;
    try {
        take_requests(statistics);
    } catch (...) {
        problem = std::current_exception();
        end_.request_stop();
    }
    const std::lock_guard lock(mutex_);
    statistics_.add(statistics);
    if (!problem_) problem_ = problem;
}

/// For the next request: until --idle-timeout has passed for all workers together, or the work ends.
Wait WorkerPool::wait() const {
    if (!options_.idle_timeout) return end_.get_token();
    const Clock::time_point last{Clock::duration(last_activity_)};
    // The only idle worker, because the others are busy, checks again.
    const auto until = std::max(last + std::chrono::duration_cast<Clock::duration>(*options_.idle_timeout), in(slice));
    return {until, end_.get_token()};
}

/// With --count, a worker needs a ticket before it takes a request, so that all together take exactly so many.
bool WorkerPool::take_ticket() {
    return !options_.count || tickets_.fetch_add(1) < *options_.count;
}

void WorkerPool::take_requests(RunStatistics& statistics) {
    bool has_ticket = false;
    while (!end_.stop_requested()) {
        if (!has_ticket && !take_ticket()) return;
        has_ticket = true;
        auto request = receiver_.receive(wait());
        if (request) {
            handle(std::move(*request), statistics);
            has_ticket = false;
        } else if (request.error() == Errc::timed_out) {
            end_if_idle();
        } else if (request.error() == Errc::end_of_stream) {
            if (!options_.stay) end_.request_stop();
        } else if (!(request.error() == Errc::stopped)) {
            throw Error(request.error());
        }
    }
}

void WorkerPool::end_if_idle() {
    if (!options_.idle_timeout || busy_ > 0) return;
    const Clock::time_point last{Clock::duration(last_activity_)};
    if (Clock::now() - last < *options_.idle_timeout || !end_.request_stop()) return;
    console_.info("no picture came for " + format_duration(*options_.idle_timeout));
}

void WorkerPool::handle(Request request, RunStatistics& statistics) {
    ++busy_;
    Clock::rep none = 0;
    first_taken_.compare_exchange_strong(none, request.taken_at().time_since_epoch().count());
    ++statistics.frames;
    statistics.bytes += request.payload().size();
    if (request.deliveries() > 1) ++statistics.redelivered;
    try {
        const Product product = process(request, options_.operation, options_.in_place);
        if (out_folder_ != nullptr) save(request, product.picture, product.encoding, statistics);
        finish(request, product.text).value();
        ++statistics.processed;
        statistics.round_trip_ns.add(ns_since(request.sent_at()));
        statistics.processing_ns.add(ns_since(request.taken_at()));
    } catch (const Error& error) {
        if (error.failure() == Errc::ownership_lost || error.failure() == Errc::damaged) throw;
        request.failed(error.what()).value();
        ++statistics.failed;
        console_.error(name_of_frame(request) + ": " + error.what());
    }
    last_activity_ = now_ticks();
    --busy_;
    const auto received = ++received_;
    const double seconds = std::chrono::duration<double>(elapsed()).count();
    console_.progress(received, options_.count, seconds > 0 ? static_cast<double>(received) / seconds : 0);
}

/// Before the answer, so that "processed" means that the file is there too.
void WorkerPool::save(const Request& request, const cv::Mat& picture, Encoding encoding, RunStatistics& statistics) {
    try {
        if (picture.empty()) throw Error(Errc::invalid_argument, "the request is not a picture");
        out_folder_->keep(name_of_frame(request), request.sequence(), picture, encoding);
        ++statistics.saved;
    } catch (const Error& error) {
        ++statistics.not_saved;
        console_.error(name_of_frame(request) + ": not saved: " + error.what());
    }
}

std::chrono::nanoseconds WorkerPool::elapsed() const noexcept {
    if (first_taken_ == 0) return std::chrono::nanoseconds(0);
    return Clock::duration(last_activity_ - first_taken_);
}

}  // namespace handoff::apps::receiver
