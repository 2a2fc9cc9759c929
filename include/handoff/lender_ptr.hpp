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
/// thread alone uses a handle and what was taken from it (see sync/sole_thread.hpp). T may be incomplete, except for
/// those who make one or look into it.
/// Thread safety: as std::shared_ptr.
template <class T>
class LenderPtr {
public:
    LenderPtr() noexcept = default;
    LenderPtr(std::nullptr_t) noexcept {}  // NOLINT: implicit, as of any pointer
    explicit LenderPtr(T& to) noexcept : lender_(&to) { hold(*lender_); }
    LenderPtr(const LenderPtr& other) noexcept : lender_(other.lender_) {
        if (lender_ != nullptr) hold(*lender_);
    }
    LenderPtr(LenderPtr&& other) noexcept : lender_(std::exchange(other.lender_, nullptr)) {}
    LenderPtr& operator=(LenderPtr other) noexcept {
        std::swap(lender_, other.lender_);
        return *this;
    }
    ~LenderPtr() {
        if (lender_ != nullptr) let_go(*lender_);
    }

    void reset() noexcept { *this = LenderPtr(); }
    /// Refers to what the caller counted on. REQUIRES: it is empty
    void adopt(T& to) noexcept { lender_ = &to; }
    /// Forgets it. The caller counts it off.
    void release() noexcept { lender_ = nullptr; }
    T* get() const noexcept { return static_cast<T*>(lender_); }
    T* operator->() const noexcept { return get(); }
    T& operator*() const noexcept { return *get(); }
    friend bool operator==(const LenderPtr& pointer, std::nullptr_t) noexcept { return pointer.lender_ == nullptr; }

private:
    Lender* lender_ = nullptr;
};

}  // namespace handoff::detail::slot
