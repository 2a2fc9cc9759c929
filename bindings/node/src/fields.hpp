// Structs of the C interface as objects of JavaScript, field by field as described/described.hpp names them.
#pragma once

#include <deque>
#include <type_traits>

#include "convert.hpp"
#include "described/described.hpp"

namespace handoff::node {

namespace described = detail::described;
using described::Field;

// In image.cpp, of arrays, too. Plain bytes are undefined.
napi_value value_of(napi_env env, const handoff_image& image);
handoff_image image_from(napi_env env, napi_value object);

/// Stores the properties of an object in the fields that it visits. Refuses values that no field can have.
class Options {
public:
    /// Texts go into `texts`, which the structs then point to.
    Options(napi_env env, napi_value object, std::deque<std::string>& texts);

    template <class T>
    void operator()(const Field& field, T& made) {
        const napi_value value = take(field);
        if (value != nullptr) store(field, value, made);
    }
    /// Refuses a property that is none of the fields visited.
    void check_all_are_known() const;

private:
    napi_value take(const Field& field);  ///< null: not given
    void store(const Field& field, napi_value value, std::uint32_t& made);
    void store(const Field& field, napi_value value, std::uint64_t& made);
    void store(const Field& field, napi_value value, const char*& made);

    napi_env env_;
    napi_value object_;
    std::deque<std::string>& texts_;
    std::vector<std::string> unknown_;
    std::vector<std::string_view> known_;
};

/// Makes an object of the fields that it visits.
class Told {
public:
    explicit Told(napi_env env);

    template <class T>
    void operator()(const Field& field, const T& value) {
        if constexpr (std::is_array_v<T>)
            set(env_, object_, field.node_name, value_of(env_, std::string_view(value)));
        else
            set(env_, object_, field.node_name, value_of(field, value));
    }
    napi_value object() const { return object_; }

private:
    napi_value value_of(const Field& field, std::uint32_t value) const;
    napi_value value_of(const Field& field, std::uint64_t value) const;
    napi_value value_of(const Field& /*field*/, std::int64_t value) const { return big_of(env_, value); }
    napi_value value_of(const Field& /*field*/, const handoff_image& value) const {
        return node::value_of(env_, value);
    }
    static napi_value value_of(napi_env env, std::string_view text) { return node::value_of(env, text); }

    napi_env env_;
    napi_value object_ = nullptr;
};

}  // namespace handoff::node
