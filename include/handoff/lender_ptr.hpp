// How a handle and all objects taken from it share what they are about. Nothing here is for users.
#pragma once

#include <handoff/export.hpp>

#include <cstddef>
#include <utility>

namespace handoff::detail::slot {

class Lender;
HANDOFF_EXPORT void hold(Lender& lender) noexcept;
HANDOFF_EXPORT void let_go(Lender& lender) noexcept;

/// A counted reference to a T, which is a Lender; the last one ends it. Costs no locked instruction as long as one
/// thread alone uses a handle and what was taken from it (see sync/sole_thread.hpp). T may be incomplete.
/// Thread safety: as std::shared_ptr.
template <class T>
class LenderPtr {
public:
    LenderPtr() noexcept = default;
    LenderPtr(std::nullptr_t) noexcept {}  // NOLINT: implicit, as of any pointer
    /// REQUIRES: both are the same object
    LenderPtr(T& to, Lender& lender) noexcept : to_(&to), lender_(&lender) { hold(lender); }
    LenderPtr(const LenderPtr& other) noexcept : to_(other.to_), lender_(other.lender_) {
        if (lender_ != nullptr) hold(*lender_);
    }
    LenderPtr(LenderPtr&& other) noexcept
        : to_(std::exchange(other.to_, nullptr)), lender_(std::exchange(other.lender_, nullptr)) {}
    LenderPtr& operator=(LenderPtr other) noexcept {
        std::swap(to_, other.to_);
        std::swap(lender_, other.lender_);
        return *this;
    }
    ~LenderPtr() {
        if (lender_ != nullptr) let_go(*lender_);
    }

    /// One that the caller counted on.
    static LenderPtr adopt(T& to, Lender& lender) noexcept {
        LenderPtr made;
        made.to_ = &to, made.lender_ = &lender;
        return made;
    }
    void reset() noexcept { *this = LenderPtr(); }
    /// Forgets it. The caller counts it off.
    void release() noexcept { to_ = nullptr, lender_ = nullptr; }
    T* get() const noexcept { return to_; }
    T* operator->() const noexcept { return to_; }
    T& operator*() const noexcept { return *to_; }
    friend bool operator==(const LenderPtr& pointer, std::nullptr_t) noexcept { return pointer.to_ == nullptr; }

private:
    T* to_ = nullptr;
    Lender* lender_ = nullptr;
};

}  // namespace handoff::detail::slot
