// Waits that end in promises. Each has a thread of its own while it lasts: libuv's pool has four, and receivers that
// wait for ever would take them away from files and names.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "handle.hpp"

namespace handoff::node {

/// A wait. `attempt` runs in slices on a thread, all else on the thread of JavaScript.
struct Wait {
    std::int64_t timeout_ns = HANDOFF_FOREVER;
    std::function<handoff_status(std::int64_t slice_ns)> attempt;
    std::function<napi_value()> result;                       ///< of a good end
    handoff_status try_again_on = HANDOFF_TIMED_OUT;          ///< what an attempt answers that was merely too short
    bool may_succeed_at_once = true;                          ///< a first attempt without waiting needs no thread
    std::function<void(Refusal&)> give_up = [](Refusal&) {};  ///< on the thread, after an end without success
    std::function<void()> at_end = [] {};                     ///< whatever the end
    Flag closed;                                              ///< the handle was closed
    Flag aborted;           ///< the caller does not want to wait any longer; may be null
    std::string_view what;  ///< "Receiver", for the sentence after closed
};

class Waits {
public:
    explicit Waits(napi_env env);
    Waits(const Waits&) = delete;
    Waits& operator=(const Waits&) = delete;
    ~Waits();

    /// Begins it; the promise tells how it ends.
    napi_value start(Wait wait);
    /// Ends all of them; their promises never settle.
    void shut() noexcept;

private:
    struct Operation;
    static void arrived(napi_env env, napi_value, void* waits, void* operation);
    void settle(Operation& operation);
    void add_thread_if_needed();
    void work() noexcept;

    const napi_env env_;
    napi_threadsafe_function done_ = nullptr;
    std::unordered_map<Operation*, std::unique_ptr<Operation>> operations_;  // of the thread of JavaScript

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Operation*> queue_;        // guarded by mutex_
    std::size_t idle_ = 0;                // guarded by mutex_
    std::atomic<bool> is_ending_{false};  // set under mutex_
    std::vector<std::thread> threads_;
};

/// What stop(token) of JavaScript sets; undefined: none.
Flag token_from(napi_env env, napi_value value);

/// A wait on `handle` for something new of the C interface: `call(it, slice_ns, &made)`.
template <class Made, class T, class Call>
Wait wait_for_new(napi_env env, Handle<T>& handle, Call call) {
    auto owned = handle.share();
    auto made = std::make_shared<Owned<Made>>();
    Wait wait;
    wait.attempt = [owned, made, call](std::int64_t slice_ns) { return call(owned->it, slice_ns, &made->it); };
    wait.result = [env, made] { return value_of(env, made); };
    wait.closed = handle.stop;
    wait.what = handle.name();
    return wait;
}
/// Keeps a value from being collected until the wait has ended.
void keep(Wait& wait, napi_env env, napi_value value);
/// Nobody else uses `handle`, which `value` holds, until the wait has ended.
void wait_alone(Wait& wait, napi_env env, AnyHandle& handle, napi_value value);

napi_value start(const node::Call& call, Wait wait, std::size_t timeout_at, std::size_t token_at);

}  // namespace handoff::node
