// What is seen of segments, in Prometheus' text exposition format, version 0.0.4.
#pragma once

#include "tool/watch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace handoff::apps::tool {

/// Every metric of every segment. Counters are those of the segment, histograms have buckets by powers of two.
std::string exposition_of(const std::vector<Look>& looks);

/// As it stands between the quotes of a label; bytes beyond ASCII and control characters become '?'.
std::string escaped_label(std::string_view value);

}  // namespace handoff::apps::tool
