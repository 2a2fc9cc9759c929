#include "queue/free_map.hpp"

#include <bit>

namespace handoff::detail::queue {

std::optional<std::uint32_t> FreeMap::take() const noexcept {
    const std::uint32_t words = words_of(slot_count_);
    for (std::uint32_t high = 0; high < words_of(words); ++high) {
        // Bits that are set meanwhile are left to the next search: so this ends, whatever others write.
        std::uint64_t left = above_[high].load() & usable(high, words);
        for (; left != 0; left &= left - 1)
            if (const auto slot = take_from(high * bits + static_cast<std::uint32_t>(std::countr_zero(left))))
                return slot;
    }
    return std::nullopt;
}

std::optional<std::uint32_t> FreeMap::take_from(std::uint32_t word) const noexcept {
    const std::uint64_t mask = usable(word, slot_count_);
    const std::uint64_t seen = below_[word].load() & mask;
    if (seen == 0) {
        above_[word / bits].clear(bit(word));
        if ((below_[word].load() & mask) != 0) above_[word / bits].set(bit(word));  // set before it was cleared here
        return std::nullopt;
    }
    const auto index = static_cast<std::uint32_t>(std::countr_zero(seen));
    below_[word].clear(bit(index));
    return word * bits + index;
}

}  // namespace handoff::detail::queue
