#include "platform/bus_error.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <utility>

#include "platform/process.hpp"
#include "platform/system_error.hpp"

namespace handoff::detail::platform {

namespace {
constexpr std::size_t most_mappings = 1024;
}

/// Written before `state` becomes watched, constant as long as it is; except `hole` and `cut_short`, which the handler
/// writes.
struct WatchedMapping::Row {
    enum State : std::uint32_t { free, claimed, watched };
    std::atomic<std::uint32_t> state{free};
    std::atomic<std::uint32_t> fork_generation{0};
    std::atomic<bool> writable{false};
    std::atomic<bool> cut_short{false};
    std::atomic<std::uintptr_t> begin{0};
    std::atomic<std::size_t> bytes{0};
    std::atomic<std::uintptr_t> hole{0};  ///< from here to the end are zeros, or the mapping ends
};
constinit WatchedMapping::Row WatchedMapping::table[most_mappings];

static_assert(std::atomic<std::uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "a signal handler may touch only what takes no lock");

namespace {
constexpr auto relaxed = std::memory_order_relaxed;  // the row's state orders everything else in it
}

class BusErrorHandler {
public:
    static void install() {
        page_bytes = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
        struct sigaction ours {};
        ours.sa_sigaction = handle;
        ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
        if (sigaction(SIGBUS, &ours, &previous) != 0) throw_system("installing a handler for SIGBUS", errno);
    }

private:
    static void handle(int number, siginfo_t* info, void* context) {
        const int error = errno;
        const bool is_missing_page = info->si_code == BUS_ADRERR;
        if (!is_missing_page || !fill_hole(reinterpret_cast<std::uintptr_t>(info->si_addr)))
            pass_on(number, info, context);
        errno = error;
    }

    static bool fill_hole(std::uintptr_t address) noexcept {
        for (auto& row : WatchedMapping::table) {
            // Pairs with the release in WatchedMapping's constructor: a watched row is complete.
            if (row.state.load(std::memory_order_acquire) != WatchedMapping::Row::watched) continue;
            if (row.fork_generation.load(relaxed) != fork_generation()) continue;
            const std::uintptr_t hole = row.hole.load(relaxed);
            if (address < row.begin.load(relaxed) || address >= end_of(row)) continue;
            const std::uintptr_t page = address / page_bytes * page_bytes;
            if (page >= hole) return true;  // another thread was faster
            return put_zeros(row, page, hole);
        }
        return false;
    }

    static std::uintptr_t end_of(const WatchedMapping::Row& row) noexcept {
        return row.begin.load(relaxed) + row.bytes.load(relaxed);
    }

    static bool put_zeros(WatchedMapping::Row& row, std::uintptr_t page, std::uintptr_t end) noexcept {
        row.cut_short.store(true, relaxed);  // before the zeros can be read: a reader of one can find out why
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

    static void pass_on(int number, siginfo_t* info, void* context) noexcept {
        if ((previous.sa_flags & SA_SIGINFO) != 0) return previous.sa_sigaction(number, info, context);
        if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) return previous.sa_handler(number);
        if (previous.sa_handler == SIG_IGN && info->si_code <= 0) return;
        struct sigaction standard {};  // the fault repeats and ends the process as it would have
        sigaction(number, &standard, nullptr);
        if (info->si_code <= 0) raise(number);  // sent by a process: it does not repeat by itself
    }

    static inline struct sigaction previous {};
    static inline std::uintptr_t page_bytes = 4096;
};

void survive_bus_errors() {
    static std::once_flag installed;
    std::call_once(installed, BusErrorHandler::install);
}

WatchedMapping::WatchedMapping(void* address, std::size_t bytes, bool writable) noexcept {
    for (Row& row : table) {
        std::uint32_t expected = Row::free;
        // Pairs with the release in the destructor: the last user's writes come before these.
        if (!row.state.compare_exchange_strong(expected, Row::claimed, std::memory_order_acquire)) continue;
        row.begin.store(reinterpret_cast<std::uintptr_t>(address), relaxed);
        row.bytes.store(bytes, relaxed);
        row.hole.store(reinterpret_cast<std::uintptr_t>(address) + bytes, relaxed);
        row.writable.store(writable, relaxed);
        row.cut_short.store(false, relaxed);
        row.fork_generation.store(fork_generation(), relaxed);
        row.state.store(Row::watched, std::memory_order_release);  // pairs with fill_hole()
        row_ = &row;
        cut_short_ = &row.cut_short;
        return;
    }
}

WatchedMapping::WatchedMapping(WatchedMapping&& other) noexcept
    : row_(std::exchange(other.row_, nullptr)), cut_short_(std::exchange(other.cut_short_, &never)) {}

WatchedMapping::~WatchedMapping() {
    if (row_ != nullptr) row_->state.store(Row::free, std::memory_order_release);  // pairs with the next claim
}

}  // namespace handoff::detail::platform
