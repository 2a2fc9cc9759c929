// What one process pays for each call, with nobody else around (Google Benchmark). Between processes: handoff_bench.
#include <benchmark/benchmark.h>
#include <handoff/handoff.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace {

std::string unique_name() {
    static int count = 0;
    return "handoff-micro-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

struct Channel {
    explicit Channel(std::size_t bytes)
        : name(unique_name()), sender(name, {.slot_count = 8, .payload_bytes = bytes}), receiver(name) {}
    std::string name;
    handoff::Sender sender;
    handoff::Receiver receiver;
};

void loan_and_give_back(benchmark::State& state) {
    Channel channel(64);
    for (auto _ : state) benchmark::DoNotOptimize(channel.sender.loan().value());
}

void loan_send_receive_processed(benchmark::State& state) {
    Channel channel(64);
    for (auto _ : state) {
        channel.sender.send(channel.sender.loan().value()).value();
        channel.receiver.receive().value().processed().value();
    }
}

void request_async_receive_processed_wait(benchmark::State& state) {
    Channel channel(64);
    for (auto _ : state) {
        auto pending = channel.sender.request_async(channel.sender.loan().value()).value();
        channel.receiver.receive().value().processed().value();
        benchmark::DoNotOptimize(pending.wait().value());
    }
}

void try_receive_of_nothing(benchmark::State& state) {
    Channel channel(64);
    for (auto _ : state) benchmark::DoNotOptimize(channel.receiver.try_receive().has_value());
}

void publish(benchmark::State& state) {
    handoff::Publisher publisher(unique_name(), {.payload_bytes = 64});
    for (auto _ : state) publisher.publish(publisher.loan().value()).value();
}

void publish_and_next(benchmark::State& state) {
    const std::string name = unique_name();
    handoff::Publisher publisher(name, {.payload_bytes = 64});
    handoff::Subscriber subscriber(name);
    for (auto _ : state) {
        publisher.publish(publisher.loan().value()).value();
        benchmark::DoNotOptimize(subscriber.next().value());
    }
}

void publish_and_copy_next(benchmark::State& state) {
    const std::string name = unique_name();
    const auto bytes = static_cast<std::size_t>(state.range(0));
    handoff::Publisher publisher(name, {.payload_bytes = bytes});
    handoff::Subscriber subscriber(name);
    std::vector<std::byte> buffer(bytes);
    for (auto _ : state) {
        publisher.publish(publisher.loan().value()).value();
        benchmark::DoNotOptimize(subscriber.copy_next(buffer).value());
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

using Value = std::array<std::byte, 64>;

void latest_write(benchmark::State& state) {
    handoff::Latest<Value> latest(unique_name());
    for (auto _ : state) latest.write({}).value();
}

void latest_read(benchmark::State& state) {
    handoff::Latest<Value> latest(unique_name());
    latest.write({}).value();
    for (auto _ : state) benchmark::DoNotOptimize(latest.read().value());
}

void steady_clock_now(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(std::chrono::steady_clock::now());
}

BENCHMARK(loan_and_give_back);
BENCHMARK(loan_send_receive_processed);
BENCHMARK(request_async_receive_processed_wait);
BENCHMARK(try_receive_of_nothing);
BENCHMARK(publish);
BENCHMARK(publish_and_next);
BENCHMARK(publish_and_copy_next)->Arg(64)->Arg(1 << 20);
BENCHMARK(latest_write);
BENCHMARK(latest_read);
BENCHMARK(steady_clock_now);

}  // namespace
