#include "threads.hpp"

#include <system_error>
#include <utility>

namespace handoff::node {

Threads::~Threads() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

bool Threads::run(std::function<void()> body) {
    const std::lock_guard lock(mutex_);
    if (idle_ == queue_.size()) {
        try {
            threads_.emplace_back([this] { work(); });
        } catch (const std::system_error&) {
            return false;
        }
        ++idle_;
    }
    queue_.push(std::move(body));
    changed_.notify_one();
    return true;
}

void Threads::work() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return !queue_.empty() || is_ending_; });
        if (queue_.empty()) return;
        const auto body = std::move(queue_.front());
        queue_.pop();
        --idle_;
        lock.unlock();
        body();
        lock.lock();
        ++idle_;
    }
}

}  // namespace handoff::node
