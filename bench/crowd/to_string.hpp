// Measures for people.
#pragma once

#include <string>

#include "crowd/task.hpp"
#include "harness/to_string.hpp"

namespace bench::crowd {

/// As the head of a column: "CPU of a message".
std::string measure_name(Measure measure);
/// As json keys: "cpu_s".
std::string measure_key(Measure measure);
/// "1.2 %", "1.50 us", "20.3 k/s".
std::string measure_words(Measure measure, double value);

}  // namespace bench::crowd
