// What every example has around its work: options, a clean Ctrl-C, and errors that end in a sentence.
#pragma once

#include "process.hpp"

#include <handoff/error.hpp>
#include <handoff/truncation.hpp>
#include <handoff/wait.hpp>

#include <boost/program_options.hpp>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <exception>
#include <iostream>
#include <mutex>
#include <stop_token>
#include <string>

namespace example {

namespace po = boost::program_options;
using Clock = std::chrono::steady_clock;

/// Exit codes, the same for all programs.
constexpr int ok = 0, failed = 1, usage = 2, no_such_channel = 3, timed_out = 4, lost = 5, permission = 6;

constexpr std::chrono::hours for_ever{24 * 365};

/// Stopped by Ctrl-C, SIGTERM or a closed terminal; the second of these ends the program at once.
inline std::stop_token stop_token() {
    return handoff::stop_on_signals({SIGINT, SIGTERM, SIGHUP});
}
inline bool stop_requested() {
    return stop_token().stop_requested();
}

/// Until `timeout` is over, or the program is asked to end.
inline handoff::Wait stoppable_wait(std::chrono::nanoseconds timeout) {
    return {timeout, stop_token()};
}

/// Sleeps; not longer, or until the program is asked to end.
inline void sleep_until(Clock::time_point until) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_until(lock, stop_token(), until, [] { return false; });
}

/// An option that takes a whole number.
inline po::value_semantic* number(std::int64_t& value, std::int64_t least, std::int64_t most, std::int64_t preset) {
    return po::value(&value)->default_value(preset)->notifier([least, most](std::int64_t given) {
        if (given < least || given > most)
            throw po::error(std::to_string(given) + " was given where " + std::to_string(least) + " to " +
                            std::to_string(most) + " are possible");
    });
}

inline int exit_code_of(const handoff::Failure& failure) {
    if (failure == handoff::Errc::invalid_argument) return usage;
    if (failure == handoff::Errc::no_such_segment) return no_such_channel;
    if (failure == handoff::Errc::timed_out) return timed_out;
    if (failure == handoff::Errc::permission_denied) return permission;
    return failed;
}

/// main() of an example: reads the options, does the work, and turns every error into a message on stderr.
template <class Work>
int run(int argc, char** argv, const char* about, po::options_description& options, Work work) try {
    prepare_process();
    (void)stop_token();        // from here on Ctrl-C asks
    handoff::handle_sigbus();  // the process is ours: an error instead of SIGBUS if the segment is truncated
    options.add_options()("help", "print this");
    po::variables_map given;
    const po::positional_options_description none;
    po::store(po::command_line_parser(argc, argv).options(options).positional(none).run(), given);
    if (given.count("help") > 0) {
        std::cout << about << "\n\n" << options << std::flush;
        return ok;
    }
    po::notify(given);
    return work();
} catch (const std::ios_base::failure&) {
    return output_failed();
} catch (const po::error& error) {
    std::cerr << error.what() << "; --help shows the options\n";
    return usage;
} catch (const handoff::Error& error) {
    if (error.code() == handoff::Errc::stopped) return ok;                        // Ctrl-C
    if (stop_requested() && error.code() == handoff::Errc::timed_out) return ok;  // we gave up waiting
    std::cerr << error.what() << '\n';
    return exit_code_of(error.failure());
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return failed;
}

}  // namespace example
