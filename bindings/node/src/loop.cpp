#include "loop.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "convert.hpp"

namespace handoff::node {

namespace {

std::int64_t now_ns() noexcept {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

struct Loop::Watch {
    std::shared_ptr<Loop> loop;
    int descriptor;
    uv_poll_t poll{};
    std::vector<Listener*> listeners{};
};

struct Loop::Timer {
    std::shared_ptr<Loop> loop;
    uv_timer_t timer{};
};

class Loop::Callback {
public:
    explicit Callback(Loop& loop) : loop_(loop.shared_from_this()) {
        napi_value resource = nullptr;
        napi_open_handle_scope(loop_->env_, &handles_);
        napi_create_object(loop_->env_, &resource);
        napi_open_callback_scope(loop_->env_, resource, loop_->context_, &callback_);
    }
    Callback(const Callback&) = delete;
    ~Callback() {
        if (callback_ != nullptr) napi_close_callback_scope(loop_->env_, callback_);
        if (handles_ != nullptr) napi_close_handle_scope(loop_->env_, handles_);
    }

private:
    const std::shared_ptr<Loop> loop_;
    napi_handle_scope handles_ = nullptr;
    napi_callback_scope callback_ = nullptr;
};

Loop::Loop(napi_env env) : env_(env) {
    check(env, napi_get_uv_event_loop(env, &loop_));
    check(env, napi_async_init(env, nullptr, value_of(env, std::string_view("handoff")), &context_));
}

Loop::~Loop() = default;

void Loop::add(Listener& listener, std::span<const int> descriptors, std::int64_t deadline_ns) {
    for (const int descriptor : descriptors) {
        auto& watch = watches_[descriptor];
        if (watch == nullptr) {
            auto made = std::make_unique<Watch>(Watch{shared_from_this(), descriptor});
            made->poll.data = made.get();
            const int status = uv_poll_init(loop_, &made->poll, descriptor);
            if (status != 0) {
                watches_.erase(descriptor);
                remove(listener);
                refuse(HANDOFF_SYSTEM, "libuv cannot wait for a descriptor: " + std::string(uv_strerror(status)));
            }
            watch = made.release();
            ++open_;
            uv_poll_start(&watch->poll, UV_READABLE, on_event);
        }
        watch->listeners.push_back(&listener);
    }
    if (deadline_ns == INT64_MAX) return;
    deadlines_.emplace(deadline_ns, &listener);
    start_timer();
}

void Loop::remove(Listener& listener) noexcept {
    for (auto at = watches_.begin(); at != watches_.end();) {
        Watch& watch = *at->second;
        std::erase(watch.listeners, &listener);
        if (!watch.listeners.empty()) {
            ++at;
            continue;
        }
        at = watches_.erase(at);
        end(watch);
    }
    const auto found = std::find_if(deadlines_.begin(), deadlines_.end(),
                                    [&](const auto& deadline) { return deadline.second == &listener; });
    if (found != deadlines_.end()) deadlines_.erase(found);
    if (deadlines_.empty() && timer_ != nullptr) uv_timer_stop(&timer_->timer);
}

void Loop::end(Watch& watch) noexcept {
    // uv_close() of a poll takes its descriptor out of the loop at once: the owner may close it.
    uv_close(reinterpret_cast<uv_handle_t*>(&watch.poll), [](uv_handle_t* handle) {
        const std::unique_ptr<Watch> ended(static_cast<Watch*>(handle->data));
        ended->loop->closed();
    });
}

void Loop::start_timer() {
    if (timer_ == nullptr) {
        timer_ = new Timer{shared_from_this()};
        timer_->timer.data = timer_;
        uv_timer_init(loop_, &timer_->timer);
        ++open_;
    }
    constexpr std::int64_t ns_per_ms = 1'000'000;
    const std::int64_t left_ns = std::max<std::int64_t>(0, deadlines_.begin()->first - now_ns());
    uv_update_time(loop_);
    uv_timer_start(&timer_->timer, on_timer, static_cast<std::uint64_t>((left_ns + ns_per_ms - 1) / ns_per_ms), 0);
}

void Loop::close() noexcept {
    if (is_closing_) return;
    is_closing_ = true;
    for (const auto& [descriptor, watch] : watches_) end(*watch);
    watches_.clear();
    deadlines_.clear();
    if (timer_ != nullptr)
        uv_close(reinterpret_cast<uv_handle_t*>(&timer_->timer), [](uv_handle_t* handle) {
            const std::unique_ptr<Timer> ended(static_cast<Timer*>(handle->data));
            ended->loop->closed();
        });
    timer_ = nullptr;
    napi_async_destroy(env_, context_);
    if (open_ > 0)
        napi_add_async_cleanup_hook(
            env_, [](napi_async_cleanup_hook_handle, void*) {}, nullptr, &hook_);
}

void Loop::closed() noexcept {
    if (--open_ == 0 && hook_ != nullptr) napi_remove_async_cleanup_hook(hook_);
}

void Loop::on_event(uv_poll_t* poll, int, int) noexcept {
    Watch& watch = *static_cast<Watch*>(poll->data);
    const Callback callback(*watch.loop);
    // The watch itself lives until libuv comes round, although its last listener leaves.
    while (!watch.listeners.empty() && watch.listeners.front()->on_readable()) continue;
}

void Loop::on_timer(uv_timer_t* timer) noexcept {
    const std::shared_ptr<Loop> loop = static_cast<Timer*>(timer->data)->loop;
    const Callback callback(*loop);
    auto& deadlines = loop->deadlines_;
    while (!deadlines.empty() && deadlines.begin()->first <= now_ns()) deadlines.begin()->second->on_timeout();
    if (!deadlines.empty()) loop->start_timer();
}

}  // namespace handoff::node
