// A wait under way: in libuv's loop, or on a thread.
#pragma once

#include <atomic>
#include <memory>

#include "waits.hpp"

namespace handoff::node {

class Operation {
public:
    Operation(Waits& waits, Wait wait);
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    virtual ~Operation();

    /// Begins it. False: it is over already.
    bool goes_on();
    /// Ends it, now or soon: one of its stops was requested.
    virtual void stop() = 0;

    bool is_aborted() const { return wait.aborted && wait.aborted->requested(); }
    bool is_closed() const;
    bool is_stopped() const { return is_aborted() || is_closed(); }
    /// Its promise will never settle.
    virtual void abandon();
    /// True if this was the end of it.
    bool attempt(std::int64_t timeout_ns, const handoff_stop* stop);
    /// Completes the refusal.
    void end_without_success();

    Wait wait;
    napi_deferred deferred = nullptr;
    bool is_good = false;
    bool is_decided = false;  ///< by the library, not by a stop
    Refusal refusal;

protected:
    Waits& waits_;

private:
    /// Throws Refusal if it cannot wait.
    virtual void begin() = 0;
};

class LoopOperation final : public Operation, private Loop::Listener {
public:
    using Operation::Operation;
    ~LoopOperation() override;
    void stop() override;

private:
    void begin() override;
    bool on_readable() override;
    void on_timeout() override;
};

class ThreadOperation final : public Operation {
public:
    ThreadOperation(Waits& waits, Wait wait);
    /// Waits until the thread has left it.
    ~ThreadOperation() override;

    void stop() override;
    void abandon() override;

private:
    void begin() override;

    handoff_stop* stop_ = nullptr;
    const std::shared_ptr<std::atomic<bool>> is_running_ = std::make_shared<std::atomic<bool>>();  ///< outlives this
};

}  // namespace handoff::node
