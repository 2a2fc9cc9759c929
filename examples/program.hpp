// What every example has around its work: options, a clean Ctrl-C, and errors that end in a sentence.
#pragma once

#include "process.hpp"

#include <handoff/error.hpp>
#include <handoff/truncation.hpp>
#include <handoff/wait.hpp>

#include <boost/program_options.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <thread>

namespace example {

namespace po = boost::program_options;
using Clock = std::chrono::steady_clock;

/// Exit codes, the same for all programs.
constexpr int ok = 0, failed = 1, usage = 2, no_such_channel = 3, timed_out = 4, lost = 5, permission = 6;

/// No wait is longer than this before it looks whether the program was asked to end.
constexpr std::chrono::milliseconds slice{100};
constexpr std::chrono::hours for_ever{24 * 365};

inline std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "touched by a signal handler");

/// True after Ctrl-C, SIGTERM or a closed terminal.
inline bool stop_requested() noexcept {
    return stop.load(std::memory_order_relaxed);
}

/// The first signal asks the program to end, the second one ends it at once.
inline void catch_stop_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { stop.store(true, std::memory_order_relaxed); };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};
        ::sigaction(signal, &action, &before);
        if (before.sa_handler == SIG_IGN) ::sigaction(signal, &before, nullptr);  // nohup, background jobs
    }
}

/// Calls wait(Deadline) in slices until it says something else than timed_out, `timeout` is over, or the program was
/// asked to end.
template <class Wait>
auto patiently(std::chrono::nanoseconds timeout, Wait wait) {
    const auto until = Clock::now() + timeout;
    while (true) {
        auto answer = wait(handoff::Deadline(std::min<Clock::time_point>(until, Clock::now() + slice)));
        if (answer || answer.error() != handoff::Errc::timed_out || Clock::now() >= until || stop_requested())
            return answer;
    }
}

/// Sleeps, but not longer than it takes to notice that the program was asked to end.
inline void sleep_until(Clock::time_point until) {
    while (!stop_requested() && Clock::now() < until)
        std::this_thread::sleep_until(std::min<Clock::time_point>(until, Clock::now() + slice));
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

/// main() of an example: reads the options, does the work, and turns whatever goes wrong into a sentence on stderr.
template <class Work>
int run(int argc, char** argv, const char* about, po::options_description& options, Work work) try {
    prepare_process();
    catch_stop_signals();
    handoff::survive_truncation();  // the process is ours: a sentence instead of SIGBUS if somebody cuts the segment
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
    if (stop_requested() && error.code() == handoff::Errc::timed_out) return ok;  // it is us who gave up waiting
    std::cerr << error.what() << '\n';
    return exit_code_of(error.failure());
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return failed;
}

}  // namespace example
