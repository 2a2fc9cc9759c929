#include "views.hpp"

#include <cstring>

#include "addon.hpp"

namespace handoff::node {

namespace {

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

void write_back(napi_env env, const View& view, napi_value buffer) {
    void* data = nullptr;
    std::size_t bytes = 0;
    if (napi_get_arraybuffer_info(env, buffer, &data, &bytes) == napi_ok && bytes == view.area.bytes && bytes > 0)
        std::memcpy(view.area.data, data, bytes);
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

void check_views(napi_env env, const AnyHandle& handle) {
    for (const View& view : handle.views)
        if (view.buffer != nullptr && buffer_at_hand(env, view) == nullptr)
            refuse(HANDOFF_INVALID_HANDLE, "the buffer of this " + std::string(handle.name()) +
                                               " was transferred to somebody else: release() it, and copy what you "
                                               "want to pass on");
}

bool detach_views(napi_env env, AnyHandle& handle) noexcept {
    bool had_all = true;
    napi_handle_scope scope = nullptr;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return false;
    for (View& view : handle.views) {
        if (view.buffer == nullptr) continue;
        napi_value buffer = buffer_at_hand(env, view);
        if (buffer != nullptr && view.is_copy && view.area.is_writable) write_back(env, view, buffer);
        const bool is_detached = buffer != nullptr && napi_detach_arraybuffer(env, buffer) == napi_ok;
        had_all = had_all && (is_detached || view.is_copy);
        napi_delete_reference(env, view.buffer);
        view = View{};
    }
    napi_close_handle_scope(env, scope);
    return had_all;
}

}  // namespace handoff::node
