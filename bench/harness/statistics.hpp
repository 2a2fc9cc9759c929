// Medians with their spread, and when a spread is too wide to say anything.
#pragma once

#include <vector>

namespace bench {

struct Spread {
    double low = 0;  ///< first quartile
    double median = 0;
    double high = 0;  ///< third quartile
    int count = 0;
};

/// Quartiles by linear interpolation; all zero if there are no values.
Spread spread_of(std::vector<double> values);

/// From three values on it can be told: true if the middle half of the values is wider than `tolerance` times the
/// median.
bool is_too_noisy(const Spread& spread, double tolerance);

/// The per-round quotients of two series; rounds that one of them has not are left out (a value of 0 is none).
std::vector<double> quotients(const std::vector<double>& numerators, const std::vector<double>& denominators);

}  // namespace bench
