#include "operation.hpp"

#include <algorithm>
#include <chrono>

namespace handoff::node {

namespace {

constexpr std::size_t most_threads = 1'024;
constexpr std::string_view aborted_code = "aborted";  // waits.js turns it into the reason of the signal

}  // namespace

void Stop::request() {
    if (requested_) return;
    requested_ = true;
    const auto operations = operations_;  // the end of one removes it
    for (Operation* operation : operations) operation->stop();
}

// ---- both -----------------------------------------------------------------------------------------------------------

Operation::Operation(Waits& waits, Wait what) : wait(std::move(what)), waits_(waits) {
    for (const SharedStop& closed : wait.closed) closed->add(*this);
    if (wait.aborted) wait.aborted->add(*this);
}
Operation::~Operation() {
    for (const SharedStop& closed : wait.closed) closed->remove(*this);
    if (wait.aborted) wait.aborted->remove(*this);
}

bool Operation::goes_on() {
    if (is_stopped()) return false;
    if (wait.may_succeed_at_once && (attempt(HANDOFF_NOW, nullptr) || wait.timeout_ns == HANDOFF_NOW)) return false;
    try {
        begin();
        return true;
    } catch (Refusal& refused) {
        is_decided = true;
        refusal = std::move(refused);
        return false;
    }
}

bool Operation::attempt(std::int64_t timeout_ns, const handoff_stop* stop) {
    const handoff_status status = wait.attempt(timeout_ns, stop);
    is_good = status == HANDOFF_OK;
    is_decided = status != wait.try_again_on && status != HANDOFF_STOPPED;
    if (!is_good) refusal = {handoff_status_name(status), handoff_last_error()};
    return is_decided;
}

bool Operation::is_closed() const {
    return std::ranges::any_of(wait.closed, [](const SharedStop& closed) { return closed->requested(); });
}

void Operation::abandon() {
    if (!is_good) wait.give_up(refusal);
}

void Operation::end_without_success() {
    if (!is_decided && is_aborted()) {
        refusal = {std::string(aborted_code), "the wait was aborted"};
    } else if (is_closed()) {
        refusal = {handoff_status_name(HANDOFF_INVALID_HANDLE),
                   "this " + std::string(wait.what) + " was closed or released while it waited"};
    }
    wait.give_up(refusal);
}

// ---- in the loop ----------------------------------------------------------------------------------------------------

LoopOperation::~LoopOperation() {
    waits_.loop_->remove(*this);
}

void LoopOperation::begin() {
    std::int64_t deadline_ns = INT64_MAX;
    if (wait.timeout_ns != HANDOFF_FOREVER) {
        const auto now = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
        deadline_ns = wait.timeout_ns > INT64_MAX - now ? INT64_MAX : now + wait.timeout_ns;
    }
    waits_.loop_->add(*this, wait.descriptors(), deadline_ns);
}

bool LoopOperation::on_readable() {
    if (!attempt(HANDOFF_NOW, nullptr)) return false;
    waits_.end(*this);
    return true;
}

/// The shortest wait instead of none: its refusal says who holds what is missing.
void LoopOperation::on_timeout() {
    attempt(1, nullptr);
    waits_.end(*this);
}

void LoopOperation::stop() {
    if (wait.looks_last && !is_closed()) attempt(HANDOFF_NOW, nullptr);
    waits_.end(*this);
}

// ---- on a thread ----------------------------------------------------------------------------------------------------

ThreadOperation::ThreadOperation(Waits& waits, Wait what) : Operation(waits, std::move(what)) {
    check(handoff_stop_new(&stop_));
}
ThreadOperation::~ThreadOperation() {
    stop();
    is_running_->wait(true);
    handoff_stop_drop(&stop_);
}

void ThreadOperation::begin() {
    if (waits_.on_threads_ >= most_threads)
        refuse(HANDOFF_FULL, std::to_string(most_threads) +
                                 " openings and busy waits are under way in this process or worker: await some");
    *is_running_ = true;
    const bool runs = waits_.threads_.run([this, done = waits_.thread_end_, is_running = is_running_] {
        attempt(wait.timeout_ns, stop_);
        napi_call_threadsafe_function(done, this, napi_tsfn_blocking);
        *is_running = false;
        is_running->notify_one();
    });
    if (!runs) {
        *is_running_ = false;
        refuse(HANDOFF_SYSTEM,
               "there is no thread for another wait: " + std::to_string(waits_.on_threads_) + " are waiting");
    }
}

void ThreadOperation::abandon() {
    is_running_->wait(true);
    Operation::abandon();
}

void ThreadOperation::stop() {
    handoff_stop_request(stop_);
}

}  // namespace handoff::node
