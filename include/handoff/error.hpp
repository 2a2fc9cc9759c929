// handoff: error codes, results and the exception type.
//
// Operations that can fail in normal use return handoff::result<T>; constructors throw handoff::Error. Both carry a
// code for programs (a std::error_code of handoff's own category) and a message for people: what failed, why, and what
// to do next.
#pragma once

#include <handoff/export.hpp>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/base.hpp>
#include <boost/outcome/success_failure.hpp>

#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace handoff {

/// Why an operation failed. The numbers are stable: they cross process and language borders.
enum class Errc : int {
    // generated from describe/handoff.toml: Errc
    timed_out = 1,               ///< the deadline passed; the message names the holders
    full = 2,                    ///< no free slot at this moment
    empty = 3,                   ///< nothing to take at this moment
    end_of_stream = 4,           ///< every sender or publisher has left and nothing is unread
    failed = 5,                  ///< the receiver reported it, or died editing the frame in place
    given_up = 6,                ///< delivered max_deliveries times, and no receiver survived it
    too_large = 7,               ///< does not fit into the slot, or into the buffer
    invalid_argument = 8,        ///< an invalid option, name or description
    invalid_handle = 9,          ///< not open, already finished, or inherited through fork
    no_such_segment = 10,        ///< no segment of that name exists
    already_exists = 11,         ///< creation was asked for, but the name exists
    wrong_kind = 12,             ///< the segment of that name is of another kind
    wrong_version = 13,          ///< built by another layout version or another build of handoff
    not_a_segment = 14,          ///< a file of that name exists, but handoff did not make it, or it was cut short
    mismatch = 15,               ///< the existing segment does not fit what was asked for; the message names the fields
    permission_denied = 16,      ///< the rights of the segment do not let this process in
    no_space = 17,               ///< shared memory, RAM or the cgroup cannot give what is needed
    too_many_participants = 18,  ///< every place for a participant is taken
    damaged = 19,                ///< bytes in the segment contradict each other; nothing was touched
    ownership_lost = 20,         ///< the slot is no longer ours: another process wrote into the segment
    system = 21,                 ///< a system call failed; the message has the system's text
    removed = 22,                ///< its name was removed from /dev/shm while it was in use (rm, logind): open it again
    stopped = 23,                ///< a stop was requested: nothing was taken, nothing is lost
    // end of generated
};

/// The category "handoff". Its message() is one sentence per Errc.
HANDOFF_EXPORT const std::error_category& error_category() noexcept;

/// Makes Errc usable wherever a std::error_code is.
inline std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

/// The code as it appears in logs: "handoff:1".
inline std::ostream& operator<<(std::ostream& out, Errc code) {
    return out << make_error_code(code);
}

/// An error: code and message. Cheap without a message of its own (polling): message() is then the category's.
class HANDOFF_EXPORT Failure {
public:
    /// No error: code() is 0. For a variable that is assigned later.
    Failure() = default;
    /// With the message of the code.
    Failure(Errc code) noexcept : code_(code) {}  // NOLINT: implicit, so that `return Errc::empty;` reads well
    /// With a message of its own; with that of the code if it is empty.
    Failure(Errc code, std::string message)
        : code_(code), message_(std::make_shared<const std::string>(std::move(message))) {}

    /// In error_category(): compare it with an Errc, `failure.code() == Errc::full`.
    std::error_code code() const noexcept { return make_error_code(code_); }
    /// What failed, why, and what to do next.
    std::string message() const { return message_ == nullptr || message_->empty() ? code().message() : *message_; }

    /// True if it has this code: `if (loan.error() == Errc::full)`.
    friend bool operator==(const Failure& failure, Errc code) noexcept { return failure.code_ == code; }
    /// For Boost.Outcome: the code.
    friend std::error_code make_error_code(const Failure& failure) noexcept { return failure.code(); }

    /// "handoff:1 " and the message, for logs and test reports.
    friend std::ostream& operator<<(std::ostream& out, const Failure& failure) {
        return out << failure.code() << ' ' << failure.message();
    }

private:
    Errc code_{};  ///< a successful result carries a Failure too: keep it small
    std::shared_ptr<const std::string> message_;
};

/// The one exception type of handoff: thrown by constructors, and by value() on a result that holds a Failure.
class HANDOFF_EXPORT Error : public std::runtime_error {
public:
    /// what() is the failure's message.
    explicit Error(const Failure& failure) : std::runtime_error(failure.message()), failure_(failure) {}
    /// what() is this message, or that of the code if it is empty.
    Error(Errc code, std::string message) : Error(Failure(code, std::move(message))) {}

    /// In error_category(): compare it with an Errc.
    std::error_code code() const noexcept { return failure_.code(); }
    /// The same as a Failure, to return it in a result.
    const Failure& failure() const noexcept { return failure_; }

private:
    Failure failure_;
};

namespace detail {

/// Outcome policy: value() of a failed result throws Error; error() of a successful one is a programming error and
/// throws std::logic_error.
struct ThrowError : BOOST_OUTCOME_V2_NAMESPACE::policy::base {
    template <class Impl>
    static constexpr void wide_value_check(Impl&& self) {
        if (!base::_has_value(self)) throw Error(base::_error(self));
    }
    template <class Impl>
    static constexpr void wide_error_check(Impl&& self) {
        if (!base::_has_error(self)) throw std::logic_error("handoff: error() of a result that holds a value");
    }
    template <class Impl>
    static constexpr void wide_exception_check(Impl&&) {}
};

template <class T>
using basic_result = BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Failure, ThrowError>;

}  // namespace detail

/// A T or a Failure (Boost.Outcome). Test it with `if (result)`; read the value with value(), *result or result->, the
/// Failure with error(). `*` and `->` throw Error like value() does when there is no value.
template <class T>
class [[nodiscard]] result : public detail::basic_result<T> {
public:
    using detail::basic_result<T>::basic_result;
    T& operator*() & { return this->value(); }
    const T& operator*() const& { return this->value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &this->value(); }
    const T* operator->() const { return &this->value(); }
};

/// Success without a value, or a Failure. Return handoff::success() for the former.
template <>
class [[nodiscard]] result<void> : public detail::basic_result<void> {
public:
    using detail::basic_result<void>::basic_result;
};

/// The success value of a result<void>.
inline auto success() {
    return BOOST_OUTCOME_V2_NAMESPACE::success();
}

}  // namespace handoff

template <>
struct std::is_error_code_enum<handoff::Errc> : std::true_type {};
