// The bytes of a segment and what everybody said, taken at one moment and put back at another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "prove/testimony.hpp"

namespace handoff::prove {

/// What survivors can see: dead processes leave nothing else behind, since the kernel drops their locks.
struct State {
    std::vector<std::byte> segment;
    std::vector<std::byte> testimony;
};

class Tape {
public:
    /// Maps the segment `name`, which must exist, past all checks. Throws std::runtime_error.
    Tape(const std::string& name, Testimony& testimony);
    Tape(const Tape&) = delete;
    ~Tape();

    State take() const;
    void put_back(const State& state) const;
    bool is(const State& state) const;
    /// Says when somebody looked after the dead last: time is no part of a state, and without this it would decide what
    /// an operation does.
    void set_looked(std::int64_t ns) const;

private:
    Testimony& testimony_;
    void* base_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace handoff::prove
