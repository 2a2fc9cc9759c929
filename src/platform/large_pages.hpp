// Large pages of shared memory: 2 MiB that the processor finds by one entry of its page table instead of 512.
//
// Linux 6.1 and newer put a file of /dev/shm on large pages where they are asked to, whatever `shmem_enabled` says. A
// mapping profits only where it begins on a boundary of large pages, as the file does. Nothing here fails: what the
// kernel refuses, or does not know, stays on small pages. On kernels with other base pages than 4 KiB large pages are
// larger than this, and nothing is moved.
#pragma once

#include <cstddef>
#include <cstdint>

namespace handoff::detail::platform {

inline constexpr std::size_t large_page_bytes = std::size_t{2} << 20;
/// Smaller mappings are left to the kernel: half of one could be its end, which is always on small pages.
inline constexpr std::size_t least_with_large_pages = std::size_t{4} << 20;
/// A creator moves a segment before anybody else has it. Up to this size unasked: some 60 ms, no more than the first
/// messages in a few slots then save (decision 42).
inline constexpr std::uint64_t most_moved_unasked = std::uint64_t{256} << 20;

/// Address space to map `bytes` at, on a boundary of large pages. It is taken until the mapping replaces it, so that no
/// other thread gets the same address.
class AlignedSpace {
public:
    /// address() is null if the system refuses.
    explicit AlignedSpace(std::size_t bytes) noexcept;
    AlignedSpace(const AlignedSpace&) = delete;
    AlignedSpace& operator=(const AlignedSpace&) = delete;
    /// Releases what lies around the place, and the place itself unless it belongs to a mapping by now.
    ~AlignedSpace();

    /// Where to map, with map_options.
    void* address() const noexcept { return address_; }
    static const int map_options;  ///< of mmap: there and nowhere else, in the place of what is there
    /// Something is mapped at address() now, and unmapped by its owner.
    void give_away() noexcept { given_away_ = true; }

private:
    std::byte* begin_ = nullptr;
    std::byte* address_ = nullptr;
    std::size_t bytes_ = 0;  ///< at address_, whole pages
    bool given_away_ = false;
};

/// Whether the kernel knows how to move (Linux 6.1 and newer). It may refuse: see shmem_enabled.
bool can_move_to_large_pages() noexcept;

/// Moves what is mapped there, a file of /dev/shm, to large pages, for all processes; the rest behind the last whole
/// one stays where it is. Needs 2 MiB more than the file for a moment; without them nothing is moved. Where other
/// processes work on it they wait for a block that is being moved. If the process is killed meanwhile, each block is
/// where it was or moved: the contents are the same.
void move_to_large_pages(void* address, std::size_t bytes) noexcept;

/// Bytes of that shared mapping which this process reaches by large pages. Looks at one small page of each block, which
/// must not be a hole of the file: that would take memory. A missing page is no SIGBUS. Some milliseconds.
std::uint64_t bytes_on_large_pages(const void* address, std::size_t bytes) noexcept;

}  // namespace handoff::detail::platform
