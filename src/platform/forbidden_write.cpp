#include "platform/forbidden_write.hpp"

#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "platform/previous_handler.hpp"
#include "platform/process.hpp"
#include "platform/watched_mapping.hpp"

namespace handoff::detail::platform {

namespace {

/// A sentence in pieces, without allocation.
class Sentence {
public:
    void add(std::string_view text) noexcept { length_ += text.copy(end(), bytes_.size() - length_); }
    void add(std::uint64_t number) noexcept {
        const auto [last, error] = std::to_chars(end(), bytes_.data() + bytes_.size(), number);
        if (error == std::errc()) length_ = static_cast<std::size_t>(last - bytes_.data());
    }
    void write() const noexcept { (void)!::write(STDERR_FILENO, bytes_.data(), length_); }

private:
    char* end() noexcept { return bytes_.data() + length_; }
    std::array<char, 512> bytes_;  // a name has 200 at most
    std::size_t length_ = 0;
};

}  // namespace

class ForbiddenWriteHandler {
public:
    static void install() { previous.put_in_front(SIGSEGV, handle, "installing a handler for SIGSEGV"); }

private:
    using Row = WatchedMapping::Row;
    static constexpr auto relaxed = std::memory_order_relaxed;  // the row's state orders everything else in it

    static void handle(int number, siginfo_t* info, void* context) {
        const int error = errno;
        const std::uintptr_t address = written_to(*info, context);
        if (const Row* const row = address != 0 ? find(address) : nullptr) explain(*row, address);
        previous.call(number, info, context);
        errno = error;
    }

    /// The address of a write that was refused; 0: there was none.
    static std::uintptr_t written_to(const siginfo_t& info, const void* context) noexcept {
        if (info.si_code == SEGV_ACCERR) return reinterpret_cast<std::uintptr_t>(info.si_addr);
        return info.si_code <= 0 ? last_written_to(context) : 0;
    }

    /// For a handler in front of ours that has restored ours and raised the signal anew, as Python's faulthandler does:
    /// then siginfo has no address, but the kernel still tells the thread's last fault beside the registers.
    static std::uintptr_t last_written_to([[maybe_unused]] const void* context) noexcept {
#if defined(__x86_64__)
        constexpr greg_t page_fault = 14, by_writing = 2;
        const auto& registers = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs;
        const bool is_write = registers[REG_TRAPNO] == page_fault && (registers[REG_ERR] & by_writing) != 0;
        return is_write ? static_cast<std::uintptr_t>(registers[REG_CR2]) : 0;
#elif defined(__aarch64__) || defined(__arm__)
        return static_cast<std::uintptr_t>(static_cast<const ucontext_t*>(context)->uc_mcontext.fault_address);
#else
        return 0;
#endif
    }

    /// The mapping with a slot there; null: none. In a child of fork its own, if there is one, else an inherited one: a
    /// view may be inherited.
    static const Row* find(std::uintptr_t address) noexcept {
        const Row* inherited = nullptr;
        for (const Row& row : WatchedMapping::rows()) {
            // Pairs with the release in WatchedMapping::watch(): a watched row is complete.
            if (row.state.load(std::memory_order_acquire) != Row::watched || !has_slot(row, address)) continue;
            if (row.fork_generation.load(relaxed) == fork_generation()) return &row;
            inherited = &row;
        }
        return inherited;
    }

    static bool has_slot(const Row& row, std::uintptr_t address) noexcept {
        const std::uintptr_t begin = row.begin.load(relaxed);
        return row.segment.load(relaxed) != nullptr && address >= begin + row.first_slot.load(relaxed) &&
               address < begin + row.bytes.load(relaxed);
    }

    static void explain(const Row& row, std::uintptr_t address) noexcept {
        const std::uintptr_t offset = address - row.begin.load(relaxed) - row.first_slot.load(relaxed);
        Sentence sentence;
        sentence.add("handoff: a write to slot ");
        sentence.add(offset / row.slot_stride.load(relaxed));
        sentence.add(" of '");
        sentence.add(row.segment.load(relaxed));
        sentence.add(
            "' was refused: what was received is read-only, since other processes share it. copy() it first\n");
        sentence.write();
    }

    static constinit inline PreviousHandler previous;
};

void explain_forbidden_writes() {
    static std::once_flag installed;
    std::call_once(installed, ForbiddenWriteHandler::install);
}

}  // namespace handoff::detail::platform
