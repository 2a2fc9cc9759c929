// What may keep a thread waiting for longer than Ctrl-C may take.
#pragma once

#include "cli/waits.hpp"

#include <future>
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

/// Runs `work` on a thread of its own and waits for what it returns or throws. Nothing if the program is asked to end
/// meanwhile: the thread is left behind, so `work` must own everything that it uses.
template <class Work>
auto unless_stopped(Work work) -> std::optional<std::invoke_result_t<Work>> {
    std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
    auto result = task.get_future();
    std::thread thread(std::move(task));
    while (result.wait_for(slice) != std::future_status::ready) {
        if (!stop_requested() || result.wait_for(slice) == std::future_status::ready) continue;
        thread.detach();
        note_thread_left_behind();
        return {};
    }
    thread.join();
    return result.get();
}

}  // namespace handoff::apps::sender
