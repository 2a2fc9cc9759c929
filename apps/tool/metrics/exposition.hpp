// What is seen of segments, in Prometheus' text exposition format, version 0.0.4.
#pragma once

#include "tool/metrics/totals.hpp"
#include "tool/monitor.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace handoff::apps::tool {

/// Every metric of every segment: what `totals` has of it, so that the number of series depends on the segments and not
/// on who comes and goes. `with_participants` adds the numbers of each participant, as handoff_participant_...
/// Histograms have buckets by powers of two.
std::string exposition_of(const std::vector<Look>& looks, const Totals& totals, bool with_participants);

/// As it stands between the quotes of a label; control characters and bytes that are no UTF-8 become '?'.
std::string escaped_label(std::string_view value);

}  // namespace handoff::apps::tool
