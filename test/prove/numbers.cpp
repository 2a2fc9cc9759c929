#include "prove/numbers.hpp"

#include <handoff/channel.hpp>
#include <handoff/testing.hpp>

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "platform/lock_file.hpp"

namespace handoff::prove {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::Checkpoints;
using testing::Child;

constexpr std::size_t mebibyte = 1024 * 1024;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// A receiver with `resident` bytes of memory dies holding a request; another receiver waits for one.
double time_to_recover(std::size_t resident) {
    const testing::UniqueName name("numbers");
    const ChannelShape shape{.slot_count = 4, .payload_bytes = 64};
    Sender sender(name, shape);
    Child target([&](Checkpoints& checkpoints) {
        Receiver receiver(name);
        auto memory = std::make_unique_for_overwrite<std::byte[]>(resident + 1);
        std::memset(memory.get(), 1, resident);
        const auto held = receiver.receive(10s).value();
        checkpoints.stop_at("holding");
    });
    sender.send(sender.loan(10s).value()).value();
    target.wait_for("holding", 60s);
    Child survivor([&](Checkpoints& checkpoints) {
        Receiver receiver(name);
        checkpoints.reach("waiting");
        receiver.receive(30s).value().processed().value();
        checkpoints.stop_at("done");
    });
    survivor.wait_for("waiting");
    const auto killed = Clock::now();
    std::thread killer([&] { target.kill(); });
    while (sender.state().free != 4) std::this_thread::yield();
    const double passed = milliseconds_since(killed);
    killer.join();
    survivor.kill();
    return passed;
}

std::string recovery_row(const char* memory, std::size_t resident, int rounds) {
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) times.push_back(time_to_recover(resident));
    std::sort(times.begin(), times.end());
    char text[128];
    std::snprintf(text, sizeof text, "| %s | %d | %.1f | %.1f | %.1f |\n", memory, rounds, times[times.size() / 2],
                  times[times.size() * 99 / 100], times.back());
    return text;
}

/// One question to the kernel whether a participant lives, with so many others alive.
std::string look_row(int living) {
    const std::string path = "/tmp/handoff-numbers-" + std::to_string(getpid());
    const auto open_once = [&] {
        return detail::platform::LockFile(
            detail::platform::Descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)));
    };
    detail::platform::LockFile mine = open_once();
    std::vector<detail::platform::LockFile> others;
    for (int i = 0; i < living; ++i) {
        others.push_back(open_once());
        others.back().try_exclusive(static_cast<std::uint64_t>(i) + 1);
    }
    constexpr int looks = 100'000;
    const auto start = Clock::now();
    for (int i = 0; i < looks; ++i) (void)mine.is_held_by_another(static_cast<std::uint64_t>(i % living) + 1);
    const double nanoseconds = milliseconds_since(start) * 1e6 / looks;
    std::remove(path.c_str());
    char text[64];
    std::snprintf(text, sizeof text, "| %d | %.0f |\n", living, nanoseconds);
    return text;
}

}  // namespace

std::string numbers() {
    return "| the dead one's memory | kills | median, ms | p99, ms | longest, ms |\n|---|--:|--:|--:|--:|\n" +
           recovery_row("a few MiB", 0, 100) + recovery_row("256 MiB", 256 * mebibyte, 20) +
           recovery_row("1 GiB", 1024 * mebibyte, 10) +
           "\n| participants alive | one look at one of them, ns |\n|--:|--:|\n" + look_row(1) + look_row(8) +
           look_row(64);
}

}  // namespace handoff::prove
