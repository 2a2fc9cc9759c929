#include "tool/verbs.hpp"

namespace handoff::apps::tool {

std::span<const Verb* const> verbs() {
    static constexpr const Verb* all[]{&ls,   &info,   &ps,    &top,  &echo,    &hz,         &bw,
                                       &lat,  &snap,   &send,  &recv, &record,  &play,       &repair,
                                       &plan, &doctor, &clean, &rm,   &metrics, &completion, &man};
    return all;
}

}  // namespace handoff::apps::tool
