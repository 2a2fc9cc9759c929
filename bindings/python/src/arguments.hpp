// Options given by keyword, field by field as described/described.hpp names them; and what info() and state() return.
#pragma once

#include <pybind11/pybind11.h>

#include <handoff/channel.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "described/described.hpp"
#include "handle.hpp"

namespace handoff::python {

namespace described = detail::described;
using described::Field;

/// Visits the fields of a struct.
template <class Visit, class S>
void visit_fields(Visit& visit, S& s) {
    using T = std::remove_const_t<S>;
    if constexpr (std::is_same_v<T, ChannelShape>) described::each_channel_shape(visit, s);
    if constexpr (std::is_same_v<T, TopicShape>) described::each_topic_shape(visit, s);
    if constexpr (std::is_same_v<T, LatestShape>) described::each_latest_shape(visit, s);
    if constexpr (requires { s.prefault; }) described::each_handle_options(visit, s);
    if constexpr (std::is_same_v<T, SubscriberOptions>) described::each_subscriber_options(visit, s);
    if constexpr (std::is_same_v<T, LatestOptions>) described::each_latest_options(visit, s);
    if constexpr (std::is_same_v<T, ChannelInfo>) described::each_channel_info(visit, s);
    if constexpr (std::is_same_v<T, TopicInfo>) described::each_topic_info(visit, s);
    if constexpr (std::is_same_v<T, LatestInfo>) described::each_latest_info(visit, s);
    if constexpr (std::is_same_v<T, ChannelState>) described::each_channel_state(visit, s);
    if constexpr (std::is_same_v<T, TopicState>) described::each_topic_state(visit, s);
}

std::string word_of(const Field& field, std::size_t number);
/// The number of a word. Throws Error(invalid_argument), with the words that are known.
std::size_t number_of_word(const Field& field, const std::string& word);
/// Throws TypeError: an option has a value of the wrong type.
[[noreturn]] void refuse_type(const Field& field, py::handle value, const std::string& type);
/// A whole number, 0 to `most`. Throws TypeError, or Error(invalid_argument) if it is out of range.
std::uint64_t count_from(const Field& field, py::handle value, std::uint64_t most, const std::string& type);

/// What Python calls the type of a field.
template <class T>
std::string type_name(const Field& field, const T& /*value*/) {
    if constexpr (std::is_same_v<T, bool>) return "bool";
    if constexpr (std::is_enum_v<T>) {
        std::string words;
        for (const auto word : field.words) words.append(words.empty() ? "'" : " | '").append(word) += '\'';
        return words;
    }
    return std::is_same_v<T, std::string> ? "str" : "int";
}
template <class T>
std::string type_name(const Field& field, const std::optional<T>& /*value*/) {
    return type_name(field, T{}) + " | None";
}

/// A field as an object.
template <class T>
py::object told(const Field& field, const T& value) {
    if constexpr (std::is_enum_v<T>)
        return py::str(word_of(field, static_cast<std::size_t>(value)));
    else
        return py::cast(value);
}
template <class T>
py::object told(const Field& field, const std::optional<T>& value) {
    return value ? told(field, *value) : py::none();
}

// Each stores a value in a field.
inline void take(const Field& field, py::handle value, bool& made, const std::string& type) {
    py::detail::make_caster<bool> flag;  // numpy's bool, too
    if (!flag.load(value, false)) refuse_type(field, value, type);
    made = flag;
}
inline void take(const Field& field, py::handle value, std::string& made, const std::string& type) {
    if (!py::isinstance<py::str>(value)) refuse_type(field, value, type);
    made = value.cast<std::string>();
}
template <std::unsigned_integral T>
void take(const Field& field, py::handle value, T& made, const std::string& type) {
    made = static_cast<T>(count_from(field, value, std::numeric_limits<T>::max(), type));
}
template <class E>
requires std::is_enum_v<E>
void take(const Field& field, py::handle value, E& made, const std::string& type) {
    std::string word;
    take(field, value, word, type);
    made = static_cast<E>(number_of_word(field, word));
}
/// None asks for nothing, and so does a size of 0 bytes.
template <class T>
void take(const Field& field, py::handle value, std::optional<T>& made, const std::string& type) {
    made.reset();
    if (value.is_none()) return;
    take(field, value, made.emplace(), type);
    if (std::is_same_v<T, std::size_t> && field.type == Field::Type::u64 && *made == T{}) made.reset();
}

/// Stores the keyword arguments of a call in the fields that it visits.
class Arguments {
public:
    Arguments(const char* kind, const py::args& surplus, const py::kwargs& given);

    template <class T>
    void operator()(const Field& field, T& made) {
        const py::object value = take_out(field.name);
        if (value) take(field, value, made, type_name(field, made));
    }
    /// What no struct has; `otherwise` if it is not given.
    py::object other(const char* name, const py::object& otherwise);
    /// Throws TypeError if an argument is none of those asked for.
    void check_all_are_known() const;

private:
    py::object take_out(const char* name);  ///< null: not given

    const char* kind_;
    py::dict given_;
    std::string known_;
};

/// The signature of a constructor, `name` first, and the list of its options: for help() and inspect.signature().
class Signature {
public:
    explicit Signature(const std::string& kind);

    template <class T>
    void operator()(const Field& field, const T& made) {
        add(field.name, type_name(field, made), told(field, made), field.says);
    }
    void add(const char* name, const std::string& type, const py::object& otherwise, const char* says);
    /// What is added from here on is given by keyword only.
    void keywords_only();

    /// The docstring of the constructor.
    std::string docstring(const std::string& says) const;
    /// (name, is given by keyword only, default) of all but `name`.
    const py::list& arguments() const { return arguments_; }

private:
    std::string typed_, options_;
    py::list arguments_;
    bool is_keyword_ = false;
};

/// The signature of what is opened with these structs.
template <class... Structs>
void add_options(Signature& signature, const Structs&... structs) {
    (visit_fields(signature, structs), ...);
    signature.add(
        "attach_timeout", "float | None", py::float_(0.0),
        "how many seconds to wait for a segment that does not exist yet and may not be created here; None: for "
        "ever");
}
/// Fills them with what the caller gave, and returns the attach_timeout. Throws TypeError, Error(invalid_argument).
template <class... Structs>
py::object take_options(Arguments& arguments, Structs&... structs) {
    (visit_fields(arguments, structs), ...);
    py::object attach_timeout = arguments.other("attach_timeout", py::float_(0.0));
    arguments.check_all_are_known();
    return attach_timeout;
}

/// Makes a constructor of open(name, ..., surplus, given); `positional`: the arguments between them.
template <class Class, class Open, class... Positional>
void add_constructor(Class& cls, const Signature& signature, const char* says, Open&& open,
                     const Positional&... positional) {
    py::options options;
    options.disable_function_signatures();
    cls.def(py::init(std::forward<Open>(open)), py::arg("name"), positional..., signature.docstring(says).c_str());
    cls.attr("_arguments") = signature.arguments();
}

/// The class of what info() or state() returns.
template <class S>
void bind_told(py::module_& module, const char* name, const char* says) {
    py::class_<S> cls(module, name, says);
    const auto add = [&](const Field& field, const auto& /*value*/) {
        const auto get = [name = std::string_view(field.name)](const S& self) {
            py::object found;
            const auto find = [&](const Field& one, const auto& value) {
                if (name == one.name) found = told(one, value);
            };
            visit_fields(find, self);
            return found;
        };
        cls.def_property_readonly(field.name, get, field.says);
    };
    const S none{};
    visit_fields(add, none);
}

}  // namespace handoff::python
