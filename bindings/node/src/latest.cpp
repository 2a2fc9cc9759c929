// Latest values.
#include "fields.hpp"
#include "waits.hpp"

namespace handoff::node {

namespace {

auto& latest_from(const Call& call) {
    return handle_from<handoff_latest>(call.env(), call[0]);
}

napi_value latest_info(const Call& call) {
    handoff_latest_info info;
    handoff_latest_info_init(&info);
    check(handoff_latest_about(latest_from(call).use(), &info));
    Told told(call.env());
    described::each_latest_info(told, info);
    return told.object();
}

/// latestWrite(latest, bytes)
napi_value write(const Call& call) {
    auto* latest = latest_from(call).use();
    const auto bytes = bytes_from(call.env(), call[1], "the value");
    std::uint64_t sequence = 0;
    check(handoff_latest_write(latest, bytes.data(), bytes.size(), &sequence));
    return count_of(call.env(), sequence);
}

/// latestRead(latest, buffer): undefined before the first write
napi_value read(const Call& call) {
    auto* latest = latest_from(call).use();
    const auto room = bytes_from(call.env(), call[1], "the buffer");
    handoff_reading reading;
    handoff_reading_init(&reading);
    const auto status = handoff_latest_read(latest, room.data(), room.size(), &reading);
    if (status == HANDOFF_EMPTY) return undefined(call.env());
    check(status);
    Told told(call.env());
    described::each_reading(told, reading);
    return told.object();
}

/// latestWaitNewer(latest, buffer, timeout, token): the buffer is nobody else's until the promise settles
napi_value wait_newer(const Call& call) {
    const napi_env env = call.env();
    auto& handle = latest_from(call);
    const auto room = bytes_from(env, call[1], "the buffer");
    const auto reading = std::make_shared<handoff_reading>();
    handoff_reading_init(reading.get());
    Wait wait = wait_on(handle);
    wait.attempt = [owned = handle.share(), room, reading](std::int64_t timeout_ns, const handoff_stop* stop) {
        return handoff_latest_wait_newer(owned->it, room.data(), room.size(), timeout_ns, stop, reading.get());
    };
    wait.result = [env, reading] {
        Told told(env);
        described::each_reading(told, *reading);
        return told.object();
    };
    keep(wait, env, call[1]);
    return start(call, std::move(wait), 2, 3);
}

napi_value has_newer(const Call& call) {
    return value_of(call.env(), handoff_latest_has_newer(latest_from(call).use()));
}

}  // namespace

void export_latest(napi_env env, napi_value exports) {
    export_all(env, exports,
               {{"latestInfo", entry<latest_info>},
                {"latestWrite", entry<write>},
                {"latestRead", entry<read>},
                {"latestWaitNewer", entry<wait_newer>},
                {"hasNewer", entry<has_newer>}});
}

}  // namespace handoff::node
