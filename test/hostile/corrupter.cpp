#include "hostile/corrupter.hpp"

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "participants/participants_layout.hpp"

namespace handoff::test {
namespace {

std::uint64_t number_in_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

Scribble any_scribble(CallRecorder::Random& random) {
    return {static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random()),
            static_cast<std::uint16_t>(random()), random()};
}

void make_noise(const SegmentUnderTest& segment, CallRecorder& recorder) {
    const bool heals = recorder.random()() % 4 != 0;  // in a segment of mere garbage every call fails early
    if (heals) segment.restore(recorder.random()());
    for (int strike = 0; strike < 40; ++strike) {
        for (auto words = recorder.random()() % 4; words > 0; --words)
            segment.scribbler().apply(any_scribble(recorder.random()));
        const auto pause_end = Clock::now() + std::chrono::microseconds(recorder.random()() % 200);
        while (Clock::now() < pause_end) {
        }
    }
}

}  // namespace

Corruption noise() {
    return {make_noise, true};
}

Corruption hammer(std::vector<std::uint16_t> in_control) {
    const auto act = [in_control = std::move(in_control)](const SegmentUnderTest& segment, CallRecorder&) {
        constexpr std::uint8_t table = 1, control = 3, add = 7;
        constexpr std::uint64_t two = 4;  // in the language of Scribble: the count of notifications
        constexpr std::uint16_t entry = sizeof(detail::participants::ParticipantEntry) / 8;
        constexpr std::uint16_t answered = offsetof(detail::participants::ParticipantEntry, answered) / 8;
        for (int round = 0; round < 1000; ++round) {
            for (const std::uint16_t word : in_control) segment.scribbler().apply({control, add, word, two});
            for (std::uint16_t index = 0; index < 4; ++index)
                segment.scribbler().apply({table, add, static_cast<std::uint16_t>(index * entry + answered), two});
        }
    };
    return {act, false};
}

std::chrono::nanoseconds corruption_time() {
    return std::chrono::seconds(number_in_environment("HANDOFF_CORRUPTION_SECONDS", 2));
}

std::uint64_t corruption_seed() {
    return number_in_environment("HANDOFF_CORRUPTION_SEED", 1);
}

std::chrono::nanoseconds CallRecorder::work_so_far() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string CallRecorder::text() const {
    const auto in_ms = [](auto time) {
        return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
    };
    return std::to_string(successes_) + " successes, " + std::to_string(refusals_) +
           " refusals, the longest call took " + in_ms(longest_) + ", the hardest worked " + in_ms(hardest_);
}

void CallRecorder::check(bool is_refused) const {
    BOOST_TEST(longest_ < deadline + bound, "a call with a deadline of 5 ms was late: " << text());
    BOOST_TEST(hardest_ < most_work, "a call worked for too long: " << text());
    BOOST_TEST((successes_ > 0U && (refusals_ > 0U || !is_refused)), "nothing happened: " << text());
}

void survive(const SegmentUnderTest& segment, const std::vector<Session>& sessions, const Corruption& corruption) {
    const std::uint64_t seed = corruption_seed();
    BOOST_TEST_MESSAGE("HANDOFF_CORRUPTION_SEED=" << seed);
    const auto end = Clock::now() + corruption_time();
    std::vector<testing::Child> children;
    const auto start = [&](std::uint64_t its_seed, const Session& session, bool is_worker) {
        children.emplace_back([=, &session](testing::Checkpoints& checkpoints) {
            CallRecorder recorder(end, its_seed);
            while (recorder.goes_on()) session(recorder);
            if (!is_worker) return;
            checkpoints.report(recorder.text());
            recorder.check(corruption.refuses);
        });
    };
    const Session corrupter = [&](CallRecorder& recorder) { corruption.act(segment, recorder); };
    start(seed, corrupter, false);
    for (std::size_t index = 0; index < sessions.size(); ++index) start(seed + 1 + index, sessions[index], true);
    for (testing::Child& child : children) {
        child.wait(corruption_time() + 2 * bound);
        for (const std::string& line : child.lines()) BOOST_TEST_MESSAGE(line);
    }
}

}  // namespace handoff::test
