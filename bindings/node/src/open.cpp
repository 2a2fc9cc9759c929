// Opening and closing, and what all that is open can tell.
#include <algorithm>

#include "fields.hpp"
#include "waits.hpp"

namespace handoff::node {

namespace {

using Type = Field::Type;

constexpr auto channel_fields = [] {
    using S = handoff_channel_options;
    return std::array{Field{"payloadBytes", Type::u64, offsetof(S, payload_bytes)},
                      Field{"replyBytes", Type::u64, offsetof(S, reply_bytes)},
                      Field{"slotCount", Type::u32, offsetof(S, slot_count)},
                      Field{"participants", Type::u32, offsetof(S, participants)},
                      Field{"maxDeliveries", Type::u32, offsetof(S, max_deliveries)},
                      Field{"inPlace", Type::flag, offsetof(S, in_place)},
                      Field{"sync", Type::word, offsetof(S, sync), sync_words},
                      Field{"lifetime", Type::word, offsetof(S, lifetime), lifetime_words},
                      Field{"mode", Type::u32, offsetof(S, mode)},
                      Field{"group", Type::text, offsetof(S, group)},
                      Field{"open", Type::word, offsetof(S, open), open_words},
                      Field{"wait", Type::word, offsetof(S, wait), wait_words},
                      Field{"timestamps", Type::word, offsetof(S, timestamps), timestamps_words},
                      Field{"prefault", Type::flag, offsetof(S, prefault)}};
}();

constexpr auto topic_fields = [] {
    using S = handoff_topic_options;
    return std::array{Field{"payloadBytes", Type::u64, offsetof(S, payload_bytes)},
                      Field{"history", Type::u32, offsetof(S, history)},
                      Field{"loans", Type::u32, offsetof(S, loans)},
                      Field{"pinBudget", Type::u32, offsetof(S, pin_budget)},
                      Field{"participants", Type::u32, offsetof(S, participants)},
                      Field{"sync", Type::word, offsetof(S, sync), sync_words},
                      Field{"lifetime", Type::word, offsetof(S, lifetime), lifetime_words},
                      Field{"mode", Type::u32, offsetof(S, mode)},
                      Field{"group", Type::text, offsetof(S, group)},
                      Field{"open", Type::word, offsetof(S, open), open_words},
                      Field{"wait", Type::word, offsetof(S, wait), wait_words},
                      Field{"timestamps", Type::word, offsetof(S, timestamps), timestamps_words},
                      Field{"prefault", Type::flag, offsetof(S, prefault)}};
}();

constexpr auto subscriber_fields = [] {
    using S = handoff_subscriber_options;
    return std::array{Field{"start", Type::word, offsetof(S, start), start_words},
                      Field{"pins", Type::u32, offsetof(S, pins)},
                      Field{"readOnly", Type::flag, offsetof(S, read_only)}};
}();

constexpr auto latest_fields = [] {
    using S = handoff_latest_options;
    return std::array{Field{"capacityBytes", Type::u64, offsetof(S, capacity_bytes)},
                      Field{"participants", Type::u32, offsetof(S, participants)},
                      Field{"sync", Type::word, offsetof(S, sync), sync_words},
                      Field{"lifetime", Type::word, offsetof(S, lifetime), lifetime_words},
                      Field{"mode", Type::u32, offsetof(S, mode)},
                      Field{"readOnly", Type::flag, offsetof(S, read_only)},
                      Field{"group", Type::text, offsetof(S, group)},
                      Field{"open", Type::word, offsetof(S, open), open_words},
                      Field{"wait", Type::word, offsetof(S, wait), wait_words},
                      Field{"timestamps", Type::word, offsetof(S, timestamps), timestamps_words}};
}();

/// What an opening needs on its thread.
template <class T, class Options>
struct Opening {
    std::string name;
    Options options;
    std::vector<std::string> texts;
    handoff_subscriber_options wishes = HANDOFF_SUBSCRIBER_OPTIONS_INIT;
    std::shared_ptr<Owned<T>> opened = std::make_shared<Owned<T>>();
};

handoff_status open_it(Opening<handoff_sender, handoff_channel_options>& it) {
    return handoff_sender_open(it.name.c_str(), &it.options, &it.opened->it);
}
handoff_status open_it(Opening<handoff_receiver, handoff_channel_options>& it) {
    return handoff_receiver_open(it.name.c_str(), &it.options, &it.opened->it);
}
handoff_status open_it(Opening<handoff_publisher, handoff_topic_options>& it) {
    return handoff_publisher_open(it.name.c_str(), &it.options, &it.opened->it);
}
handoff_status open_it(Opening<handoff_subscriber, handoff_topic_options>& it) {
    return handoff_subscriber_open(it.name.c_str(), &it.options, &it.wishes, &it.opened->it);
}
handoff_status open_it(Opening<handoff_latest, handoff_latest_options>& it) {
    return handoff_latest_open(it.name.c_str(), &it.options, &it.opened->it);
}

bool never_sleeps(const auto& opening) {
    return opening.options.wait == HANDOFF_WAIT_BUSY;
}

/// open...(name, options, wishes[, timeout, token]): with a timeout a promise, without it at once.
template <class T, class Options>
napi_value open(const Call& call, Options defaults, std::span<const Field> fields) {
    constexpr std::size_t timeout_at = 3, token_at = 4;
    const napi_env env = call.env();
    auto opening = std::make_shared<Opening<T, Options>>();
    opening->options = defaults;
    opening->name = text_from(env, call[0], "the name");
    fill(env, call[1], &opening->options, fields, opening->texts);
    std::vector<std::string> none;
    if (!is_undefined(env, call[2])) fill(env, call[2], &opening->wishes, subscriber_fields, none);
    if (is_undefined(env, call[timeout_at])) {
        check(open_it(*opening));
        return value_of(env, opening->opened, never_sleeps(*opening));
    }
    Wait wait;
    wait.attempt = [opening](std::int64_t timeout_ns, const handoff_stop* stop) {
        opening->options.attach_timeout_ns = timeout_ns;
        opening->options.attach_stop = stop;
        return open_it(*opening);
    };
    wait.result = [env, opening] { return value_of(env, opening->opened, never_sleeps(*opening)); };
    wait.try_again_on = HANDOFF_NO_SUCH_SEGMENT;
    wait.may_succeed_at_once = false;  // to make a large segment takes a while
    return start(call, std::move(wait), timeout_at, token_at);
}

napi_value open_sender(const Call& call) {
    return open<handoff_sender>(call, handoff_channel_options HANDOFF_CHANNEL_OPTIONS_INIT, channel_fields);
}
napi_value open_receiver(const Call& call) {
    return open<handoff_receiver>(call, handoff_channel_options HANDOFF_CHANNEL_OPTIONS_INIT, channel_fields);
}
napi_value open_publisher(const Call& call) {
    return open<handoff_publisher>(call, handoff_topic_options HANDOFF_TOPIC_OPTIONS_INIT, topic_fields);
}
napi_value open_subscriber(const Call& call) {
    return open<handoff_subscriber>(call, handoff_topic_options HANDOFF_TOPIC_OPTIONS_INIT, topic_fields);
}
napi_value open_latest(const Call& call) {
    return open<handoff_latest>(call, handoff_latest_options HANDOFF_LATEST_OPTIONS_INIT, latest_fields);
}

/// close(handle): also releases a slot.
napi_value close(const Call& call) {
    any_handle_from(call.env(), call[0]).close();
    return undefined(call.env());
}

napi_value is_open(const Call& call) {
    return value_of(call.env(), any_handle_from(call.env(), call[0]).is_open());
}

/// Waitables, as long as they are needed, with the descriptors and the ends of the same handles.
struct Waitables {
    ~Waitables() {
        for (auto* one : all) handoff_waitable_drop(&one);
    }
    std::vector<handoff_waitable*> all;
    std::vector<int> descriptors;
    std::vector<SharedStop> stops;
    std::size_t index = 0;
};

template <class T>
bool add_if(napi_env env, napi_value value, Waitables& waitables, auto waitable_of) {
    auto* handle = handle_if<T>(env, value);
    if (handle == nullptr) return false;
    handoff_waitable* waitable = nullptr;
    check(waitable_of(handle->use(), &waitable));
    waitables.all.push_back(waitable);
    waitables.descriptors.push_back(descriptor_of(handle->use()));
    if (std::ranges::find(waitables.stops, handle->stop) == waitables.stops.end())  // the same handle twice
        waitables.stops.push_back(handle->stop);
    return true;
}

void add(napi_env env, napi_value value, Waitables& waitables) {
    if (add_if<handoff_receiver>(env, value, waitables, handoff_receiver_waitable) ||
        add_if<handoff_subscriber>(env, value, waitables, handoff_subscriber_waitable) ||
        add_if<handoff_latest>(env, value, waitables, handoff_latest_waitable) ||
        add_if<handoff_sender>(env, value, waitables, handoff_sender_waitable) ||
        add_if<handoff_pending>(env, value, waitables, handoff_pending_waitable))
        return;
    refuse(HANDOFF_INVALID_ARGUMENT,
           "nothing can be waited for on a " + std::string(any_handle_from(env, value).name()));
}

/// waitAny(handles, timeout, token)
napi_value wait_any(const Call& call) {
    const napi_env env = call.env();
    const auto waitables = std::make_shared<Waitables>();
    std::uint32_t count = 0;
    check(env, napi_get_array_length(env, call[0], &count));
    for (std::uint32_t index = 0; index < count; ++index) {
        napi_value element = nullptr;
        check(env, napi_get_element(env, call[0], index, &element));
        add(env, element, *waitables);
    }
    Wait wait;
    wait.attempt = [waitables](std::int64_t timeout_ns, const handoff_stop* stop) {
        return handoff_wait_any(waitables->all.data(), waitables->all.size(), timeout_ns, stop, &waitables->index);
    };
    wait.descriptors = [waitables] { return waitables->descriptors; };
    wait.result = [env, waitables] { return count_of(env, waitables->index); };
    wait.closed = waitables->stops;
    return start(call, std::move(wait), 1, 2);
}

}  // namespace

void export_open(napi_env env, napi_value exports) {
    export_all(env, exports,
               {{"openSender", entry<open_sender>},
                {"openReceiver", entry<open_receiver>},
                {"openPublisher", entry<open_publisher>},
                {"openSubscriber", entry<open_subscriber>},
                {"openLatest", entry<open_latest>},
                {"close", entry<close>},
                {"isOpen", entry<is_open>},
                {"waitAny", entry<wait_any>}});
}

}  // namespace handoff::node
