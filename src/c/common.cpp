#include <handoff/c/common.h>
#include <handoff/truncation.hpp>
#include <handoff/version.hpp>

#include <array>
#include <exception>
#include <vector>

#include "c/border.hpp"
#include "segment/segment_layout.hpp"

namespace handoff::detail::c {
namespace {

constexpr std::array<const char*, 24> status_names{"ok",
                                                   "timed_out",
                                                   "full",
                                                   "empty",
                                                   "end_of_stream",
                                                   "failed",
                                                   "given_up",
                                                   "too_large",
                                                   "invalid_argument",
                                                   "invalid_handle",
                                                   "no_such_segment",
                                                   "already_exists",
                                                   "wrong_kind",
                                                   "wrong_version",
                                                   "not_a_segment",
                                                   "mismatch",
                                                   "permission_denied",
                                                   "no_space",
                                                   "too_many_participants",
                                                   "damaged",
                                                   "ownership_lost",
                                                   "system",
                                                   "removed",
                                                   "stopped"};
static_assert(HANDOFF_SYSTEM == static_cast<int>(Errc::system) && HANDOFF_STOPPED == static_cast<int>(Errc::stopped) &&
              status_names.size() == HANDOFF_STOPPED + 1);
static_assert(HANDOFF_TIMED_OUT == static_cast<int>(Errc::timed_out) &&
              HANDOFF_MISMATCH == static_cast<int>(Errc::mismatch) &&
              HANDOFF_DAMAGED == static_cast<int>(Errc::damaged));
static_assert(HANDOFF_WAIT_SLEEP == static_cast<int>(WaitPolicy::sleep));

/// The last failure in a thread. Its message is composed on demand: a caller that only polls does not pay for it.
struct LastRefusal {
    Failure failure;
    std::string sentence;
    bool is_worded = true;
};
thread_local LastRefusal last;

}  // namespace

handoff_status refuse(Failure failure) noexcept {
    const int status = failure.code().value();
    last.failure = std::move(failure);
    last.is_worded = false;
    return status;
}

handoff_status refuse_current_exception() noexcept {
    try {
        try {
            throw;
        } catch (const Error& error) {
            return refuse(error.failure());
        } catch (const std::bad_alloc&) {
            return refuse({Errc::system, "this process is out of memory"});
        } catch (const std::exception& error) {
            return refuse({Errc::system, std::string("unexpected exception: ") + error.what()});
        }
    } catch (...) {
        return refuse(Errc::system);  // needs no memory
    }
}

std::chrono::nanoseconds timeout(std::int64_t timeout_ns) {
    if (timeout_ns < 0)
        throw Error(Errc::invalid_argument,
                    "a timeout of " + std::to_string(timeout_ns) + " ns: 0 (HANDOFF_NOW) or more, or HANDOFF_FOREVER");
    return std::chrono::nanoseconds(timeout_ns);  // HANDOFF_FOREVER is nanoseconds::max(), which means never
}

Deadline deadline(std::int64_t timeout_ns) {
    return timeout_ns == HANDOFF_FOREVER ? Deadline::never() : Deadline(timeout(timeout_ns));
}

}  // namespace handoff::detail::c

using namespace handoff;

extern "C" {

uint32_t handoff_abi_version() {
    return HANDOFF_ABI_VERSION;
}

uint32_t handoff_layout_version() {
    return detail::segment::layout_version;
}

const char* handoff_version() {
    return HANDOFF_VERSION;
}

const char* handoff_last_error() {
    auto& last = detail::c::last;
    try {
        if (!last.is_worded) last.sentence = last.failure.message();
        last.is_worded = true;
        return last.sentence.c_str();
    } catch (...) {
        return "this process is out of memory";
    }
}

const char* handoff_status_name(handoff_status status) {
    const auto index = static_cast<std::size_t>(status);
    return status >= 0 && index < detail::c::status_names.size() ? detail::c::status_names[index] : "unknown";
}

handoff_status handoff_wait_any(const handoff_waitable* const* waitables, size_t count, int64_t timeout_ns,
                                const handoff_stop* stop, size_t* index) {
    return detail::c::guarded([&] {
        std::vector<Waitable> all;
        all.reserve(count);
        if (count > 0) detail::c::place(waitables, "the waitables");
        for (std::size_t at = 0; at < count; ++at) all.push_back(detail::c::handle(waitables[at], "waitable").value);
        return detail::c::store(wait_any(all, detail::c::wait(timeout_ns, stop)), detail::c::place(index, "the index"));
    });
}

bool handoff_waitable_was_ready(const handoff_waitable* waitable) {
    return waitable != nullptr && waitable->value.was_ready();
}

void handoff_waitable_drop(handoff_waitable** waitable) {
    detail::c::drop(waitable);
}

handoff_status handoff_handle_sigbus() {
    return detail::c::guarded([] {
        handle_sigbus();
        return HANDOFF_OK;
    });
}

}  // extern "C"
