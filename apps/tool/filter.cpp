#include "tool/filter.hpp"

#include "cli/arguments.hpp"
#include "tool/format.hpp"

#include <handoff/inspect.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace handoff::apps::tool {

namespace {

const std::vector<std::string>& known_keys() {
    static const std::vector<std::string> keys{
        "sender",   "sequence",   "lost",    "age_ns",        "state",      "width",           "height", "encoding",
        "frame_id", "deliveries", "payload", "payload_bytes", "step_bytes", "capture_time_ns", "dtype",  "shape"};
    return keys;
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// A list as "100x6", which needs no brackets: in a pattern they stand for any one of what is between them.
std::string text_of(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return value.dump();
    std::string text;
    for (const auto& one : value) text += (text.empty() ? "" : "x") + one.dump();
    return text;
}

}  // namespace

Filter::Filter(const std::vector<std::string>& conditions) {
    for (const std::string& condition : conditions) {
        const std::size_t equals = condition.find('=');
        const std::string key = condition.substr(0, equals);
        if (equals == std::string::npos)
            throw UsageError("--filter: '" + condition + "' has no '=': write KEY=VALUE, like encoding=bgr8");
        if (std::find(known_keys().begin(), known_keys().end(), key) == known_keys().end())
            throw UsageError("--filter: no message has a '" + key + "', only: " + listed(known_keys()) +
                             inspect::did_you_mean(key, known_keys()));
        conditions_.emplace_back(key, condition.substr(equals + 1));
    }
}

bool Filter::asks_for(const std::string& key) const {
    return std::any_of(conditions_.begin(), conditions_.end(),
                       [&](const auto& condition) { return condition.first == key; });
}

bool Filter::lets_pass(const std::string& message) const {
    if (conditions_.empty()) return true;
    const auto json = nlohmann::json::parse(message);
    return std::all_of(conditions_.begin(), conditions_.end(), [&](const auto& condition) {
        const auto found = json.find(condition.first);
        return found != json.end() && fits_one(text_of(*found), {condition.second});
    });
}

}  // namespace handoff::apps::tool
