#include "receiver/subscribe_loop.hpp"

#include "cli/frame_name.hpp"
#include "cli/output.hpp"
#include "cli/signals.hpp"
#include "cli/units.hpp"
#include "receiver/operations.hpp"

#include <handoff/opencv.hpp>

#include <algorithm>
#include <iostream>
#include <string>

namespace handoff::apps::receiver {

SubscribeLoop::SubscribeLoop(const Options& options, Subscriber& subscriber, const OutputFolder* out_folder,
                             Console& console)
    : options_(options), subscriber_(subscriber), out_folder_(out_folder), console_(console) {}

void SubscribeLoop::run() {
    while (!stop_requested() && !(options_.count && statistics_.frames >= *options_.count)) {
        const auto message = options_.newest ? subscriber_.newest(wait()) : subscriber_.next(wait());
        if (message) {
            handle(*message);
        } else if (message.error() == Errc::end_of_stream) {
            if (!options_.stay) break;
        } else if (message.error() == Errc::timed_out) {
            console_.info("no picture came for " + format_duration(*options_.idle_timeout));
            break;
        } else if (!(message.error() == Errc::stopped)) {
            throw Error(message.error());
        }
    }
    console_.end_progress();
}

Wait SubscribeLoop::wait() const {
    if (!options_.idle_timeout) return stoppable();
    return stoppable(std::max(opened_, last_) + std::chrono::duration_cast<Clock::duration>(*options_.idle_timeout));
}

void SubscribeLoop::handle(const Message& message) {
    if (statistics_.frames == 0) first_ = Clock::now();
    ++statistics_.frames;
    statistics_.bytes += message.payload().size();
    statistics_.lost += message.lost();
    const auto name =
        message.image().frame().empty() ? numbered("frame", message.sequence()) : std::string(message.image().frame());
    try {
        cv::Mat picture;
        Encoding encoding = message.image().encoding;
        if (options_.operation == Operation::checksum) {
            if (!options_.json) {
                std::cout << message.sequence() << ' ' << checksum_of(message.payload()) << '\n';
                flush_output();  // a reader of the pipe sees it at once
            }
        } else if (options_.operation != Operation::none) {
            encoding = encoding_after(options_.operation, message.image().encoding);
            transform(options_.operation, opencv::as_mat(message), message.image().encoding, picture);
        }
        if (out_folder_ != nullptr) {
            if (picture.empty()) picture = opencv::as_mat(message);
            out_folder_->keep(name, message.sequence(), picture, encoding);
            ++statistics_.saved;
        }
        ++statistics_.processed;
    } catch (const Error& error) {
        ++statistics_.failed;
        console_.error(name + ": " + error.what());
    }
    last_ = Clock::now();
    statistics_.processing_ns.add(
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, (last_ - message.published_at()).count())));
    const double seconds = std::chrono::duration<double>(elapsed()).count();
    console_.progress(statistics_.frames, options_.count,
                      seconds > 0 ? static_cast<double>(statistics_.frames) / seconds : 0);
}

}  // namespace handoff::apps::receiver
