// Channels in batches: several loans or requests at once.
#include <algorithm>
#include <vector>

#include "addon.hpp"
#include "waits.hpp"

namespace handoff::node {

namespace {

constexpr std::uint64_t most_slots = 65'535;

/// Handles of the C interface on their way; what did not get any further is given back.
template <class T>
struct Batch {
    explicit Batch(std::size_t places) : its(places) {}
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch() {
        for (T*& it : its) Kind<T>::end_it(&it);
    }

    std::vector<T*> its;
    std::size_t count = 0;
};

template <class T>
napi_value array_of(napi_env env, Batch<T>& batch) {
    napi_value array = nullptr;
    check(env, napi_create_array_with_length(env, batch.count, &array));
    for (std::size_t at = 0; at < batch.count; ++at)
        check(env, napi_set_element(env, array, static_cast<std::uint32_t>(at),
                                    new_handle(env, std::exchange(batch.its[at], nullptr))));
    return array;
}

/// A wait on the handle that comes first for as many as `most`, which comes next.
template <class Made, auto fetch, class T>
napi_value start_batch(const Call& call, Handle<T>& handle) {
    const auto most = count_from(call.env(), call[1], "the size of the batch", most_slots);
    auto batch = std::make_shared<Batch<Made>>(most);
    Wait wait = wait_on(handle);
    wait.attempt = [owned = handle.share(), batch](std::int64_t timeout_ns, const handoff_stop* stop) {
        return fetch(owned->it, timeout_ns, stop, batch->its.data(), batch->its.size(), &batch->count);
    };
    wait.result = [env = call.env(), batch] { return array_of(env, *batch); };
    return start(call, std::move(wait), 2, 3);
}

/// Uses up all handles of the array, with one call.
template <class T, auto finish, class End>
napi_value finish_batch(const Call& call, End* end) {
    std::uint32_t count = 0;
    check(call.env(), napi_get_array_length(call.env(), call[1], &count));
    std::vector<Handle<T>*> handles;
    for (std::uint32_t at = 0; at < count; ++at) {
        napi_value value = nullptr;
        check(call.env(), napi_get_element(call.env(), call[1], at, &value));
        handles.push_back(&handle_from<T>(call.env(), value));
        (void)handles.back()->use();
        end_views(call.env(), *handles.back());  // all of them, before the first is used up
    }
    Batch<T> batch(0);
    batch.its.reserve(count);
    for (Handle<T>* handle : handles)
        check(handle->use_up([&](auto** it) {
            batch.its.push_back(std::exchange(*it, nullptr));
            return HANDOFF_OK;
        }));
    check(finish(end, batch.its.data(), batch.its.size()));
    return undefined(call.env());
}

/// loanBatch(sender, most, timeout, token): an array
napi_value loan_batch(const Call& call) {
    return start_batch<handoff_loan, handoff_sender_loan_batch>(call, handle_from<handoff_sender>(call.env(), call[0]));
}

/// sendBatch(sender, loans)
napi_value send_batch(const Call& call) {
    return finish_batch<handoff_loan, handoff_sender_send_batch>(
        call, handle_from<handoff_sender>(call.env(), call[0]).use());
}

/// receiveBatch(receiver, most, timeout, token): an array
napi_value receive_batch(const Call& call) {
    return start_batch<handoff_request, handoff_receiver_receive_batch>(
        call, handle_from<handoff_receiver>(call.env(), call[0]));
}

/// processedBatch(receiver, requests)
napi_value processed_batch(const Call& call) {
    return finish_batch<handoff_request, handoff_receiver_processed_batch>(
        call, handle_from<handoff_receiver>(call.env(), call[0]).use());
}

}  // namespace

void export_batches(napi_env env, napi_value exports) {
    export_all(env, exports,
               {{"loanBatch", entry<loan_batch>},
                {"sendBatch", entry<send_batch>},
                {"receiveBatch", entry<receive_batch>},
                {"processedBatch", entry<processed_batch>}});
}

}  // namespace handoff::node
