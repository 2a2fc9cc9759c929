#include "fields.hpp"

#include <algorithm>

namespace handoff::node {

namespace {

std::string joined(const auto& names) {
    std::string all;
    for (const auto& name : names) all.append(all.empty() ? "'" : ", '").append(name) += '\'';
    return all;
}

std::uint32_t number_of_word(const std::string& word, const Field& field) {
    const auto found = std::ranges::find(field.words, word);
    if (found == field.words.end())
        refuse(HANDOFF_INVALID_ARGUMENT,
               std::string(field.node_name) + " = '" + word + "': one of " + joined(field.words) + " is possible");
    return static_cast<std::uint32_t>(found - field.words.begin());
}

}  // namespace

Options::Options(napi_env env, napi_value object, std::deque<std::string>& texts)
    : env_(env), object_(object), texts_(texts) {
    napi_value names = nullptr;
    std::uint32_t count = 0;
    check(env, napi_get_property_names(env, object, &names));
    check(env, napi_get_array_length(env, names, &count));
    for (std::uint32_t index = 0; index < count; ++index) {
        napi_value key = nullptr;
        check(env, napi_get_element(env, names, index, &key));
        unknown_.push_back(text_from(env, key, "the name of an option"));
    }
}

napi_value Options::take(const Field& field) {
    known_.push_back(field.node_name);
    if (std::erase(unknown_, field.node_name) == 0) return nullptr;
    const napi_value value = get(env_, object_, field.node_name);
    return is_undefined(env_, value) ? nullptr : value;
}

void Options::store(const Field& field, napi_value value, std::uint32_t& made) {
    if (field.type == Field::Type::flag)
        made = flag_from(env_, value, field.node_name) ? 1 : 0;
    else if (field.type == Field::Type::word)
        made = number_of_word(text_from(env_, value, field.node_name), field);
    else
        made = static_cast<std::uint32_t>(count_from(env_, value, field.node_name, HANDOFF_NOT_GIVEN - 1));
}

void Options::store(const Field& field, napi_value value, std::uint64_t& made) {
    made = count_from(env_, value, field.node_name, UINT64_MAX);
}

void Options::store(const Field& field, napi_value value, const char*& made) {
    made = texts_.emplace_back(text_from(env_, value, field.node_name)).c_str();
}

void Options::check_all_are_known() const {
    if (unknown_.empty()) return;
    refuse(HANDOFF_INVALID_ARGUMENT,
           "there is no option '" + unknown_.front() + "' here: " + joined(known_) + " are known");
}

Told::Told(napi_env env) : env_(env) {
    check(env, napi_create_object(env, &object_));
}

napi_value Told::value_of(const Field& field, std::uint32_t value) const {
    if (field.type == Field::Type::flag) return node::value_of(env_, value != 0);
    if (field.type != Field::Type::word) return count_of(env_, value);
    return node::value_of(env_, value < field.words.size() ? field.words[value] : "unknown");
}

napi_value Told::value_of(const Field& field, std::uint64_t value) const {
    return field.type == Field::Type::id ? big_of(env_, value) : count_of(env_, value);
}

}  // namespace handoff::node
