#include "waits.hpp"

#include "addon.hpp"
#include "operation.hpp"

namespace handoff::node {

namespace {

template <class T, class Ask>
int descriptor_from(const T* it, Ask ask) {
    int descriptor = -1;
    check(ask(it, &descriptor));
    return descriptor;
}

}  // namespace

int descriptor_of(const handoff_sender* sender) {
    return descriptor_from(sender, handoff_sender_descriptor);
}
int descriptor_of(const handoff_pending* pending) {
    return descriptor_from(pending, handoff_pending_descriptor);
}
int descriptor_of(const handoff_receiver* receiver) {
    return descriptor_from(receiver, handoff_receiver_descriptor);
}
int descriptor_of(const handoff_subscriber* subscriber) {
    return descriptor_from(subscriber, handoff_subscriber_descriptor);
}
int descriptor_of(const handoff_latest* latest) {
    return descriptor_from(latest, handoff_latest_descriptor);
}

Waits::Waits(napi_env env) : env_(env), loop_(std::make_shared<Loop>(env)) {
    const napi_value name = value_of(env, std::string_view("handoff"));
    check(env, napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, on_thread_end,
                                               &thread_end_));
    check(env, napi_unref_threadsafe_function(env, thread_end_));  // only waits keep the process alive
}

Waits::~Waits() {
    shut();
}

void Waits::shut() noexcept {
    if (is_shut_) return;
    is_shut_ = true;
    for (const auto& [operation, owned] : operations_)
        if (!operation->wait.descriptors) operation->stop();  // all threads, before the first is waited for
    for (const auto& [operation, owned] : operations_) operation->abandon();
    operations_.clear();  // requests that nobody will look at go back
    loop_->close();
    napi_release_threadsafe_function(thread_end_, napi_tsfn_abort);
}

napi_value Waits::start(Wait wait) {
    if (is_shut_) refuse(HANDOFF_INVALID_HANDLE, "this process or worker is ending: nothing waits any more");
    std::unique_ptr<Operation> owned;
    if (wait.descriptors)
        owned = std::make_unique<LoopOperation>(*this, std::move(wait));
    else
        owned = std::make_unique<ThreadOperation>(*this, std::move(wait));
    Operation& operation = *owned;
    napi_value promise = nullptr;
    check(env_, napi_create_promise(env_, &operation.deferred, &promise));
    if (!operation.goes_on()) {
        settle(operation);
        return promise;
    }
    operations_.emplace(&operation, std::move(owned));
    if (!operation.wait.descriptors && on_threads_++ == 0) napi_ref_threadsafe_function(env_, thread_end_);
    return promise;
}

void Waits::on_thread_end(napi_env env, napi_value, void* context, void* data) {
    auto& waits = *static_cast<Waits*>(context);
    if (env == nullptr || waits.is_shut_) return;
    waits.end(*static_cast<ThreadOperation*>(data));
    if (--waits.on_threads_ == 0) napi_unref_threadsafe_function(env, waits.thread_end_);
}

void Waits::end(Operation& operation) {
    const auto found = operations_.find(&operation);
    const auto owned = std::move(found->second);
    operations_.erase(found);
    settle(operation);
}

/// Nothing is thrown: what fails here becomes a rejection.
void Waits::settle(Operation& operation) {
    if (!operation.is_good) operation.end_without_success();
    operation.wait.at_end();
    napi_value value = nullptr;
    try {
        value = operation.is_good ? operation.wait.result() : error_of(env_, operation.refusal);
    } catch (...) {
        operation.is_good = false;
        throw_current_exception(env_);
        napi_get_and_clear_last_exception(env_, &value);
    }
    const auto conclude = operation.is_good ? napi_resolve_deferred : napi_reject_deferred;
    conclude(env_, operation.deferred, value);
}

SharedStop token_from(napi_env env, napi_value value) {
    if (is_undefined(env, value)) return nullptr;
    void* data = nullptr;
    check(env, napi_get_value_external(env, value, &data));
    return *static_cast<SharedStop*>(data);
}

void keep(Wait& wait, napi_env env, napi_value value) {
    napi_ref kept = nullptr;
    check(env, napi_create_reference(env, value, 1, &kept));
    wait.at_end = [before = std::move(wait.at_end), env, kept] {
        before();
        napi_delete_reference(env, kept);
    };
}

void wait_alone(Wait& wait, napi_env env, AnyHandle& handle, napi_value value) {
    keep(wait, env, value);
    handle.is_busy = true;
    wait.at_end = [before = std::move(wait.at_end), busy = &handle] {
        busy->is_busy = false;
        before();
    };
}

napi_value start(const Call& call, Wait wait, std::size_t timeout_at, std::size_t token_at) {
    const auto at_end = wait.at_end;
    try {
        wait.timeout_ns = timeout_from(call.env(), call[timeout_at]);
        wait.aborted = token_from(call.env(), call[token_at]);
        return addon_of(call.env()).waits->start(std::move(wait));
    } catch (...) {
        at_end();
        throw;
    }
}

}  // namespace handoff::node
