// Waits that end in promises. What can be awaited on a descriptor waits in libuv's loop; what cannot (an opening, the
// other side) and what never sleeps has a thread of its own while it lasts.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "handle.hpp"
#include "loop.hpp"
#include "threads.hpp"

namespace handoff::node {

struct Wait {
    std::int64_t timeout_ns = HANDOFF_FOREVER;
    /// Tries for as long as `timeout_ns`, or until the stop. On a thread of its own if there are no descriptors.
    std::function<handoff_status(std::int64_t timeout_ns, const handoff_stop* stop)> attempt;
    /// One of these becomes readable when the next attempt may succeed. Asked for when the first attempt got nothing.
    std::function<std::vector<int>()> descriptors;
    std::function<napi_value()> result;                       ///< of a good end
    handoff_status try_again_on = HANDOFF_TIMED_OUT;          ///< what an attempt answers that was merely too short
    bool may_succeed_at_once = true;                          ///< an attempt without waiting takes no time
    std::function<void(Refusal&)> give_up = [](Refusal&) {};  ///< after an end without success
    std::function<void()> at_end = [] {};                     ///< whatever the end
    std::vector<SharedStop> closed;                           ///< of the handles that it waits on
    SharedStop aborted;                ///< the caller does not want to wait any longer; may be null
    std::string_view what = "handle";  ///< for the sentence after closed
    bool looks_last = false;           ///< what is there when it is aborted would be lost
};

/// Used by the thread of JavaScript only.
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
    friend class Operation;
    friend class LoopOperation;
    friend class ThreadOperation;

    static void on_thread_end(napi_env env, napi_value, void* waits, void* operation);
    /// Settles its promise, and forgets it.
    void end(Operation& operation);
    void settle(Operation& operation);

    const napi_env env_;
    const std::shared_ptr<Loop> loop_;
    napi_threadsafe_function thread_end_ = nullptr;
    std::unordered_map<Operation*, std::unique_ptr<Operation>> operations_;
    std::size_t on_threads_ = 0;
    Threads threads_;  // after what they use: ends first
    bool is_shut_ = false;
};

/// What stop(token) of JavaScript requests; undefined: none.
SharedStop token_from(napi_env env, napi_value value);

int descriptor_of(const handoff_sender* sender);
int descriptor_of(const handoff_pending* pending);
int descriptor_of(const handoff_receiver* receiver);
int descriptor_of(const handoff_subscriber* subscriber);
int descriptor_of(const handoff_latest* latest);

/// A wait on `handle`, which ends with it.
template <class T>
Wait wait_on(Handle<T>& handle) {
    Wait wait;
    if (!handle.never_sleeps)
        wait.descriptors = [owned = handle.share()] { return std::vector{descriptor_of(owned->it)}; };
    wait.closed = {handle.stop};
    wait.what = handle.name();
    return wait;
}
/// A wait on `handle` for something new of the C interface: `call(it, timeout_ns, stop, &made)`.
template <class Made, class T, class Call>
Wait wait_for_new(napi_env env, Handle<T>& handle, Call call) {
    auto owned = handle.share();
    auto made = std::make_shared<Owned<Made>>();
    Wait wait = wait_on(handle);
    wait.attempt = [owned, made, call](std::int64_t timeout_ns, const handoff_stop* stop) {
        return call(owned->it, timeout_ns, stop, &made->it);
    };
    wait.result = [env, made] { return value_of(env, made); };
    return wait;
}
/// Keeps a value from being collected until the wait has ended.
void keep(Wait& wait, napi_env env, napi_value value);
/// Nobody else uses `handle`, which `value` holds, until the wait has ended.
void wait_alone(Wait& wait, napi_env env, AnyHandle& handle, napi_value value);

napi_value start(const node::Call& call, Wait wait, std::size_t timeout_at, std::size_t token_at);

}  // namespace handoff::node
