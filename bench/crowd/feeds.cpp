#include "crowd/feeds.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "contender/os.hpp"

namespace bench::crowd {

namespace {

/// Attached, and nothing but sleep since then.
double settled_cpu_s(const SharedBoard& board, const Crowd& takers, const Task& task) {
    board.wait_for([&] { return board->attached.load() == task.many; }, task.attach_s,
                   [&] {
                       return "only " + std::to_string(board->attached.load()) + " of " + std::to_string(task.many) +
                              " attached";
                   });
    board.watch_for(0.5);
    return takers.cpu_s();
}

}  // namespace

void give_for_ever(Board& board, const Task& task, const std::function<void()>& give) {
    const std::int64_t pause_ns = 1'000'000'000 / task.per_second;
    for (std::int64_t due_ns = now_ns();; due_ns += pause_ns) {
        sleep_ns(std::max<std::int64_t>(0, due_ns - now_ns()));
        const std::int64_t begin_ns = now_ns();
        give();
        board.times.add(static_cast<std::uint64_t>(now_ns() - begin_ns) * 1000);
        board.messages.fetch_add(1);
    }
}

Sample feed_crowd(const Task& task, const Feed& feed) {
    SharedBoard board;
    Crowd takers(board, task.many, feed.taker);
    const double idle_before = settled_cpu_s(board, takers, task);
    if (task.per_second == 0) {
        const std::int64_t begin_ns = now_ns();
        board.watch_for(task.seconds);
        const double idle = takers.cpu_s() - idle_before;
        return {{Measure::idle_cores, idle / (static_cast<double>(now_ns() - begin_ns) / 1e9)}};
    }
    constexpr double warm_up_s = 0.3, least_messages = 15;
    Crowd giver(board, 1, feed.giver);
    board.watch_for(warm_up_s);
    const std::uint64_t before = board->messages.load();
    const double cpu_before = takers.cpu_s();
    board.watch_for(std::max(task.seconds, least_messages / task.per_second));
    const auto seen = static_cast<double>(board->messages.load() - before);
    if (seen <= 0) throw TrialFailed("not one message was given");
    return {{Measure::p50_s, static_cast<double>(board->times.percentile(50)) / 1e12},
            {Measure::cpu_s, (takers.cpu_s() - cpu_before) / seen / task.many}};
}

FutexFeed::FutexFeed() {
    void* page = mmap(nullptr, sizeof *word_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw_errno("no memory for a word");
    word_ = new (page) std::atomic<std::uint32_t>(0);
}

FutexFeed::~FutexFeed() {
    munmap(word_, sizeof *word_);
}

Feed FutexFeed::feed(const Task& task) const {
    constexpr std::int64_t tick_ns = 100'000'000;
    return {.giver =
                [this, task](Board& board, std::uint32_t) {
                    give_for_ever(board, task, [this] {
                        word_->fetch_add(1);
                        futex_wake(*word_);
                    });
                },
            .taker =
                [this](Board& board, std::uint32_t) {
                    board.attached.fetch_add(1);
                    for (std::uint32_t seen = word_->load();; seen = word_->load())
                        while (word_->load() == seen) futex_wait(*word_, seen, tick_ns);
                }};
}

}  // namespace bench::crowd
