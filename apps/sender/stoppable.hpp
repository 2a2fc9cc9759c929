// What may keep a thread waiting for longer than Ctrl-C may take.
#pragma once

#include "cli/waits.hpp"

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace handoff::apps::sender {

/// From now on some_thread_was_left_behind() is true.
void note_thread_left_behind() noexcept;

/// True if a thread that was left behind is still at work. Then the program must end without destroying what such a
/// thread may use: with std::_Exit.
bool some_thread_was_left_behind() noexcept;

/// What is nearly done when the program is asked to end may still end well.
inline constexpr std::chrono::milliseconds time_to_end{100};

/// Runs `work` on a thread of its own and waits for what it returns or throws. Nothing if the program is asked to end
/// meanwhile: the thread is left behind, so `work` must own everything that it uses.
template <class Work>
auto unless_stopped(Work work) -> std::optional<std::invoke_result_t<Work>> {
    struct End {
        std::mutex mutex;
        std::condition_variable_any reached;
        bool is_reached = false;
    };
    const auto end = std::make_shared<End>();
    std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
    auto result = task.get_future();
    std::thread thread([end, task = std::move(task)]() mutable {
        task();
        const std::lock_guard lock(end->mutex);
        end->is_reached = true;
        end->reached.notify_all();
    });
    const auto is_reached = [&] { return end->is_reached; };
    std::unique_lock lock(end->mutex);
    if (end->reached.wait(lock, stop_token(), is_reached) || end->reached.wait_for(lock, time_to_end, is_reached)) {
        lock.unlock();
        thread.join();
        return result.get();
    }
    thread.detach();
    note_thread_left_behind();
    return {};
}

}  // namespace handoff::apps::sender
