#include "convert.hpp"

#include <cmath>
#include <new>

#include "addon.hpp"

namespace handoff::node {

namespace {

constexpr double largest_safe_integer = 9007199254740991.0;

std::string with(std::string_view what, std::string_view is, napi_env env, napi_value value) {
    return std::string(what).append(is).append(words(env, value));
}

std::size_t bytes_per_element(napi_typedarray_type type, std::string_view what) {
    constexpr std::size_t sizes[]{1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 2};  // the last: Float16Array, since Node 24
    if (const auto at = static_cast<std::size_t>(type); at < std::size(sizes)) return sizes[at];
    refuse(HANDOFF_INVALID_ARGUMENT, std::string(what) +
                                         " is a typed array of a kind that is not known here: pass its bytes, new "
                                         "Uint8Array(array.buffer, array.byteOffset, array.byteLength)");
}

}  // namespace

void refuse(handoff_status status, std::string sentence) {
    throw Refusal{handoff_status_name(status), std::move(sentence)};
}

void check(handoff_status status) {
    if (status != HANDOFF_OK) refuse(status, handoff_last_error());
}

void check(napi_env env, napi_status status) {
    if (status == napi_ok) return;
    bool is_pending = false;
    napi_is_exception_pending(env, &is_pending);
    if (is_pending) throw Thrown{};
    const napi_extended_error_info* info = nullptr;
    napi_get_last_error_info(env, &info);
    const char* message = info == nullptr || info->error_message == nullptr ? "no reason given" : info->error_message;
    refuse(HANDOFF_SYSTEM, std::string("Node-API refused: ") + message);
}

napi_value error_of(napi_env env, const Refusal& refusal) {
    napi_value error_class = nullptr, error = nullptr;
    check(env, napi_get_reference_value(env, addon_of(env).error_class, &error_class));
    const napi_value arguments[]{value_of(env, refusal.code), value_of(env, refusal.sentence)};
    check(env, napi_new_instance(env, error_class, std::size(arguments), arguments, &error));
    return error;
}

napi_value throw_current_exception(napi_env env) noexcept {
    try {
        try {
            throw;
        } catch (const Thrown&) {
        } catch (const Refusal& refusal) {
            napi_throw(env, error_of(env, refusal));
        } catch (const std::bad_alloc&) {
            napi_throw(env, error_of(env, {"system", "this process is out of memory"}));
        } catch (const std::exception& error) {
            napi_throw(env, error_of(env, {"system", std::string("unexpected exception: ") + error.what()}));
        }
    } catch (...) {
        bool is_pending = false;
        napi_is_exception_pending(env, &is_pending);
        if (!is_pending) napi_throw_error(env, "system", "handoff could not make an error object");
    }
    return nullptr;
}

// ---- values out -----------------------------------------------------------------------------------------------------

napi_value undefined(napi_env env) {
    napi_value value = nullptr;
    check(env, napi_get_undefined(env, &value));
    return value;
}
napi_value value_of(napi_env env, bool given) {
    napi_value value = nullptr;
    check(env, napi_get_boolean(env, given, &value));
    return value;
}
napi_value value_of(napi_env env, double given) {
    napi_value value = nullptr;
    check(env, napi_create_double(env, given, &value));
    return value;
}
napi_value value_of(napi_env env, std::string_view text) {
    napi_value value = nullptr;
    check(env, napi_create_string_utf8(env, text.data(), text.size(), &value));
    return value;
}
napi_value count_of(napi_env env, std::uint64_t given) {
    return value_of(env, static_cast<double>(given));
}
napi_value big_of(napi_env env, std::uint64_t given) {
    napi_value value = nullptr;
    check(env, napi_create_bigint_uint64(env, given, &value));
    return value;
}
napi_value big_of(napi_env env, std::int64_t given) {
    napi_value value = nullptr;
    check(env, napi_create_bigint_int64(env, given, &value));
    return value;
}
void set(napi_env env, napi_value object, const char* name, napi_value value) {
    check(env, napi_set_named_property(env, object, name, value));
}
napi_value get(napi_env env, napi_value object, const char* name) {
    napi_value value = nullptr;
    check(env, napi_get_named_property(env, object, name, &value));
    return value;
}

// ---- values in ------------------------------------------------------------------------------------------------------

napi_valuetype type_of(napi_env env, napi_value value) {
    napi_valuetype type = napi_undefined;
    check(env, napi_typeof(env, value, &type));
    return type;
}
bool is_undefined(napi_env env, napi_value value) {
    return type_of(env, value) == napi_undefined;
}

std::string words(napi_env env, napi_value value) {
    switch (type_of(env, value)) {
        case napi_symbol:
            return "a symbol";
        case napi_function:
            return "a function";
        case napi_object:
            return "an object";
        case napi_external:
            return "a handle";
        case napi_string:
            return "'" + text_from(env, value, "a text") + "'";
        default:
            break;
    }
    napi_value text = nullptr;
    check(env, napi_coerce_to_string(env, value, &text));
    return text_from(env, text, "a text");
}

std::string text_from(napi_env env, napi_value value, std::string_view what) {
    if (type_of(env, value) != napi_string)
        refuse(HANDOFF_INVALID_ARGUMENT, with(what, " is a string, not ", env, value));
    std::size_t bytes = 0;
    check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &bytes));
    std::string text(bytes, '\0');
    check(env, napi_get_value_string_utf8(env, value, text.data(), bytes + 1, &bytes));
    if (text.find('\0') != text.npos) refuse(HANDOFF_INVALID_ARGUMENT, std::string(what) + " contains a NUL character");
    return text;
}

bool flag_from(napi_env env, napi_value value, std::string_view what) {
    if (type_of(env, value) != napi_boolean)
        refuse(HANDOFF_INVALID_ARGUMENT, with(what, " is true or false, not ", env, value));
    bool flag = false;
    check(env, napi_get_value_bool(env, value, &flag));
    return flag;
}

std::uint64_t count_from(napi_env env, napi_value value, std::string_view what, std::uint64_t most) {
    double number = -1;
    const bool is_number = type_of(env, value) == napi_number;
    if (is_number) check(env, napi_get_value_double(env, value, &number));
    const double limit = std::min(static_cast<double>(most), largest_safe_integer);
    if (!is_number || !(number >= 0 && number <= limit) || std::floor(number) != number)
        refuse(
            HANDOFF_INVALID_ARGUMENT,
            with(what, " is a whole number from 0 to " + std::to_string(static_cast<std::uint64_t>(limit)) + ", not ",
                 env, value));
    return static_cast<std::uint64_t>(number);
}

std::int64_t ns_from(napi_env env, napi_value value, std::string_view what) {
    std::int64_t ns = 0;
    bool is_exact = false;
    if (type_of(env, value) == napi_bigint) check(env, napi_get_value_bigint_int64(env, value, &ns, &is_exact));
    if (!is_exact) refuse(HANDOFF_INVALID_ARGUMENT, with(what, " is a BigInt of 64 bits, not ", env, value));
    return ns;
}

std::int64_t timeout_from(napi_env env, napi_value value) {
    constexpr double ns_per_ms = 1e6, for_ever_ms = 9e12;
    const auto type = type_of(env, value);
    if (type == napi_undefined) return HANDOFF_FOREVER;
    double ms = 0;
    if (type == napi_number) check(env, napi_get_value_double(env, value, &ms));
    if (type != napi_number || std::isnan(ms) || ms < 0)
        refuse(HANDOFF_INVALID_ARGUMENT,
               "a timeout is a number of milliseconds, 0 or more, or undefined for ever, not " + words(env, value));
    return ms >= for_ever_ms ? HANDOFF_FOREVER : static_cast<std::int64_t>(ms * ns_per_ms);
}

std::span<std::byte> bytes_from(napi_env env, napi_value value, std::string_view what) {
    bool is_view = false, is_data_view = false, is_buffer = false, is_detached = false;
    void* data = nullptr;
    std::size_t bytes = 0;
    napi_value buffer = nullptr;
    check(env, napi_is_typedarray(env, value, &is_view));
    check(env, napi_is_dataview(env, value, &is_data_view));
    check(env, napi_is_arraybuffer(env, value, &is_buffer));
    if (is_view) {
        auto type = static_cast<napi_typedarray_type>(15);  // stays where Node has a type that Node-API lacks
        check(env, napi_get_typedarray_info(env, value, &type, &bytes, &data, &buffer, nullptr));
        bytes *= bytes_per_element(type, what);
    } else if (is_data_view) {
        check(env, napi_get_dataview_info(env, value, &bytes, &data, &buffer, nullptr));
    } else if (is_buffer) {
        buffer = value;
        check(env, napi_get_arraybuffer_info(env, value, &data, &bytes));
    } else {
        refuse(HANDOFF_INVALID_ARGUMENT,
               with(what, " is a typed array, a Buffer, a DataView or an ArrayBuffer, not ", env, value) +
                   (type_of(env, value) == napi_string ? ": use Buffer.from(text)" : ""));
    }
    check(env, napi_is_arraybuffer(env, buffer, &is_buffer));
    if (is_buffer) check(env, napi_is_detached_arraybuffer(env, buffer, &is_detached));
    if (is_detached)
        refuse(HANDOFF_INVALID_HANDLE,
               std::string(what) + " lies in a buffer that is gone: it was released, sent or transferred");
    return {static_cast<std::byte*>(data), bytes};
}

// ---- calls ----------------------------------------------------------------------------------------------------------

Call::Call(napi_env env, napi_callback_info info) : env_(env) {
    std::size_t count = most;  // those that are not given become undefined
    check(env, napi_get_cb_info(env, info, &count, arguments_, nullptr, nullptr));
}

void export_all(napi_env env, napi_value exports, Functions functions) {
    for (const auto& [name, callback] : functions) {
        napi_value function = nullptr;
        check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function));
        set(env, exports, name, function);
    }
}

}  // namespace handoff::node
