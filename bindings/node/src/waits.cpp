#include "waits.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "addon.hpp"

namespace handoff::node {

namespace {

using Clock = std::chrono::steady_clock;

/// What a wait that was aborted or closed is late at most.
constexpr std::int64_t slice_ns = 50'000'000;
constexpr std::size_t most_waits = 1'024;

constexpr std::string_view aborted_code = "aborted";  // index.js turns it into the reason of the signal

}  // namespace

struct Waits::Operation {
    Wait wait;
    napi_deferred deferred = nullptr;
    bool is_good = false;
    bool is_decided = false;  ///< by the library, and not by whoever stopped the wait
    Refusal refusal;

    bool is_stopped() const { return wait.closed->load() || (wait.aborted && wait.aborted->load()); }
    /// True if this was the end of it.
    bool attempt(std::int64_t for_ns);
    /// Attempts until it has ended.
    void run(const std::atomic<bool>& is_ending);
    void end_without_success();
};

bool Waits::Operation::attempt(std::int64_t for_ns) {
    const handoff_status status = wait.attempt(for_ns);
    is_good = status == HANDOFF_OK;
    is_decided = status != wait.try_again_on;
    if (!is_good) refusal = {handoff_status_name(status), handoff_last_error()};
    return is_decided;
}

void Waits::Operation::run(const std::atomic<bool>& is_ending) {
    const auto begin = Clock::now();
    std::int64_t left_ns = wait.timeout_ns;
    while (!is_stopped() && !is_ending) {
        if (attempt(std::min(left_ns, slice_ns))) break;
        if (wait.timeout_ns == HANDOFF_FOREVER) continue;
        const auto spent = std::chrono::nanoseconds(Clock::now() - begin).count();
        left_ns = wait.timeout_ns - std::min(wait.timeout_ns, spent);
        if (left_ns == 0) break;
    }
    if (!is_good) end_without_success();
}

void Waits::Operation::end_without_success() {
    if (!is_decided && wait.aborted && wait.aborted->load()) {
        refusal = {std::string(aborted_code), "the wait was aborted"};
    } else if (wait.closed->load()) {
        refusal = {handoff_status_name(HANDOFF_INVALID_HANDLE),
                   "this " + std::string(wait.what) + " was closed or released while it waited"};
    }
    wait.give_up(refusal);
}

Waits::Waits(napi_env env) : env_(env) {
    const napi_value name = value_of(env, std::string_view("handoff"));
    check(env,
          napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, arrived, &done_));
    check(env, napi_unref_threadsafe_function(env, done_));  // only waits keep the process alive
}

Waits::~Waits() {
    shut();
}

void Waits::shut() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (is_ending_) return;
        is_ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    operations_.clear();  // requests that nobody will look at go back
    napi_release_threadsafe_function(done_, napi_tsfn_abort);
}

napi_value Waits::start(Wait wait) {
    if (is_ending_) refuse(HANDOFF_INVALID_HANDLE, "this process or worker is ending: nothing waits any more");
    auto operation = std::make_unique<Operation>();
    operation->wait = std::move(wait);
    Operation& started = *operation;
    const bool tries_first = started.wait.may_succeed_at_once && !started.is_stopped();
    const bool has_ended = tries_first && (started.attempt(0) || started.wait.timeout_ns == 0);
    if (!has_ended && operations_.size() >= most_waits)
        refuse(HANDOFF_FULL, std::to_string(most_waits) + " waits are under way in this process or worker: await some");

    napi_value promise = nullptr;
    check(env_, napi_create_promise(env_, &started.deferred, &promise));
    if (has_ended) {
        if (!started.is_good) started.end_without_success();
        settle(started);
        return promise;
    }
    operations_.emplace(&started, std::move(operation));
    if (operations_.size() == 1) napi_ref_threadsafe_function(env_, done_);
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(&started);
    }
    add_thread_if_needed();
    changed_.notify_one();
    return promise;
}

void Waits::add_thread_if_needed() {
    const std::lock_guard lock(mutex_);
    if (idle_ >= queue_.size()) return;
    try {
        threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        Operation* last = queue_.back();
        queue_.pop_back();
        last->refusal = {handoff_status_name(HANDOFF_SYSTEM),
                         "there is no thread for another wait: " + std::to_string(threads_.size()) + " are waiting"};
        napi_call_threadsafe_function(done_, last, napi_tsfn_nonblocking);
    }
}

void Waits::work() noexcept {
    for (;;) {
        std::unique_lock lock(mutex_);
        ++idle_;
        changed_.wait(lock, [&] { return !queue_.empty() || is_ending_; });
        --idle_;
        if (is_ending_) return;
        Operation* operation = queue_.front();
        queue_.pop_front();
        lock.unlock();
        operation->run(is_ending_);
        napi_call_threadsafe_function(done_, operation, napi_tsfn_blocking);
    }
}

void Waits::arrived(napi_env env, napi_value, void* context, void* data) {
    auto& waits = *static_cast<Waits*>(context);
    auto* operation = static_cast<Operation*>(data);
    if (env == nullptr || waits.is_ending_) return;
    const auto found = waits.operations_.find(operation);
    const auto owned = std::move(found->second);
    waits.operations_.erase(found);
    if (waits.operations_.empty()) napi_unref_threadsafe_function(env, waits.done_);
    waits.settle(*owned);
}

/// Nothing is thrown: what fails here becomes a rejection.
void Waits::settle(Operation& operation) {
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

Flag token_from(napi_env env, napi_value value) {
    if (is_undefined(env, value)) return nullptr;
    void* data = nullptr;
    check(env, napi_get_value_external(env, value, &data));
    return *static_cast<Flag*>(data);
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
