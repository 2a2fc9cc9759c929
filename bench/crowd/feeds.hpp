// Messages at fixed times, from one process to a crowd that sleeps between them. What the classes of a contender must
// have:
//
//   struct Giver { explicit Giver(const Task&); void give(); };      struct Taker { explicit Taker(const Task&); void
//   take(); };
//
// take() returns when it has got one message. Takers attach first.
#pragma once

#include "crowd/crowd.hpp"
#include "crowd/task.hpp"

namespace bench::crowd {

struct Feed {
    Crowd::Life giver, taker;
};

/// The CPU that each taker spends on a message, and how long giving one takes; of a task without messages: the CPU of
/// all takers while nothing happens.
Sample feed_crowd(const Task& task, const Feed& feed);

/// Gives task.per_second messages a second, counts them, and writes down how long each took.
void give_for_ever(Board& board, const Task& task, const std::function<void()>& give);

template <class Giver, class Taker>
Feed feed_of(const Task& task) {
    return {.giver =
                [task](Board& board, std::uint32_t) {
                    Giver giver(task);
                    give_for_ever(board, task, [&] { giver.give(); });
                },
            .taker =
                [task](Board& board, std::uint32_t) {
                    Taker taker(task);
                    board.attached.fetch_add(1);
                    for (;;) taker.take();
                }};
}

/// How the takers of handoff wait.
enum class Rest : std::uint8_t { balanced, sleep };

Feed channel_feed(const Task& task, Rest rest);
Feed topic_feed(const Task& task, Rest rest);
Feed latest_feed(const Task& task, Rest rest);

/// A word that the giver counts up before it wakes everybody with one system call. Its takers look at least every 100
/// ms, as everybody must who wants to notice that the giver has died.
class FutexFeed {
public:
    FutexFeed();
    FutexFeed(const FutexFeed&) = delete;
    FutexFeed& operator=(const FutexFeed&) = delete;
    ~FutexFeed();
    Feed feed(const Task& task) const;

private:
    std::atomic<std::uint32_t>* word_;
};

}  // namespace bench::crowd
