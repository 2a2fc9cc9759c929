// What a message costs when many are queued before it, and how long the messages of a dead sender keep a newcomer
// waiting (Google Benchmark, a part of handoff_bench_micro). Slots are too many or too large for a cache.
#include <benchmark/benchmark.h>
#include <handoff/handoff.hpp>
#include <handoff/inspect.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

namespace depth {

constexpr std::uint32_t most_slots = 65'535, in_motion = 64;
constexpr std::size_t payload = 1024;

std::string unique_name() {
    static int count = 0;
    return "handoff-depth-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

const handoff::HandleOptions handle{.timestamps = handoff::Timestamps::coarse};

handoff::ChannelShape shape_for(std::uint32_t slots) {
    return {.slot_count = slots, .payload_bytes = payload};
}

void send(handoff::Sender& sender, std::int64_t messages) {
    for (std::int64_t i = 0; i < messages; ++i) sender.send(sender.loan().value()).value();
}

/// A channel in which so many messages are queued, and in_motion slots are free.
struct Queue {
    explicit Queue(std::int64_t depth)
        : name(unique_name()),
          shape(shape_for(static_cast<std::uint32_t>(depth) + in_motion)),
          sender(name, shape, handle),
          receiver(name, shape, handle) {
        send(sender, depth);
    }
    std::string name;
    handoff::ChannelShape shape;
    handoff::Sender sender;
    handoff::Receiver receiver;
};

void one_message_behind(benchmark::State& state) {
    Queue queue(state.range(0));
    for (auto _ : state) {
        queue.sender.send(queue.sender.loan().value()).value();
        queue.receiver.receive().value().processed().value();
    }
}

/// Per message, too.
void batches_behind(benchmark::State& state) {
    Queue queue(state.range(0));
    std::array<handoff::Loan, in_motion / 2> loans;
    std::array<handoff::Request, in_motion / 2> requests;
    for (auto _ : state) {
        const std::size_t sent = queue.sender.loan(loans).value();
        queue.sender.send(std::span(loans).first(sent)).value();
        const std::size_t taken = queue.receiver.receive(std::span(requests).first(sent)).value();
        queue.receiver.processed(std::span(requests).first(taken)).value();
        if (sent != loans.size() || taken != sent) return state.SkipWithError("a batch was cut short");
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(loans.size()));
}

/// What is left of a sender that was killed with so many messages unread.
void leave_unread(const std::string& name, const handoff::ChannelShape& shape, std::int64_t messages) {
    const pid_t child = fork();
    if (child == 0) {
        handoff::Sender sender(name, shape, handle);
        send(sender, messages);
        _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("the sender has failed");
}

/// Opening a channel: the newcomer recovers the dead.
void join_behind_a_dead_sender(benchmark::State& state) {
    for (auto _ : state) {
        const std::string name = unique_name();
        const auto shape = shape_for(most_slots);
        leave_unread(name, shape, state.range(0));
        const auto before = std::chrono::steady_clock::now();
        std::optional<handoff::Receiver> receiver(std::in_place, name, shape);
        state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count());
        if (state.range(0) > 0 && !receiver->receive())
            return state.SkipWithError("nothing is left of the dead sender");
        receiver.reset();
        (void)handoff::inspect::remove(name, true);  // without unread messages it is gone already
    }
}

BENCHMARK(one_message_behind)->Arg(8)->Arg(4096)->Arg(most_slots - in_motion);
BENCHMARK(batches_behind)->Arg(8)->Arg(4096)->Arg(most_slots - in_motion);
BENCHMARK(join_behind_a_dead_sender)
    ->Arg(0)
    ->Arg(4096)
    ->Arg(16384)
    ->Arg(most_slots)
    ->UseManualTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace depth
