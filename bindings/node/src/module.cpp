// What require('./handoff.node') answers. index.js makes classes of it.
#include <cstdlib>
#include <string>
#include <vector>

#include "addon.hpp"
#include "waits.hpp"

namespace handoff::node {

void export_open(napi_env env, napi_value exports);
void export_slots(napi_env env, napi_value exports);
void export_batches(napi_env env, napi_value exports);
void export_channel(napi_env env, napi_value exports);
void export_topic(napi_env env, napi_value exports);
void export_latest(napi_env env, napi_value exports);

const std::shared_ptr<Addon>& shared_addon_of(napi_env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return *static_cast<std::shared_ptr<Addon>*>(data);
}

Addon::Addon(napi_env env)
    : copies(std::getenv("HANDOFF_NODE_COPIES") != nullptr), waits(std::make_unique<Waits>(env)) {}
Addon::~Addon() = default;

void Addon::close_all() noexcept {
    is_shut = true;
    waits->shut();
    for (AnyHandle* handle : handles) handle->close();
}

namespace {

/// setup(HandoffError, detachCopy, transfer)
napi_value setup(const Call& call) {
    Addon& addon = addon_of(call.env());
    check(call.env(), napi_create_reference(call.env(), call[0], 1, &addon.error_class));
    check(call.env(), napi_create_reference(call.env(), call[1], 1, &addon.detach_copy));
    if (!is_undefined(call.env(), call[2]))
        check(call.env(), napi_create_reference(call.env(), call[2], 1, &addon.transfer));
    return undefined(call.env());
}

napi_value close_all(const Call& call) {
    addon_of(call.env()).close_all();
    return undefined(call.env());
}

napi_value version(const Call& call) {
    return value_of(call.env(), std::string_view(handoff_version()));
}

napi_value handle_sigbus(const Call& call) {
    check(handoff_handle_sigbus());
    return undefined(call.env());
}

/// listSegments([glob])
napi_value list_segments(const Call& call) {
    const std::string glob = is_undefined(call.env(), call[0]) ? "*" : text_from(call.env(), call[0], "the pattern");
    std::vector<std::string> names;
    const auto add = [](const char* name, void* all) { static_cast<std::vector<std::string>*>(all)->push_back(name); };
    check(handoff_list_segments(glob.c_str(), add, &names));
    napi_value array = nullptr;
    check(call.env(), napi_create_array_with_length(call.env(), names.size(), &array));
    for (std::uint32_t index = 0; index < names.size(); ++index)
        check(call.env(),
              napi_set_element(call.env(), array, index, value_of(call.env(), std::string_view(names[index]))));
    return array;
}

/// clean(name): the number of dead participants
napi_value clean(const Call& call) {
    std::uint32_t recovered = 0;
    check(handoff_clean(text_from(call.env(), call[0], "the name").c_str(), &recovered, nullptr));
    return count_of(call.env(), recovered);
}

/// remove(name, force)
napi_value remove(const Call& call) {
    const bool force = !is_undefined(call.env(), call[1]) && flag_from(call.env(), call[1], "force");
    check(handoff_remove(text_from(call.env(), call[0], "the name").c_str(), force));
    return undefined(call.env());
}

/// token(), for stop(token) and the waits that it stops
napi_value token(const Call& call) {
    napi_value value = nullptr;
    auto made = std::make_unique<SharedStop>(std::make_shared<Stop>());
    const auto collected = [](napi_env, void* data, void*) { delete static_cast<SharedStop*>(data); };
    check(call.env(), napi_create_external(call.env(), made.get(), collected, nullptr, &value));
    (void)made.release();
    return value;
}

napi_value stop(const Call& call) {
    token_from(call.env(), call[0])->request();
    return undefined(call.env());
}

napi_value init(napi_env env, napi_value exports) {
    const auto addon = std::make_shared<Addon>(env);
    auto kept = std::make_unique<std::shared_ptr<Addon>>(addon);
    const auto end = [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<Addon>*>(data); };
    check(env, napi_set_instance_data(env, kept.get(), end, nullptr));
    (void)kept.release();
    // A worker that is terminated hears of it here, before Node takes the way back to its thread apart.
    check(env, napi_add_env_cleanup_hook(
                   env, [](void* data) { static_cast<Addon*>(data)->close_all(); }, addon.get()));
    export_all(env, exports,
               {{"setup", entry<setup>},
                {"closeAll", entry<close_all>},
                {"version", entry<version>},
                {"handleSigbus", entry<handle_sigbus>},
                {"listSegments", entry<list_segments>},
                {"clean", entry<clean>},
                {"remove", entry<remove>},
                {"token", entry<token>},
                {"stop", entry<stop>}});
    export_open(env, exports);
    export_slots(env, exports);
    export_batches(env, exports);
    export_channel(env, exports);
    export_topic(env, exports);
    export_latest(env, exports);
    return exports;
}

}  // namespace

}  // namespace handoff::node

NAPI_MODULE_INIT() {
    try {
        return handoff::node::init(env, exports);
    } catch (...) {
        napi_throw_error(env, "system", "the native part of handoff could not be set up");
        return nullptr;
    }
}
