// Waits in libuv's loop, the one of the thread of JavaScript: on descriptors, and until a moment. No thread is needed.
//
// libuv is part of every Node.js, and its version 1 keeps its binary interface.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>
#include <uv.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace handoff::node {

/// Used by the thread of JavaScript only. A handle of libuv that is being closed keeps this alive.
class Loop : public std::enable_shared_from_this<Loop> {
public:
    class Listener {
    public:
        /// One of its descriptors is readable. False: there is nothing to take any more; true: it has left the loop.
        virtual bool on_readable() = 0;
        /// The moment has come. Leaves the loop.
        virtual void on_timeout() = 0;

    protected:
        ~Listener() = default;
    };

    explicit Loop(napi_env env);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    /// Listens until remove(). The descriptors must stay open until then. `deadline_ns`: CLOCK_MONOTONIC, or INT64_MAX.
    /// Throws Refusal if the loop does not take a descriptor: then it does not listen.
    void add(Listener& listener, std::span<const int> descriptors, std::int64_t deadline_ns);
    void remove(Listener& listener) noexcept;
    /// Closes what is left. It keeps the environment alive until libuv has done so.
    void close() noexcept;

private:
    struct Watch;  ///< of a descriptor
    struct Timer;
    /// JavaScript that the callbacks below cause runs at its end, as after Node's own.
    class Callback;

    void end(Watch& watch) noexcept;
    void start_timer();
    void closed() noexcept;
    static void on_event(uv_poll_t* poll, int status, int events) noexcept;
    static void on_timer(uv_timer_t* timer) noexcept;

    const napi_env env_;
    uv_loop_t* loop_ = nullptr;
    napi_async_context context_ = nullptr;
    napi_async_cleanup_hook_handle hook_ = nullptr;
    std::map<int, Watch*> watches_;
    std::multimap<std::int64_t, Listener*> deadlines_;
    Timer* timer_ = nullptr;
    std::size_t open_ = 0;  ///< handles of libuv
    bool is_closing_ = false;
};

}  // namespace handoff::node
