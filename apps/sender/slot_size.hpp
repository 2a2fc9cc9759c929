// The default slot size: the largest frame of INPUT that can be decoded and fits into memory.
#pragma once

#include "cli/console.hpp"
#include "sender/inputs.hpp"
#include "sender/pixels.hpp"
#include "sender/playlist.hpp"

#include <handoff/error.hpp>

#include <cstdint>
#include <deque>
#include <string>

namespace handoff::apps::sender {

class SlotSize {
public:
    /// `playlist` and `console` must outlive this, and open() comes before playlist.next().
    SlotSize(std::deque<FrameSize> sizes, Pixels pixels, Playlist& playlist, Console& console);

    /// Of the largest frame that can be decoded; larger ones that cannot are reported and left out. 0: there is none.
    std::uint64_t bytes();
    /// What open(bytes) makes, with the largest frames for which there is room; larger ones are reported and left out.
    /// Throws Error: no_space if even the smallest ones have no room, and the other errors of open().
    template <class Open>
    auto open(const Open& open) {
        while (true) {
            try {
                return open(bytes());
            } catch (const Error& error) {
                leave_out_largest(error);
            }
        }
    }
    /// How many inputs were left out.
    std::uint64_t skipped() const noexcept { return skipped_; }

private:
    void leave_out_largest(const Error& no_room);
    bool leave_out(const FrameSize& frame);

    std::deque<FrameSize> sizes_;
    Pixels pixels_;
    Playlist& playlist_;
    Console& console_;
    bool is_checked_ = false;  ///< the first of sizes_
    std::uint64_t skipped_ = 0;
};

}  // namespace handoff::apps::sender
