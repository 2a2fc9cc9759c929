// What ends waits from outside: an AbortSignal, or the end of the handle that they wait on.
#pragma once

#include <memory>
#include <vector>

namespace handoff::node {

class Operation;

/// Used by the thread of JavaScript only.
class Stop {
public:
    bool requested() const noexcept { return requested_; }
    /// Ends every wait on it. Later ones end at once.
    void request();

    void add(Operation& operation) { operations_.push_back(&operation); }
    void remove(Operation& operation) noexcept { std::erase(operations_, &operation); }

private:
    bool requested_ = false;
    std::vector<Operation*> operations_;
};

using SharedStop = std::shared_ptr<Stop>;

}  // namespace handoff::node
