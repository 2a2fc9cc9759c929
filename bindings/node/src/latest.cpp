// Latest values.
#include "fields.hpp"
#include "waits.hpp"

namespace handoff::node {

namespace {

using Type = Field::Type;

constexpr auto info_fields = [] {
    using S = handoff_latest_info;
    return std::array{Field{"name", Type::text, offsetof(S, name)},
                      Field{"capacityBytes", Type::u64, offsetof(S, capacity_bytes)},
                      Field{"participants", Type::u32, offsetof(S, participants)},
                      Field{"sync", Type::word, offsetof(S, sync), sync_words},
                      Field{"lifetime", Type::word, offsetof(S, lifetime), lifetime_words}};
}();

constexpr auto reading_fields = [] {
    using S = handoff_reading;
    return std::array{Field{"byteLength", Type::u64, offsetof(S, bytes)},
                      Field{"sequence", Type::u64, offsetof(S, sequence)},
                      Field{"writtenNs", Type::ns, offsetof(S, written_ns)}};
}();

auto& latest_from(const Call& call) {
    return handle_from<handoff_latest>(call.env(), call[0]);
}

napi_value latest_info(const Call& call) {
    handoff_latest_info info = HANDOFF_LATEST_INFO_INIT;
    check(handoff_latest_about(latest_from(call).use(), &info));
    return object_of(call.env(), &info, info_fields);
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
    handoff_reading reading = HANDOFF_READING_INIT;
    const auto status = handoff_latest_read(latest, room.data(), room.size(), &reading);
    if (status == HANDOFF_EMPTY) return undefined(call.env());
    check(status);
    return object_of(call.env(), &reading, reading_fields);
}

/// latestWaitNewer(latest, buffer, timeout, token): the buffer is nobody else's until the promise settles
napi_value wait_newer(const Call& call) {
    const napi_env env = call.env();
    auto& handle = latest_from(call);
    const auto room = bytes_from(env, call[1], "the buffer");
    const auto reading = std::make_shared<handoff_reading>(handoff_reading HANDOFF_READING_INIT);
    Wait wait = wait_on(handle);
    wait.attempt = [owned = handle.share(), room, reading](std::int64_t timeout_ns, const handoff_stop* stop) {
        return handoff_latest_wait_newer(owned->it, room.data(), room.size(), timeout_ns, stop, reading.get());
    };
    wait.result = [env, reading] { return object_of(env, reading.get(), reading_fields); };
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
