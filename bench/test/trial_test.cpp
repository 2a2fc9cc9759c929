// The harness itself: a contender that cheats, dies or hangs is found out, and nothing of it stays behind.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

#include "harness/trial.hpp"

namespace {

using bench::Outcome;
using bench::Pattern;
using bench::Task;

bench::Entrant entrant(const std::string& name) {
    return {.name = name,
            .kind = "rival",
            .configuration = "",
            .program = std::string(HANDOFF_BENCH_PROGRAMS) + "/" + name};
}

Outcome trial_of(const std::string& name, const Task& task) {
    return bench::run_trial(entrant(name), task, 0.02, {.start_s = 20, .end_s = 1});
}

bool is_something_left() {
    const std::string mine = "handoff-bench-" + std::to_string(getpid()) + "-";
    const auto holds = [&](const std::string& directory) {
        return std::any_of(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator{},
                           [&](const auto& entry) { return entry.path().filename().string().find(mine) == 0; });
    };
    return holds("/dev/shm") || holds(bench::scratch_directory());
}

BOOST_AUTO_TEST_SUITE(trial)

BOOST_AUTO_TEST_CASE(the_limit_makes_round_trips) {
    const Outcome outcome = trial_of("limit", {.pattern = Pattern::round_trip, .bytes = 64});
    BOOST_TEST(static_cast<int>(outcome.kind) == static_cast<int>(Outcome::Kind::measured), outcome.words);
    BOOST_TEST(outcome.figure > 10);
    BOOST_TEST(outcome.messages > 8U);
    BOOST_TEST(outcome.cpu_ns > 0);
    BOOST_TEST(!is_something_left());
}

BOOST_AUTO_TEST_CASE(every_pattern_of_the_limit_is_measured) {
    for (const Pattern pattern : {Pattern::one_way, Pattern::broadcast, Pattern::latest, Pattern::start}) {
        const Outcome outcome = trial_of("limit", {.pattern = pattern, .bytes = 64, .slots = 64});
        BOOST_TEST(outcome.words == "");
        BOOST_TEST(outcome.figure > 0);
    }
}

BOOST_AUTO_TEST_CASE(several_producers_and_consumers_lose_nothing) {
    const Outcome outcome = trial_of(
        "limit", {.pattern = Pattern::one_way, .bytes = 64, .givers = 2, .takers = 2, .batch = 16, .slots = 64});
    BOOST_TEST(outcome.words == "");
}

BOOST_AUTO_TEST_CASE(a_third_reader_that_is_stopped_is_ended_too) {
    const Outcome outcome =
        trial_of("limit", {.pattern = Pattern::broadcast, .bytes = 64, .takers = 3, .stopped = 1, .slots = 64});
    BOOST_TEST(outcome.words == "");
    BOOST_TEST(!is_something_left());
}

BOOST_AUTO_TEST_CASE(the_open_loop_counts_from_the_moment_a_message_was_due) {
    // The cheat takes 3 ms for each message, one is due each millisecond: they come later and later.
    const Outcome outcome = bench::run_trial(entrant("cheat_slow"),
                                             {.pattern = Pattern::open_loop, .bytes = 64, .per_second = 1000}, 0.2, {});
    BOOST_TEST(outcome.words == "");
    BOOST_TEST(outcome.times.percentile(99) > 100e9);  // picoseconds
}

BOOST_AUTO_TEST_CASE(who_does_not_touch_is_found_out) {
    BOOST_TEST(trial_of("cheat_untouched", {.pattern = Pattern::round_trip, .bytes = 1024}).words ==
               "messages arrived damaged");
}

BOOST_AUTO_TEST_CASE(who_loses_is_found_out) {
    const Outcome outcome = trial_of("cheat_lossy", {.pattern = Pattern::one_way, .bytes = 64, .slots = 64});
    BOOST_TEST(static_cast<int>(outcome.kind) == static_cast<int>(Outcome::Kind::failed));
    BOOST_TEST(outcome.words == "did not come to an end: messages were lost, or somebody hangs");
}

BOOST_AUTO_TEST_CASE(who_delivers_twice_is_found_out) {
    const Outcome outcome = trial_of("cheat_twice", {.pattern = Pattern::one_way, .bytes = 64, .slots = 64});
    BOOST_TEST(outcome.words.find("received ") != std::string::npos, outcome.words);
}

BOOST_AUTO_TEST_CASE(who_dies_is_named) {
    const Outcome outcome = trial_of("cheat_dies", {.pattern = Pattern::round_trip, .bytes = 64});
    BOOST_TEST(outcome.words == "a process was ended by Killed");
    BOOST_TEST(!is_something_left());
}

BOOST_AUTO_TEST_CASE(who_refuses_says_why) {
    const Outcome outcome = trial_of("cheat_dies", {.pattern = Pattern::broadcast, .bytes = 64});
    BOOST_TEST(static_cast<int>(outcome.kind) == static_cast<int>(Outcome::Kind::refused));
    BOOST_TEST(outcome.words == "has nothing for this work");
}

BOOST_AUTO_TEST_CASE(what_is_thrown_becomes_the_words) {
    BOOST_TEST(trial_of("cheat_throws", {.pattern = Pattern::round_trip, .bytes = 64}).words == "no luck today");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
