// Topics: publisher and subscriber.
#include "fields.hpp"
#include "waits.hpp"

namespace handoff::node {

namespace {

auto& publisher_from(const Call& call) {
    return handle_from<handoff_publisher>(call.env(), call[0]);
}
auto& subscriber_from(const Call& call) {
    return handle_from<handoff_subscriber>(call.env(), call[0]);
}

napi_value topic_info(const Call& call) {
    handoff_topic_info info;
    handoff_topic_info_init(&info);
    if (auto* publisher = handle_if<handoff_publisher>(call.env(), call[0])) {
        check(handoff_publisher_info(publisher->use(), &info));
    } else {
        check(handoff_subscriber_info(subscriber_from(call).use(), &info));
    }
    Told told(call.env());
    described::each_topic_info(told, info);
    return told.object();
}

napi_value topic_state(const Call& call) {
    handoff_topic_state state;
    handoff_topic_state_init(&state);
    if (auto* publisher = handle_if<handoff_publisher>(call.env(), call[0])) {
        check(handoff_publisher_state(publisher->use(), &state));
    } else {
        check(handoff_subscriber_state(subscriber_from(call).use(), &state));
    }
    Told told(call.env());
    described::each_topic_state(told, state);
    return told.object();
}

// ---- publisher ------------------------------------------------------------------------------------------------------

napi_value publisher_loan(const Call& call) {
    handoff_loan* made = nullptr;
    check(handoff_publisher_loan(publisher_from(call).use(), &made));
    return new_handle(call.env(), made);
}

/// publish(publisher, loan)
napi_value publish(const Call& call) {
    auto* publisher = publisher_from(call).use();
    std::uint64_t sequence = 0;
    auto& given = handle_from<handoff_loan>(call.env(), call[1]);
    check(given.use_up([&](auto** it) { return handoff_publisher_publish(publisher, it, &sequence); }));
    return count_of(call.env(), sequence);
}

/// waitForSubscriber(publisher, timeout, token)
napi_value wait_for_subscriber(const Call& call) {
    auto& handle = publisher_from(call);
    Wait wait;
    wait.attempt = [owned = handle.share()](std::int64_t timeout_ns, const handoff_stop* stop) {
        return handoff_publisher_wait_for_subscriber(owned->it, timeout_ns, stop);
    };
    wait.result = [env = call.env()] { return undefined(env); };
    wait.closed = {handle.stop};
    wait.what = handle.name();
    return start(call, std::move(wait), 1, 2);
}

// ---- subscriber -----------------------------------------------------------------------------------------------------

/// next(subscriber, isNewest, timeout, token)
napi_value next(const Call& call) {
    auto& handle = subscriber_from(call);
    const auto function =
        flag_from(call.env(), call[1], "isNewest") ? handoff_subscriber_newest : handoff_subscriber_next;
    Wait wait =
        wait_for_new<handoff_message>(call.env(), handle,
                                      [function](auto* subscriber, std::int64_t timeout_ns, const handoff_stop* stop,
                                                 auto** made) { return function(subscriber, timeout_ns, stop, made); });
    wait_alone(wait, call.env(), handle, call[0]);
    return start(call, std::move(wait), 2, 3);
}

/// tryNext(subscriber, isNewest): undefined if there is nothing
napi_value try_next(const Call& call) {
    const auto function =
        flag_from(call.env(), call[1], "isNewest") ? handoff_subscriber_try_newest : handoff_subscriber_try_next;
    handoff_message* made = nullptr;
    const auto status = function(subscriber_from(call).use(), &made);
    if (status == HANDOFF_EMPTY) return undefined(call.env());
    check(status);
    return new_handle(call.env(), made);
}

napi_value object_of(napi_env env, const handoff_message_info& info) {
    Told told(env);
    described::each_message_info(told, info);
    return told.object();
}

/// copyNext(subscriber, isNewest, buffer, timeout, token): the buffer is nobody else's until the promise settles
napi_value copy_next(const Call& call) {
    const napi_env env = call.env();
    auto& handle = subscriber_from(call);
    const auto function =
        flag_from(env, call[1], "isNewest") ? handoff_subscriber_copy_newest : handoff_subscriber_copy_next;
    const auto room = bytes_from(env, call[2], "the buffer");
    const auto info = std::make_shared<handoff_message_info>();
    handoff_message_info_init(info.get());
    Wait wait = wait_on(handle);
    wait.attempt = [owned = handle.share(), function, room, info](std::int64_t timeout_ns, const handoff_stop* stop) {
        return function(owned->it, room.data(), room.size(), timeout_ns, stop, info.get());
    };
    wait.result = [env, info] { return object_of(env, *info); };
    wait_alone(wait, env, handle, call[0]);
    keep(wait, env, call[2]);
    return start(call, std::move(wait), 3, 4);
}

/// copyNow(subscriber, isNewest, buffer): 'timed_out' if there is nothing
napi_value copy_now(const Call& call) {
    const auto function =
        flag_from(call.env(), call[1], "isNewest") ? handoff_subscriber_copy_newest : handoff_subscriber_copy_next;
    auto* subscriber = subscriber_from(call).use();
    const auto room = bytes_from(call.env(), call[2], "the buffer");
    handoff_message_info info;
    handoff_message_info_init(&info);
    check(function(subscriber, room.data(), room.size(), HANDOFF_NOW, nullptr, &info));
    return object_of(call.env(), info);
}

}  // namespace

void export_topic(napi_env env, napi_value exports) {
    export_all(env, exports,
               {{"topicInfo", entry<topic_info>},
                {"topicState", entry<topic_state>},
                {"publisherLoan", entry<publisher_loan>},
                {"publish", entry<publish>},
                {"waitForSubscriber", entry<wait_for_subscriber>},
                {"next", entry<next>},
                {"tryNext", entry<try_next>},
                {"copyNext", entry<copy_next>},
                {"copyNow", entry<copy_now>}});
}

}  // namespace handoff::node
