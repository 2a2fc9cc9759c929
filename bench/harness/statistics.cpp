#include "harness/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace bench {

Spread spread_of(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const auto at = [&](double part) {
        const double position = part * static_cast<double>(values.size() - 1);
        const auto below = static_cast<std::size_t>(std::floor(position));
        const std::size_t above = std::min(below + 1, values.size() - 1);
        const double share = position - static_cast<double>(below);
        return values[below] * (1 - share) + values[above] * share;
    };
    return {at(0.25), at(0.5), at(0.75), static_cast<int>(values.size())};
}

bool is_too_noisy(const Spread& spread, double tolerance) {
    constexpr int least_values = 3;
    return spread.count >= least_values && spread.high - spread.low > tolerance * spread.median;
}

std::vector<double> quotients(const std::vector<double>& numerators, const std::vector<double>& denominators) {
    std::vector<double> result;
    for (std::size_t round = 0; round < std::min(numerators.size(), denominators.size()); ++round)
        if (numerators[round] > 0 && denominators[round] > 0) result.push_back(numerators[round] / denominators[round]);
    return result;
}

}  // namespace bench
