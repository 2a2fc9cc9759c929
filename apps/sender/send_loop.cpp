#include "sender/send_loop.hpp"

#include "cli/signals.hpp"
#include "cli/units.hpp"

#include <handoff/opencv.hpp>
#include <handoff/wait_any.hpp>

#include <span>
#include <utility>

namespace handoff::apps::sender {

namespace {

/// How long the frames in flight may still take when the program is asked to end.
constexpr std::chrono::seconds grace{1};

}  // namespace

SendLoop::SendLoop(const Options& options, Sender& sender, FrameSource& source, const OutputFolder* save_folder,
                   std::optional<std::uint64_t> total, Console& console)
    : options_(options),
      sender_(sender),
      save_folder_(save_folder),
      total_(total),
      console_(console),
      channel_(sender.info()),
      pump_(options, source, channel_.payload_bytes, statistics_, console) {}

void SendLoop::run() {
    started_ = Clock::now();
    while (!is_over() && pump_.next()) {
        wait_until_due();
        std::optional<Loan> loan = take_loan();
        if (!loan) break;
        if (pump_.read_into(*loan)) send(std::move(*loan));
        const double seconds = std::chrono::duration<double>(elapsed()).count();
        console_.progress(statistics_.frames, total_, static_cast<double>(statistics_.frames) / seconds);
    }
    while (!in_flight_.empty()) settle_front();
    console_.end_progress();
    report_unfinished();
}

std::chrono::nanoseconds SendLoop::elapsed() const noexcept {
    return started_ ? Clock::now() - *started_ : Clock::duration(0);
}

bool SendLoop::is_over() const {
    return stop_requested() || statistics_.timed_out > 0 || (options_.count && statistics_.frames >= *options_.count);
}

/// Nothing if it is time to end.
std::optional<Loan> SendLoop::take_loan() {
    while (in_flight_.size() >= options_.in_flight) settle_front();
    auto loan = sender_.try_loan();
    while (!loan && loan.error() == Errc::full && !in_flight_.empty()) {  // other senders hold the rest
        settle_front();
        loan = sender_.try_loan();
    }
    if (is_over()) return {};
    if (!loan && loan.error() == Errc::full) loan = sender_.loan(stoppable(in(options_.timeout)));
    if (loan) return std::move(*loan);
    if (loan.error() == Errc::stopped) return {};
    if (!(loan.error() == Errc::timed_out)) throw Error(loan.error());
    ++statistics_.timed_out;
    console_.error(pump_.name() + ": " + loan.error().message() + "; --timeout is " +
                   format_duration(options_.timeout));
    return {};
}

void SendLoop::send(Loan loan) {
    const std::size_t bytes = loan.size();
    if (options_.no_wait) {
        sender_.send(std::move(loan)).value();
    } else {
        Pending pending = sender_.request_async(std::move(loan)).value();
        in_flight_.push_back({std::move(pending), pump_.name(), in(options_.timeout)});
    }
    ++statistics_.frames;
    statistics_.bytes += bytes;
}

/// Answers that arrive meanwhile are taken, so that their slots are free again.
void SendLoop::wait_until_due() {
    while (!in_flight_.empty() && !stop_requested() && Clock::now() < pump_.due()) {
        const Waitable answer = in_flight_.front().pending.waitable();
        (void)wait_any(std::span(&answer, 1), stoppable(pump_.due()));
        if (!in_flight_.front().pending.was_answered()) break;
        settle_front();
    }
    pump_.wait_until_due();
}

void SendLoop::settle_front() {
    InFlight request = std::move(in_flight_.front());
    in_flight_.pop_front();
    auto processed = request.pending.wait(stoppable(request.until));
    if (!processed && processed.error() == Errc::stopped)
        processed = request.pending.wait(std::min(request.until, grace_end()));
    if (processed) {
        settle(request, *processed);
    } else if (processed.error() == Errc::failed || processed.error() == Errc::given_up) {
        ++statistics_.failed;
        console_.error(request.name + ": " + processed.error().message());
    } else if (processed.error() == Errc::timed_out) {
        take_back(request, processed.error());
    } else {
        throw Error(processed.error());
    }
}

void SendLoop::settle(const InFlight& request, const Processed& processed) {
    ++statistics_.processed;
    if (processed.deliveries() > 1) ++statistics_.redelivered;
    statistics_.round_trip_ns.add(
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, processed.round_trip().count())));
    if (save_folder_ != nullptr) save(request.name, processed);
}

void SendLoop::take_back(InFlight& request, const Failure& timed_out) {
    const bool unread = request.pending.withdraw().value() == Withdrawn::taken_back;
    ++(unread ? taken_back_ : left_to_receivers_);
    if (stop_requested()) return;
    ++statistics_.timed_out;
    console_.error(request.name + ": " + timed_out.message() + "; --timeout is " + format_duration(options_.timeout));
}

/// REQUIRES: stop_requested()
Clock::time_point SendLoop::grace_end() {
    if (!grace_end_) grace_end_ = in(grace);
    return *grace_end_;
}

void SendLoop::save(const std::string& name, const Processed& processed) {
    try {
        if (processed.reply_image().is_image()) {
            save_folder_->replace(name, opencv::as_mat(processed), processed.reply_image().encoding);
        } else if (channel_.in_place && processed.image().is_image()) {
            save_folder_->replace(name, opencv::payload_mat(processed), processed.image().encoding);
        } else {
            ++without_picture_;
            return;
        }
        ++statistics_.saved;
    } catch (const Error& error) {
        ++statistics_.not_saved;
        console_.error(name + ": not saved: " + error.what());
    }
}

void SendLoop::report_unfinished() {
    if (taken_back_ + left_to_receivers_ > 0)
        console_.info(counted(taken_back_, "frame") + " taken back unread, " + std::to_string(left_to_receivers_) +
                      " left to the receivers that hold them");
    if (without_picture_ == 0) return;
    statistics_.not_saved += without_picture_;
    console_.error(counted(without_picture_, "answer") +
                   " came without a picture, so that there was nothing to save: the receiver needs an --operation "
                   "that makes one, such as gray");
}

}  // namespace handoff::apps::sender
