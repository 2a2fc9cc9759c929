#include "platform/bus_error.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>

#include "platform/previous_handler.hpp"
#include "platform/process.hpp"
#include "platform/watched_mapping.hpp"

namespace handoff::detail::platform {

class BusErrorHandler {
public:
    static void install() {
        page_bytes = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
        previous.put_in_front(SIGBUS, handle, "installing a handler for SIGBUS");
    }

private:
    using Row = WatchedMapping::Row;
    static constexpr auto relaxed = std::memory_order_relaxed;  // the row's state orders everything else in it

    static void handle(int number, siginfo_t* info, void* context) {
        const int error = errno;
        const bool is_missing_page = info->si_code == BUS_ADRERR;
        if (!is_missing_page || !fill_hole(reinterpret_cast<std::uintptr_t>(info->si_addr)))
            previous.call(number, info, context);
        errno = error;
    }

    static bool fill_hole(std::uintptr_t address) noexcept {
        for (Row& row : WatchedMapping::rows()) {
            // Pairs with the release in WatchedMapping::watch(): a watched row is complete.
            if (row.state.load(std::memory_order_acquire) != Row::watched) continue;
            if (row.fork_generation.load(relaxed) != fork_generation()) continue;
            const std::uintptr_t hole = row.hole.load(relaxed);
            if (address < row.begin.load(relaxed) || address >= end_of(row)) continue;
            const std::uintptr_t page = address / page_bytes * page_bytes;
            if (page >= hole) return true;  // another thread was faster
            return put_zeros(row, page, hole);
        }
        return false;
    }

    static std::uintptr_t end_of(const Row& row) noexcept { return row.begin.load(relaxed) + row.bytes.load(relaxed); }

    static bool put_zeros(Row& row, std::uintptr_t page, std::uintptr_t end) noexcept {
        // Before the zeros can be read: a reader of one can find out why.
        row.cut_short_mark.load(relaxed)->store(true, relaxed);
        void* const begin = reinterpret_cast<void*>(page);
        const int rights = row.writable.load(relaxed) ? PROT_READ | PROT_WRITE : PROT_READ;
        if (mmap(begin, end - page, rights, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != begin)
            return false;
        madvise(begin, end - page, MADV_DONTFORK);
        std::uintptr_t seen = row.hole.load(relaxed);
        while (page < seen && !row.hole.compare_exchange_weak(seen, page, relaxed)) {
        }
        return true;
    }

    static constinit inline PreviousHandler previous;
    static inline std::uintptr_t page_bytes = 4096;
};

void survive_bus_errors() {
    static std::once_flag installed;
    std::call_once(installed, BusErrorHandler::install);
}

}  // namespace handoff::detail::platform
