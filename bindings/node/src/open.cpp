// Opening and closing, and what all that is open can tell.
#include <algorithm>

#include "fields.hpp"
#include "waits.hpp"

namespace handoff::node {

namespace {

// Structs begin with their defaults, and are then filled with what is given.
void fill(Options& given, handoff_channel_shape& shape) {
    handoff_channel_shape_init(&shape);
    described::each_channel_shape(given, shape);
}
void fill(Options& given, handoff_topic_shape& shape) {
    handoff_topic_shape_init(&shape);
    described::each_topic_shape(given, shape);
}
void fill(Options& given, handoff_latest_shape& shape) {
    handoff_latest_shape_init(&shape);
    described::each_latest_shape(given, shape);
}
void fill(Options& given, handoff_handle_options& handle) {
    handoff_handle_options_init(&handle);
    described::each_handle_options(given, handle);
}
void fill(Options& given, handoff_subscriber_options& options) {
    handoff_subscriber_options_init(&options);
    described::each_subscriber_options(given, options);
}
void fill(Options& given, handoff_latest_options& options) {
    handoff_latest_options_init(&options);
    described::each_latest_options(given, options);
}
/// Options of its own, of a handle that has none.
struct None {};
void fill(Options& /*given*/, None& /*none*/) {}

/// What an opening needs on its thread.
template <class T, class Shape, class Own = None>
struct Opening {
    std::string name;
    Shape shape;
    handoff_handle_options handle;
    Own own;
    std::deque<std::string> texts;
    std::shared_ptr<Owned<T>> opened = std::make_shared<Owned<T>>();
};
using SenderOpening = Opening<handoff_sender, handoff_channel_shape>;
using ReceiverOpening = Opening<handoff_receiver, handoff_channel_shape>;
using PublisherOpening = Opening<handoff_publisher, handoff_topic_shape>;
using SubscriberOpening = Opening<handoff_subscriber, handoff_topic_shape, handoff_subscriber_options>;
using LatestOpening = Opening<handoff_latest, handoff_latest_shape, handoff_latest_options>;

handoff_status open_it(SenderOpening& it) {
    return handoff_sender_open(it.name.c_str(), &it.shape, &it.handle, &it.opened->it);
}
handoff_status open_it(ReceiverOpening& it) {
    return handoff_receiver_open(it.name.c_str(), &it.shape, &it.handle, &it.opened->it);
}
handoff_status open_it(PublisherOpening& it) {
    return handoff_publisher_open(it.name.c_str(), &it.shape, &it.handle, &it.opened->it);
}
handoff_status open_it(SubscriberOpening& it) {
    return handoff_subscriber_open(it.name.c_str(), &it.shape, &it.handle, &it.own, &it.opened->it);
}
handoff_status open_it(LatestOpening& it) {
    return handoff_latest_open(it.name.c_str(), &it.shape, &it.handle, &it.own, &it.opened->it);
}

bool never_sleeps(const auto& opening) {
    return opening.handle.wait == HANDOFF_WAIT_BUSY;
}

/// open...(name, options[, timeout, token]): with a timeout a promise, without it at once.
template <class Opening>
napi_value open(const Call& call) {
    constexpr std::size_t timeout_at = 2, token_at = 3;
    const napi_env env = call.env();
    auto opening = std::make_shared<Opening>();
    opening->name = text_from(env, call[0], "the name");
    Options given(env, call[1], opening->texts);
    fill(given, opening->shape);
    fill(given, opening->handle);
    fill(given, opening->own);
    given.check_all_are_known();
    if (is_undefined(env, call[timeout_at])) {
        check(open_it(*opening));
        return value_of(env, opening->opened, never_sleeps(*opening));
    }
    Wait wait;
    wait.attempt = [opening](std::int64_t timeout_ns, const handoff_stop* stop) {
        opening->handle.attach_timeout_ns = timeout_ns;
        opening->handle.attach_stop = stop;
        return open_it(*opening);
    };
    wait.result = [env, opening] { return value_of(env, opening->opened, never_sleeps(*opening)); };
    wait.try_again_on = HANDOFF_NO_SUCH_SEGMENT;
    wait.may_succeed_at_once = false;  // to make a large segment takes a while
    return start(call, std::move(wait), timeout_at, token_at);
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
               {{"openSender", entry<open<SenderOpening>>},
                {"openReceiver", entry<open<ReceiverOpening>>},
                {"openPublisher", entry<open<PublisherOpening>>},
                {"openSubscriber", entry<open<SubscriberOpening>>},
                {"openLatest", entry<open<LatestOpening>>},
                {"close", entry<close>},
                {"isOpen", entry<is_open>},
                {"waitAny", entry<wait_any>}});
}

}  // namespace handoff::node
