#include "fields.hpp"

#include <algorithm>
#include <cstring>

namespace handoff::node {

namespace {

template <class T>
T& at(void* base, const Field& field) {
    return *reinterpret_cast<T*>(static_cast<char*>(base) + field.at);
}
template <class T>
const T& at(const void* base, const Field& field) {
    return *reinterpret_cast<const T*>(static_cast<const char*>(base) + field.at);
}

std::string joined(const auto& names) {
    std::string all;
    for (const auto& name : names) all.append(all.empty() ? "'" : ", '").append(name) += '\'';
    return all;
}

std::uint32_t number_of_word(const std::string& word, const Field& field) {
    const auto found = std::ranges::find(field.words, word);
    if (found == field.words.end())
        refuse(HANDOFF_INVALID_ARGUMENT,
               std::string(field.name) + " = '" + word + "': one of " + joined(field.words) + " is possible");
    return static_cast<std::uint32_t>(found - field.words.begin());
}

void fill_one(napi_env env, napi_value value, void* out, const Field& field, std::vector<std::string>& texts) {
    switch (field.type) {
        case Field::Type::u32:
            at<std::uint32_t>(out, field) =
                static_cast<std::uint32_t>(count_from(env, value, field.name, HANDOFF_NOT_GIVEN - 1));
            break;
        case Field::Type::u64:
            at<std::uint64_t>(out, field) = count_from(env, value, field.name, UINT64_MAX);
            break;
        case Field::Type::flag:
            at<std::uint32_t>(out, field) = flag_from(env, value, field.name) ? 1 : 0;
            break;
        case Field::Type::word:
            at<std::uint32_t>(out, field) = number_of_word(text_from(env, value, field.name), field);
            break;
        case Field::Type::text:
            texts.push_back(text_from(env, value, field.name));
            at<const char*>(out, field) = texts.back().c_str();
            break;
        default:
            refuse(HANDOFF_INVALID_ARGUMENT, std::string(field.name) + " is no option");
    }
}

napi_value value_of(napi_env env, const void* from, const Field& field) {
    switch (field.type) {
        case Field::Type::u32:
            return count_of(env, at<std::uint32_t>(from, field));
        case Field::Type::u64:
            return count_of(env, at<std::uint64_t>(from, field));
        case Field::Type::flag:
            return node::value_of(env, at<std::uint32_t>(from, field) != 0);
        case Field::Type::word: {
            const auto number = at<std::uint32_t>(from, field);
            return node::value_of(env, number < field.words.size() ? field.words[number] : "unknown");
        }
        case Field::Type::text:  // an array in the struct
            return node::value_of(env, std::string_view(&at<char>(from, field)));
        case Field::Type::id:
            return big_of(env, at<std::uint64_t>(from, field));
        case Field::Type::ns:
            return big_of(env, at<std::int64_t>(from, field));
        case Field::Type::image:
            return node::value_of(env, at<handoff_image>(from, field));
    }
    return undefined(env);
}

}  // namespace

void fill(napi_env env, napi_value object, void* out, std::span<const Field> fields, std::vector<std::string>& texts) {
    napi_value names = nullptr;
    std::uint32_t count = 0;
    texts.reserve(fields.size());  // the struct points into it
    check(env, napi_get_property_names(env, object, &names));
    check(env, napi_get_array_length(env, names, &count));
    for (std::uint32_t index = 0; index < count; ++index) {
        napi_value key = nullptr, value = nullptr;
        check(env, napi_get_element(env, names, index, &key));
        check(env, napi_get_property(env, object, key, &value));
        const std::string name = text_from(env, key, "the name of an option");
        const auto field = std::ranges::find_if(fields, [&](const Field& known) { return name == known.name; });
        if (field == fields.end()) {
            std::vector<std::string_view> known(fields.size());
            std::ranges::transform(fields, known.begin(), [](const Field& one) { return one.name; });
            refuse(HANDOFF_INVALID_ARGUMENT, "there is no option '" + name + "' here: " + joined(known) + " are known");
        }
        if (!is_undefined(env, value)) fill_one(env, value, out, *field, texts);
    }
}

void add(napi_env env, napi_value object, const void* from, std::span<const Field> fields) {
    for (const Field& field : fields) set(env, object, field.name, value_of(env, from, field));
}

napi_value object_of(napi_env env, const void* from, std::span<const Field> fields) {
    napi_value object = nullptr;
    check(env, napi_create_object(env, &object));
    add(env, object, from, fields);
    return object;
}

}  // namespace handoff::node
