#include "handle.hpp"

#include "addon.hpp"

namespace handoff::node {

AnyHandle::AnyHandle(napi_env env) : env_(env), addon_(shared_addon_of(env)) {
    addon_->handles.insert(this);
}
AnyHandle::~AnyHandle() {
    addon_->handles.erase(this);
    forget_views(env_, *this);
}

void refuse_closed(std::string_view name) {
    refuse(HANDOFF_INVALID_HANDLE,
           "this " + std::string(name) + " is closed: it was released, sent, finished or closed");
}
void refuse_busy(std::string_view name) {
    refuse(HANDOFF_INVALID_ARGUMENT,
           "this " + std::string(name) + " is waiting already: await the first promise before the next call");
}

napi_value value_of(napi_env env, std::unique_ptr<AnyHandle> handle) {
    napi_value value = nullptr;
    const auto collected = [](napi_env, void* data, void*) { delete static_cast<AnyHandle*>(data); };
    check(env, napi_create_external(env, handle.get(), collected, nullptr, &value));
    (void)handle.release();
    return value;
}

AnyHandle& any_handle_from(napi_env env, napi_value value) {
    void* data = nullptr;
    if (type_of(env, value) != napi_external)
        refuse(HANDOFF_INVALID_ARGUMENT, "a handle of handoff is needed, not " + words(env, value));
    check(env, napi_get_value_external(env, value, &data));
    return *static_cast<AnyHandle*>(data);
}

}  // namespace handoff::node
