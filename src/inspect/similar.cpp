// Suggestions for a name that no segment has, and for an unknown word.
#include <handoff/inspect.hpp>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "segment/name.hpp"

namespace handoff::inspect {

namespace {

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

/// Letters to add, drop or replace, or neighbours to swap, until one is the other (optimal string alignment).
std::size_t distance_between(const std::string& left, const std::string& right) {
    std::vector<std::size_t> before_last, last(right.size() + 1), current(right.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= left.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
            const bool are_swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (are_swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        before_last = std::exchange(last, current);
    }
    return last.back();
}

/// The distance of a name from the requested one; nothing: too far. A part of it from `least_part` letters on counts
/// as similar: "cam" means "camera", "c" may mean anything.
std::optional<std::size_t> resemblance(const std::string& asked, const std::string& name, std::size_t least_part) {
    const std::size_t distance = distance_between(asked, name);
    const bool is_part = std::min(asked.size(), name.size()) >= least_part &&
                         (name.find(asked) != std::string::npos || asked.find(name) != std::string::npos);
    const bool is_near = 3 * distance <= std::min(asked.size(), name.size());
    return is_part || is_near ? std::optional(distance) : std::nullopt;
}

std::string nearest_of(std::string_view asked, const std::vector<std::string>& known, std::size_t least_part) {
    constexpr std::size_t most = 256;  // longer text is no name
    const std::string wanted = lower_case(asked.substr(0, most));
    std::optional<std::size_t> least;
    std::string nearest;
    for (const std::string& name : known) {
        if (name == asked) return "";
        const auto distance = resemblance(wanted, lower_case(name), least_part);
        if (!distance || (least && *distance >= *least)) continue;
        least = distance;
        nearest = name;
    }
    return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    return nearest_of(word, known, 2);
}

std::string did_you_mean(std::string_view name) try {
    if (!detail::segment::check_name(name)) return "";
    std::vector<std::string> names;
    for (const Found& found : find()) names.push_back(found.name);
    return nearest_of(name, names, 3);
} catch (const Error&) {  // if the folder of segments cannot be read, there is no suggestion
    return "";
}

}  // namespace handoff::inspect
