#include "views.hpp"

#include <chrono>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

#include "addon.hpp"

namespace handoff::node {

namespace {

/// Memory that an asynchronous job of Node (zlib, a write to a file) may still read when the slot and all handles are
/// closed, because somebody forgot an `await`: Node keeps the ArrayBuffer until the job is done.
struct Kept {
    handoff_mapping* mapping;
    std::shared_ptr<Addon> addon;
};

/// When an environment ends, its objects are collected although its jobs go on. What they may read stays mapped for a
/// while.
struct Orphans {
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::minutes longest_job{1};

    void drop_old() {
        const std::lock_guard lock(mutex);
        for (; !list.empty() && list.front().first < Clock::now(); list.pop_front())
            handoff_mapping_drop(&list.front().second);
    }
    void add(handoff_mapping* mapping) {
        const std::lock_guard lock(mutex);
        list.emplace_back(Clock::now() + longest_job, mapping);
    }

    std::mutex mutex;
    std::deque<std::pair<Clock::time_point, handoff_mapping*>> list;
};

Orphans& orphans() {
    static auto& all = *new Orphans;  // environments end at any time
    return all;
}

void keep_mapped(napi_env env, napi_value buffer, const Area& area) {
    orphans().drop_old();
    auto kept = std::make_unique<Kept>(Kept{nullptr, shared_addon_of(env)});
    check(handoff_mapping_keep(area.data, &kept->mapping));
    const auto collected = [](napi_env, void* data, void*) {
        const std::unique_ptr<Kept> mine(static_cast<Kept*>(data));
        if (mine->addon->is_shut) return orphans().add(mine->mapping);
        handoff_mapping_drop(&mine->mapping);
    };
    const napi_status status = napi_add_finalizer(env, buffer, kept.get(), collected, nullptr, nullptr);
    if (status != napi_ok) handoff_mapping_drop(&kept->mapping);
    check(env, status);
    (void)kept.release();
}

/// The buffer on the area itself, which keeps `owner` as long as it lives. Null where the engine refuses such buffers.
napi_value buffer_in_place(napi_env env, const Area& area, const std::shared_ptr<void>& owner) {
    if (addon_of(env).copies) return nullptr;
    auto kept = std::make_unique<std::shared_ptr<void>>(owner);
    const auto collected = [](napi_env, void*, void* hint) { delete static_cast<std::shared_ptr<void>*>(hint); };
    napi_value buffer = nullptr;
    const napi_status status =
        napi_create_external_arraybuffer(env, area.data, area.bytes, collected, kept.get(), &buffer);
    if (status == napi_no_external_buffers_allowed) return nullptr;
    check(env, status);
    (void)kept.release();
    keep_mapped(env, buffer, area);
    return buffer;
}

napi_value buffer_with_copy(napi_env env, const Area& area) {
    napi_value buffer = nullptr;
    void* data = nullptr;
    check(env, napi_create_arraybuffer(env, area.bytes, &data, &buffer));
    if (area.bytes > 0) std::memcpy(data, area.data, area.bytes);
    return buffer;
}

/// The buffer of a view if it is still with us, null after it was collected, transferred or detached.
napi_value buffer_at_hand(napi_env env, const View& view) {
    napi_value buffer = nullptr;
    bool is_detached = true;
    if (view.buffer == nullptr || napi_get_reference_value(env, view.buffer, &buffer) != napi_ok || buffer == nullptr)
        return nullptr;
    return napi_is_detached_arraybuffer(env, buffer, &is_detached) == napi_ok && !is_detached ? buffer : nullptr;
}

void check_views(napi_env env, const AnyHandle& handle) {
    for (const View& view : handle.views)
        if (view.buffer != nullptr && buffer_at_hand(env, view) == nullptr)
            refuse(HANDOFF_INVALID_HANDLE, "the buffer of this " + std::string(handle.name()) +
                                               " was transferred elsewhere: release() it, and copy what you "
                                               "want to pass on");
}

/// False if the function throws.
bool try_call(napi_env env, napi_value self, napi_ref reference, napi_value argument) noexcept {
    napi_value function = nullptr, result = nullptr, exception = nullptr;
    if (napi_get_reference_value(env, reference, &function) != napi_ok) return false;
    const napi_status status = napi_call_function(env, self, function, 1, &argument, &result);
    if (status == napi_pending_exception) napi_get_and_clear_last_exception(env, &exception);
    return status == napi_ok;
}

/// Since Node 24.15 markAsUntransferable forbids to detach a buffer, and napi_detach_arraybuffer then aborts the
/// process. JavaScript's own way out of a buffer throws instead, and every Node that forbids it has one.
bool detach(napi_env env, napi_value buffer) noexcept {
    const napi_ref transfer = addon_of(env).transfer;
    if (transfer == nullptr) return napi_detach_arraybuffer(env, buffer) == napi_ok;
    napi_value no_bytes = nullptr;
    return napi_create_uint32(env, 0, &no_bytes) == napi_ok && try_call(env, buffer, transfer, no_bytes);
}

bool detach_copy(napi_env env, napi_value buffer) noexcept {
    return try_call(env, buffer, addon_of(env).detach_copy, buffer);
}

void write_back(napi_env env, const View& view, napi_value buffer) {
    void* data = nullptr;
    std::size_t bytes = 0;
    if (napi_get_arraybuffer_info(env, buffer, &data, &bytes) == napi_ok && bytes == view.area.bytes && bytes > 0)
        std::memcpy(view.area.data, data, bytes);
}

void forget(napi_env env, View& view) noexcept {
    napi_delete_reference(env, view.buffer);
    view = View{};
}

/// Ends those views that let themselves be ended. A copy is nobody's but JavaScript's: it need not be detached.
bool try_end_views(napi_env env, AnyHandle& handle) noexcept {
    bool had_all = true;
    napi_handle_scope scope = nullptr;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return false;
    for (View& view : handle.views) {
        if (view.buffer == nullptr) continue;
        napi_value buffer = buffer_at_hand(env, view);
        if (buffer != nullptr && view.is_copy && view.area.is_writable) write_back(env, view, buffer);
        const bool is_detached = buffer != nullptr && (view.is_copy ? detach_copy(env, buffer) : detach(env, buffer));
        if (is_detached || view.is_copy)
            forget(env, view);
        else
            had_all = false;
    }
    napi_close_handle_scope(env, scope);
    return had_all;
}

}  // namespace

napi_value buffer_of(napi_env env, AnyHandle& handle, std::size_t at, Area area, std::shared_ptr<void> owner) {
    View& view = handle.views[at];
    if (view.buffer != nullptr) {
        check_views(env, handle);
        return buffer_at_hand(env, view);
    }
    napi_value buffer = area.bytes == 0 ? nullptr : buffer_in_place(env, area, owner);
    const bool is_copy = buffer == nullptr;
    if (is_copy) buffer = buffer_with_copy(env, area);
    check(env, napi_create_reference(env, buffer, 1, &view.buffer));
    view.area = area;
    view.is_copy = is_copy;
    return buffer;
}

void end_views(napi_env env, AnyHandle& handle) {
    check_views(env, handle);
    if (!try_end_views(env, handle))
        refuse(HANDOFF_INVALID_HANDLE,
               "the buffer of this " + std::string(handle.name()) +
                   " cannot be taken back, because markAsUntransferable was called on it: release() "
                   "it, and mark a copy of the bytes instead");
}

bool give_up_views(napi_env env, AnyHandle& handle) noexcept {
    const bool had_all = try_end_views(env, handle);
    forget_views(env, handle);
    return had_all;
}

void forget_views(napi_env env, AnyHandle& handle) noexcept {
    for (View& view : handle.views)
        if (view.buffer != nullptr) forget(env, view);
}

}  // namespace handoff::node
