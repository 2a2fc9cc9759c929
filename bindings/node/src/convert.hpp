// Conversions between C++ and JavaScript: arguments in, values and exceptions out. No C++ exception reaches JavaScript.
#pragma once

#include <handoff/handoff.h>
#define NAPI_VERSION 8
#include <node_api.h>

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::node {

/// Becomes a HandoffError.
struct Refusal {
    std::string code;
    std::string sentence;
};
/// An exception of JavaScript that is on its way already.
struct Thrown {};

[[noreturn]] void refuse(handoff_status status, std::string sentence);
/// Throws what the C interface has just refused in this thread.
void check(handoff_status status);
/// Throws what Node-API has just refused.
void check(napi_env env, napi_status status);

/// The HandoffError for a refusal.
napi_value error_of(napi_env env, const Refusal& refusal);

// ---- values ---------------------------------------------------------------------------------------------------------

napi_value undefined(napi_env env);
napi_value value_of(napi_env env, bool value);
napi_value value_of(napi_env env, double value);
napi_value value_of(napi_env env, std::string_view text);
/// Counts are numbers: exact up to 2^53, which no count reaches.
napi_value count_of(napi_env env, std::uint64_t value);
/// Identities and nanoseconds are BigInts.
napi_value big_of(napi_env env, std::uint64_t value);
napi_value big_of(napi_env env, std::int64_t value);
void set(napi_env env, napi_value object, const char* name, napi_value value);
napi_value get(napi_env env, napi_value object, const char* name);

napi_valuetype type_of(napi_env env, napi_value value);
bool is_undefined(napi_env env, napi_value value);
/// A value in words, for the sentence of a refusal.
std::string words(napi_env env, napi_value value);

// These refuse what is of another type or out of range; `what` names it.
std::string text_from(napi_env env, napi_value value, std::string_view what);
bool flag_from(napi_env env, napi_value value, std::string_view what);
std::uint64_t count_from(napi_env env, napi_value value, std::string_view what, std::uint64_t most);
std::int64_t ns_from(napi_env env, napi_value value, std::string_view what);
/// Milliseconds, or undefined for ever, as a timeout of the C interface.
std::int64_t timeout_from(napi_env env, napi_value value);
/// The bytes of an ArrayBuffer, or of a view on one.
std::span<std::byte> bytes_from(napi_env env, napi_value value, std::string_view what);

/// A call from JavaScript.
class Call {
public:
    Call(napi_env env, napi_callback_info info);

    napi_env env() const { return env_; }
    napi_value operator[](std::size_t at) const { return arguments_[at]; }  ///< undefined where none was given

private:
    static constexpr std::size_t most = 8;
    napi_env env_;
    napi_value arguments_[most]{};
};

napi_value throw_current_exception(napi_env env) noexcept;

/// A function of JavaScript that runs `body`.
template <napi_value (*body)(const Call&)>
napi_value entry(napi_env env, napi_callback_info info) noexcept {
    try {
        return body(Call(env, info));
    } catch (...) {
        return throw_current_exception(env);
    }
}

/// Adds functions to what the module exports.
using Functions = std::initializer_list<std::pair<const char*, napi_callback>>;
void export_all(napi_env env, napi_value exports, Functions functions);

}  // namespace handoff::node
