#include "receiver/run.hpp"

#include "cli/console.hpp"
#include "cli/report.hpp"
#include "cli/signals.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "pictures/output_folder.hpp"
#include "receiver/subscribe_loop.hpp"
#include "receiver/worker_pool.hpp"

#include <handoff/channel.hpp>
#include <handoff/inspect.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <utility>

namespace handoff::apps::receiver {

namespace {

/// Calls open(timeout), which waits for the segment. Nothing if the program is asked to end before. Throws Error:
/// no_such_segment if there is none when --idle-timeout is over, and the errors of open().
template <class Open>
auto open_when_there(const Options& options, const std::string& name, const std::string& what, const std::string& maker,
                     Console& console, Open open) -> std::optional<decltype(open(std::chrono::nanoseconds(0)))> {
    try {
        return open(std::chrono::nanoseconds(0));
    } catch (const Error& error) {
        if (!(error.failure() == Errc::no_such_segment)) throw;
    }
    console.info("waiting for " + what + " ..." + inspect::did_you_mean(name));
    try {
        return open(options.idle_timeout.value_or(std::chrono::nanoseconds::max()));
    } catch (const Error& error) {
        if (error.failure() == Errc::stopped) return {};
        if (!(error.failure() == Errc::no_such_segment)) throw;
        throw Error(Errc::no_such_segment, "no " + what + " appeared within " + format_duration(*options.idle_timeout) +
                                               "; a sender creates it: " + maker + " INPUT..." +
                                               inspect::did_you_mean(name));
    }
}

void refuse_if_not_in_place(const Options& options, const ChannelInfo& info) {
    if (!options.in_place || info.in_place) return;
    throw Error(Errc::mismatch, "--in-place: channel '" + info.name +
                                    "' does not let receivers edit the pictures; start the first sender with "
                                    "--in-place, or leave it out here");
}

/// Works until the end, then reports. `Work` is WorkerPool or SubscribeLoop.
template <class Work, class Source>
ExitCode work_off(Reporter reporter, const std::string& name, const Options& options, std::optional<Source> source,
                  const OutputFolder* folder, Console& console) {
    ExitCode code = ExitCode::ok;
    RunStatistics statistics;
    std::chrono::nanoseconds elapsed{0};
    if (source) {
        Work work(options, *source, folder, console);
        try {
            work.run();
        } catch (const Error& error) {
            console.error(error.what());
            code = exit_code_of(error.failure());
        }
        statistics = work.statistics();
        elapsed = work.elapsed();
    }
    console.info(format_report(reporter, statistics, elapsed));
    if (statistics.saved > 0) console.info("saved in " + folder->path().string());
    if (options.json) std::cout << report_in_json(reporter, name, statistics, elapsed) << std::endl;
    return code == ExitCode::ok ? statistics.exit_code() : code;
}

}  // namespace

ExitCode run_receiver(const Options& options) {
    Console console("receiver", options.quiet);
    std::optional<OutputFolder> folder;
    if (!options.out_folder.empty()) folder.emplace(options.out_folder);
    const OutputFolder* out_folder = folder ? &*folder : nullptr;
    if (!options.topic.empty()) {
        auto subscriber = open_when_there(
            options, options.topic, "topic '" + options.topic + "'", "sender --topic " + options.topic, console,
            [&](std::chrono::nanoseconds timeout) {
                return Subscriber(options.topic, {.attach_timeout = timeout, .attach_stop = stop_token()});
            });
        return work_off<SubscribeLoop>(Reporter::subscriber, options.topic, options, std::move(subscriber), out_folder,
                                       console);
    }
    auto receiver =
        open_when_there(options, options.channel, "channel '" + options.channel + "'",
                        "sender --channel " + options.channel, console, [&](std::chrono::nanoseconds timeout) {
                            return Receiver(options.channel, {.attach_timeout = timeout, .attach_stop = stop_token()});
                        });
    if (receiver) refuse_if_not_in_place(options, receiver->info());
    return work_off<WorkerPool>(Reporter::receiver, options.channel, options, std::move(receiver), out_folder, console);
}

}  // namespace handoff::apps::receiver
