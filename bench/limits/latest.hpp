// The least that a newest value needs between one writer and one reader: three places, and one word that says which of
// them lies between the two and whether it is new.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "contender/message.hpp"
#include "contender/shared.hpp"

namespace limit {

struct Middle {
    static constexpr std::uint32_t is_new = 4, place = 3;
    alignas(64) std::atomic<std::uint32_t> word;  ///< place 0 lies in the middle at first
};

class LatestMemory {
public:
    LatestMemory(const bench::Task& task, std::uint32_t mine)
        : bytes_(task.bytes), stride_(bench::stride_of(task.bytes)), middle_(task.name(), 3 * stride_), mine_(mine) {}

protected:
    std::span<std::byte> my_place() const noexcept { return {middle_.behind() + mine_ * stride_, bytes_}; }

    std::size_t bytes_;
    std::size_t stride_;
    bench::Shared<Middle> middle_;
    std::uint32_t mine_;
};

class Writer : LatestMemory {
public:
    explicit Writer(const bench::Task& task) : LatestMemory(task, 1) {}
    void write(const bench::Message& message) {
        message.write_value_to(my_place());
        mine_ = middle_->word.exchange(mine_ | Middle::is_new, std::memory_order_acq_rel) & Middle::place;
    }
};

class Reader : LatestMemory {
public:
    explicit Reader(const bench::Task& task) : LatestMemory(task, 2) {}
    bool read(auto&& look) {
        if ((middle_->word.load(std::memory_order_relaxed) & Middle::is_new) == 0) return false;
        mine_ = middle_->word.exchange(mine_, std::memory_order_acq_rel) & Middle::place;
        look(std::span<const std::byte>(my_place()));
        return true;
    }
};

}  // namespace limit
