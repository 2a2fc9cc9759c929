#include "sender/sending.hpp"

#include "common/signals.hpp"
#include "common/units.hpp"

#include <handoff/opencv.hpp>
#include <handoff/wait_any.hpp>

#include <span>
#include <utility>

namespace handoff::apps::sender {

namespace {

/// How long the frames in flight may still take when the program is asked to end.
constexpr std::chrono::seconds grace{1};

}  // namespace

Sending::Sending(const Options& options, Sender& sender, FrameSource& source, const OutputFolder* save_folder,
                 std::optional<std::uint64_t> total, Console& console)
    : options_(options),
      sender_(sender),
      save_folder_(save_folder),
      total_(total),
      console_(console),
      channel_(sender.info()),
      feed_(options, source, channel_.payload_bytes, tally_, console) {}

void Sending::run() {
    started_ = Clock::now();
    while (!is_over() && feed_.next()) {
        wait_until_due();
        std::optional<Loan> loan = take_loan();
        if (!loan) break;
        if (feed_.read_into(*loan)) send(std::move(*loan));
        const double seconds = std::chrono::duration<double>(elapsed()).count();
        console_.progress(tally_.frames, total_, static_cast<double>(tally_.frames) / seconds);
    }
    while (!in_flight_.empty()) settle_front();
    console_.end_progress();
    say_what_was_left();
}

std::chrono::nanoseconds Sending::elapsed() const noexcept {
    return started_ ? Clock::now() - *started_ : Clock::duration(0);
}

bool Sending::is_over() const {
    return stop_requested() || tally_.timed_out > 0 || (options_.count && tally_.frames >= *options_.count);
}

/// Nothing if it is time to end.
std::optional<Loan> Sending::take_loan() {
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
    ++tally_.timed_out;
    console_.complain(feed_.name() + ": " + loan.error().message() + "; --timeout is " +
                      duration_in_words(options_.timeout));
    return {};
}

void Sending::send(Loan loan) {
    const std::size_t bytes = loan.size();
    if (options_.no_wait) {
        sender_.send(std::move(loan)).value();
    } else {
        Pending pending = sender_.request_async(std::move(loan)).value();
        in_flight_.push_back({std::move(pending), feed_.name(), in(options_.timeout)});
    }
    ++tally_.frames;
    tally_.bytes += bytes;
}

/// Answers that arrive meanwhile are taken, so that their slots are free again.
void Sending::wait_until_due() {
    while (!in_flight_.empty() && !stop_requested() && Clock::now() < feed_.due()) {
        const Waitable answer = in_flight_.front().pending.waitable();
        (void)wait_any(std::span(&answer, 1), stoppable(feed_.due()));
        if (!in_flight_.front().pending.was_answered()) break;
        settle_front();
    }
    feed_.wait_until_due();
}

void Sending::settle_front() {
    InFlight request = std::move(in_flight_.front());
    in_flight_.pop_front();
    auto processed = request.pending.wait(stoppable(request.until));
    if (!processed && processed.error() == Errc::stopped)
        processed = request.pending.wait(std::min(request.until, grace_end()));
    if (processed) {
        settle(request, *processed);
    } else if (processed.error() == Errc::failed || processed.error() == Errc::given_up) {
        ++tally_.failed;
        console_.complain(request.name + ": " + processed.error().message());
    } else if (processed.error() == Errc::timed_out) {
        take_back(request, processed.error());
    } else {
        throw Error(processed.error());
    }
}

void Sending::settle(const InFlight& request, const Processed& processed) {
    ++tally_.processed;
    if (processed.deliveries() > 1) ++tally_.redelivered;
    tally_.round_trip_ns.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, processed.round_trip().count())));
    if (save_folder_ != nullptr) save(request.name, processed);
}

void Sending::take_back(InFlight& request, const Failure& timed_out) {
    const bool unread = request.pending.withdraw().value() == Withdrawn::taken_back;
    ++(unread ? taken_back_ : left_to_receivers_);
    if (stop_requested()) return;
    ++tally_.timed_out;
    console_.complain(request.name + ": " + timed_out.message() + "; --timeout is " +
                      duration_in_words(options_.timeout));
}

/// REQUIRES: stop_requested()
Clock::time_point Sending::grace_end() {
    if (!grace_end_) grace_end_ = in(grace);
    return *grace_end_;
}

void Sending::save(const std::string& name, const Processed& processed) {
    try {
        if (processed.reply_image().is_image()) {
            save_folder_->replace(name, opencv::as_mat(processed), processed.reply_image().encoding);
        } else if (channel_.in_place && processed.image().is_image()) {
            save_folder_->replace(name, opencv::payload_mat(processed), processed.image().encoding);
        } else {
            ++without_picture_;
            return;
        }
        ++tally_.saved;
    } catch (const Error& error) {
        ++tally_.not_saved;
        console_.complain(name + ": not saved: " + error.what());
    }
}

void Sending::say_what_was_left() {
    if (taken_back_ + left_to_receivers_ > 0)
        console_.say(counted(taken_back_, "frame") + " taken back unread, " + std::to_string(left_to_receivers_) +
                     " left to the receivers that hold them");
    if (without_picture_ == 0) return;
    tally_.not_saved += without_picture_;
    console_.complain(counted(without_picture_, "answer") +
                      " came without a picture, so that there was nothing to save: the receiver needs an --operation "
                      "that makes one, such as gray");
}

}  // namespace handoff::apps::sender
