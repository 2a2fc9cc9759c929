// One trial: the processes of one contender do one task for a while.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "contender/control.hpp"

namespace bench {

/// A program beside this one that can be started in the roles of a contender.
struct Entrant {
    std::string name;
    std::string kind;  ///< limit, rival or handoff
    std::string configuration;
    bool has_daemon = false;
    std::string program;  ///< path
};

struct Outcome {
    enum class Kind : std::uint8_t { measured, refused, failed };
    Kind kind = Kind::failed;
    std::string words;  ///< why not
    double figure = 0;  ///< nanoseconds or messages per second
    Histogram times;    ///< of round trips and of the open loop, in picoseconds
    double cpu_ns = 0;  ///< of both sides, for each message
    double taker_cpu_ns = 0;
    double sleeps = 0;  ///< of both sides, for each message
    double writes = 0;  ///< latest: per second
    std::uint64_t messages = 0;
};

struct TrialOptions {
    double start_s = 20;  ///< patience until all processes are ready
    double end_s = 10;    ///< patience from stop until all have ended
};

/// Runs it. What goes wrong in the contender is in the outcome; what goes wrong here is thrown.
Outcome run_trial(const Entrant& entrant, const Task& task, double seconds, const TrialOptions& options = {});

/// The directory for pipes and sockets of all trials; removed when the program ends.
std::string scratch_directory();

}  // namespace bench
