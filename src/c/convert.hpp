// Structs of the C side to those of C++ and back, field by field as described/described.hpp names them.
#pragma once

#include <handoff/c/common.h>

#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "c/abi_guard.hpp"
#include "described/described.hpp"

namespace handoff::detail::c {

using described::Field;

/// The caller's struct on top of the defaults; null: the defaults. Throws Error if it is of a newer header.
template <class Options>
Options options_or(const Options* given, void (*init)(Options*)) {
    Options made;
    init(&made);
    if (given == nullptr) return made;
    if (given->size < sizeof given->size || given->size > sizeof made)
        throw Error(Errc::invalid_argument,
                    "the options say that they have " + std::to_string(given->size) + " bytes, this library knows " +
                        std::to_string(sizeof made) +
                        ": begin with the ..._init of their type, or take a library as new as your header");
    std::memcpy(&made, given, given->size);
    return made;
}

// ---- from C to C++; each throws Error if the value is invalid --------------------------------------------------------

inline void check_reach(const Field& field, std::uint32_t number, std::size_t last) {
    if (number <= last) return;
    throw Error(Errc::invalid_argument, std::string(field.name) + " = " + std::to_string(number) + ": 0 to " +
                                            std::to_string(last) + " are possible");
}
inline void take(const Field& /*field*/, std::uint32_t number, std::uint32_t& made) noexcept {
    made = number;
}
inline void take(const Field& field, std::uint32_t number, bool& made) {
    check_reach(field, number, 1);
    made = number == 1;
}
template <class E>
requires std::is_enum_v<E>
void take(const Field& field, std::uint32_t number, E& made) {
    check_reach(field, number, field.words.size() - 1);
    made = static_cast<E>(number);
}
template <class T>
void take(const Field& field, std::uint32_t number, std::optional<T>& made) {
    if (number != HANDOFF_NOT_GIVEN) take(field, number, made.emplace());
}
/// A capacity, which the C side counts in 64 bits everywhere. 0 means not given.
inline void take(const Field& field, std::uint64_t bytes, std::optional<std::size_t>& made) {
    if (!std::in_range<std::size_t>(bytes))
        throw Error(Errc::no_space, std::string(field.name) + " = " + std::to_string(bytes) + ": a program of " +
                                        std::to_string(sizeof(void*) * 8) +
                                        " bits cannot address so much. Use a smaller one, or programs of 64 bits");
    if (bytes > 0) made = static_cast<std::size_t>(bytes);
}
/// "" means not given, too.
inline void take(const Field& /*field*/, const char* text, std::optional<std::string>& made) {
    if (text != nullptr && *text != '\0') made = text;
}
inline constexpr auto take_field = [](const Field& field, const auto& given, auto& made) { take(field, given, made); };

/// HandleOptions, or a struct with its fields.
template <class Handle>
Handle handle_from(const handoff_handle_options* given) {
    const auto asked = options_or(given, handoff_handle_options_init);
    Handle made;
    described::each_handle_options(take_field, asked, made);
    made.attach_timeout = timeout(asked.attach_timeout_ns);
    made.attach_stop = token(asked.attach_stop);
    return made;
}

// ---- from C++ to C ---------------------------------------------------------------------------------------------------

template <std::integral From, std::integral To>
void give(From number, To& made) noexcept {
    made = number;
}
template <class E>
requires std::is_enum_v<E>
void give(E value, std::uint32_t& made) noexcept {
    made = static_cast<std::uint32_t>(value);
}
/// With its NUL.
template <std::size_t room>
void give(const std::string& text, char (&made)[room]) noexcept {
    made[text.copy(made, room - 1)] = '\0';
}
inline constexpr auto give_field = [](const Field& /*field*/, const auto& told, auto& made) { give(told, made); };

}  // namespace handoff::detail::c
