// Numbers for people.
#pragma once

#include <string>

namespace bench {

/// "1.53x", "0.012x", "210x": three digits that count.
std::string factor_words(double factor);
/// "101 ns", "1.50 us", "22.6 us", "139 ms".
std::string time_words(double nanoseconds);
/// "20.3 M/s", "1.20 k/s".
std::string rate_words(double per_second);
/// Three digits that count.
std::string short_number(double number);

}  // namespace bench
