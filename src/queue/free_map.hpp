// Hints where a free slot may be, so that a search in a channel of many slots does not depend on how many are queued.
//
// Two levels of bits in the segment: one for each slot, "probably free"; above them one for each word of those,
// "probably has a bit". To free a slot, its bit is set, then the one above. To find a slot, the bit found is cleared,
// then the slot is checked.
//
// Invariants: none to rely on. The slot's own word is authoritative: the bit of a slot in use costs one check, a free
//   slot without a bit is found by checking all slots. Any value is valid.
// Ordering: seq_cst, as all shared words. A bit is cleared before its slot is checked, and a slot freed before its bit
//   is set, so no free slot of a live participant loses its bit: either the check sees it free, or the bit is set
//   afterwards. The same between the two levels: cleared above, then checked below; set below, then checked above.
// Death: after a death between freeing a slot and setting its bit, or between clearing a bit and taking the slot, the
//   slot has no bit. A search that finds no bit checks all slots; the next free gives the slot a bit again.
// Thread safety: any number of threads and processes. Wait-free.
#pragma once

#include <cstdint>
#include <new>
#include <optional>

#include "sync/shared_word.hpp"

namespace handoff::detail::queue {

class FreeMap {
public:
    /// Words that the map of so many slots has: those of the upper level, then those of the lower.
    static constexpr std::uint32_t words_for(std::uint32_t slot_count) noexcept {
        return words_of(words_of(slot_count)) + words_of(slot_count);
    }

    /// REQUIRES: `words` has words_for(slot_count) of them.
    FreeMap(sync::SharedWord* words, std::uint32_t slot_count) noexcept
        : above_(words), below_(words + words_of(words_of(slot_count))), slot_count_(slot_count) {}

    /// All slots are free. REQUIRES: no other process knows the memory.
    void place() const noexcept {
        const std::uint32_t words = words_of(slot_count_);
        for (std::uint32_t word = 0; word < words_of(words); ++word)
            ::new (above_ + word) sync::SharedWord(usable(word, words));
        for (std::uint32_t word = 0; word < words; ++word)
            ::new (below_ + word) sync::SharedWord(usable(word, slot_count_));
    }

    /// A slot is free. REQUIRES: slot < slot_count
    void put(std::uint32_t slot) const noexcept {
        const std::uint32_t word = slot / bits;
        below_[word].set(bit(slot));
        if ((above_[word / bits].load() & bit(word)) == 0) above_[word / bits].set(bit(word));
    }

    /// A slot below slot_count that is probably free; clears its bit. Nothing: no slot has a bit.
    std::optional<std::uint32_t> take() const noexcept;

private:
    static constexpr std::uint32_t bits = 64;
    static constexpr std::uint32_t words_of(std::uint32_t count) noexcept { return (count + bits - 1) / bits; }
    static constexpr std::uint64_t bit(std::uint32_t index) noexcept { return std::uint64_t{1} << index % bits; }
    /// The bits of that word that stand for one of `count` things.
    static constexpr std::uint64_t usable(std::uint32_t word, std::uint32_t count) noexcept {
        return count - word * bits >= bits ? ~std::uint64_t{0} : bit(count) - 1;
    }
    std::optional<std::uint32_t> take_from(std::uint32_t word) const noexcept;

    sync::SharedWord* above_;
    sync::SharedWord* below_;
    std::uint32_t slot_count_;
};

}  // namespace handoff::detail::queue
