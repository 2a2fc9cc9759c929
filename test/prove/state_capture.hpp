// The bytes of a segment and of the log, saved at one moment and restored at another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "prove/operation_log.hpp"

namespace handoff::prove {

/// What survivors can see: dead processes leave nothing else behind, since the kernel drops their locks.
struct State {
    std::vector<std::byte> segment;
    std::vector<std::byte> log;
};

class StateCapture {
public:
    /// Maps the segment `name`, which must exist, past all checks. Throws std::runtime_error.
    StateCapture(const std::string& name, OperationLog& log);
    StateCapture(const StateCapture&) = delete;
    ~StateCapture();

    State save() const;
    void restore(const State& state) const;
    bool matches(const State& state) const;
    /// Sets the time of the last check for the dead: time is no part of a state, and without this it would decide what
    /// an operation does.
    void set_looked(std::int64_t ns) const;

private:
    OperationLog& log_;
    void* base_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace handoff::prove
