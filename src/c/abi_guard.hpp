// The C interface: every error and exception of the C++ side becomes a status and a message on the C side.
#pragma once

#include <handoff/c/common.h>
#include <handoff/error.hpp>
#include <handoff/wait.hpp>
#include <handoff/wait_any.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

struct handoff_waitable {
    handoff::Waitable value;
};

namespace handoff::detail::c {

/// Stores the failure for handoff_last_error() of this thread, and returns its status.
handoff_status refuse(Failure failure) noexcept;
/// The same for the exception that a catch is handling.
handoff_status refuse_current_exception() noexcept;

/// Runs `body`; no exception leaves this function.
template <class Body>
handoff_status guarded(Body&& body) noexcept {
    try {
        return body();
    } catch (...) {
        return refuse_current_exception();
    }
}

/// The status of an outcome without a value.
inline handoff_status status_of(result<void> outcome) {
    return outcome ? HANDOFF_OK : refuse(std::move(outcome).error());
}
/// Stores a successful outcome, or refuses. `out` may be null.
template <class T>
handoff_status store(result<T> outcome, T* out) {
    if (!outcome) return refuse(std::move(outcome).error());
    if (out != nullptr) *out = std::move(*outcome);
    return HANDOFF_OK;
}
/// Stores a successful outcome as a new handle, or refuses.
template <class H, class T>
handoff_status deliver(result<T> outcome, H** handle) {
    if (!outcome) return refuse(std::move(outcome).error());
    *handle = new H{std::move(*outcome)};
    return HANDOFF_OK;
}

/// What the caller's pointer points to. Throws Error if it is null.
template <class H>
H& handle(H* given, const char* what) {
    if (given != nullptr) return *given;
    throw Error(Errc::invalid_handle,
                std::string("the ") + what + " is NULL: it was never opened, or is closed, sent or finished already");
}
template <class T>
T* place(T* given, const char* what) {
    if (given != nullptr) return given;
    throw Error(Errc::invalid_argument, std::string("the pointer to ") + what + " is NULL");
}
inline std::string_view text(const char* given, const char* what) {
    return place(given, what);
}

/// Takes what the caller's handle holds, and ends the handle. Throws Error if there is none.
template <class H>
auto take(H** given, const char* what) {
    const std::unique_ptr<H> owned(std::exchange(*place(given, what), nullptr));
    return std::move(handle(owned.get(), what).value);
}
template <class H>
void drop(H** given) noexcept {
    if (given != nullptr) delete std::exchange(*given, nullptr);
}

/// A timeout. Throws Error if it is negative.
std::chrono::nanoseconds timeout(std::int64_t timeout_ns);
/// The time at which a timeout ends. Throws Error if it is negative.
Deadline deadline(std::int64_t timeout_ns);

/// A wait until then, or until `stop` is requested; null: nothing stops it. Throws Error: as deadline().
Wait wait(std::int64_t timeout_ns, const handoff_stop* stop);
/// The token of `stop`; null: one that never stops.
std::stop_token token(const handoff_stop* stop) noexcept;

/// Fills the caller's struct up to the size in its first field. Throws Error if that size is invalid.
template <class Info>
handoff_status fill(Info info, Info* out) {
    constexpr std::size_t no_struct_is_larger = 65'536;
    info.size = place(out, "the struct to fill")->size;
    if (info.size < sizeof info.size || info.size > no_struct_is_larger)
        throw Error(Errc::invalid_argument, "the struct to fill says that it has " + std::to_string(info.size) +
                                                " bytes: begin with the ..._init of its type");
    std::memcpy(out, &info, std::min(info.size, sizeof info));
    return HANDOFF_OK;
}
/// The address of bytes, and their number (`bytes` may be null).
inline const void* bytes_of(std::span<const std::byte> area, std::size_t* bytes) noexcept {
    if (bytes != nullptr) *bytes = area.size();
    return area.data();
}
/// The caller's buffer. Throws Error if it is null.
inline std::span<std::byte> room(void* buffer, std::size_t bytes) {
    if (bytes > 0) place(buffer, "the buffer");
    return {static_cast<std::byte*>(buffer), bytes};
}

/// The caller's bytes. Throws Error if their address is null.
inline std::span<const std::byte> data_from(const void* data, std::size_t bytes) {
    if (bytes > 0) place(data, "the data");
    return {static_cast<const std::byte*>(data), bytes};
}

/// What the handle that `find()` finds can be waited for with.
template <class Find>
handoff_status deliver_waitable(handoff_waitable** waitable, Find&& find) noexcept {
    return guarded([&] {
        place(waitable, "the waitable");
        *waitable = new handoff_waitable{find().waitable()};
        return HANDOFF_OK;
    });
}
template <class Find>
handoff_status store_descriptor(int* descriptor, Find&& find) noexcept {
    return guarded([&] {
        *place(descriptor, "the descriptor") = find().descriptor();
        return HANDOFF_OK;
    });
}

/// Nanoseconds on CLOCK_MONOTONIC.
inline std::int64_t ns_of(std::chrono::steady_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

}  // namespace handoff::detail::c
