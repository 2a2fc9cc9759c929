#include "harness/to_string.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <span>

namespace bench {

namespace {

struct Unit {
    double value;
    const char* name;
};

std::string with_unit(double number, std::span<const Unit> units) {
    const Unit* best = &units.front();
    for (const Unit& unit : units)
        if (std::abs(number) >= unit.value * 0.9995) best = &unit;
    return short_number(number / best->value) + " " + best->name;
}

}  // namespace

std::string short_number(double number) {
    std::array<char, 32> text{};
    const double size = std::abs(number);
    const int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.0995 || size == 0 ? 2 : 4;
    std::snprintf(text.data(), text.size(), "%.*f", digits, number);
    return text.data();
}

std::string factor_words(double factor) {
    return short_number(factor) + "x";
}

std::string time_words(double nanoseconds) {
    static constexpr std::array<Unit, 4> units{{{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}}};
    return with_unit(nanoseconds, units);
}

std::string rate_words(double per_second) {
    static constexpr std::array<Unit, 3> units{{{1, "/s"}, {1e3, "k/s"}, {1e6, "M/s"}}};
    return with_unit(per_second, units);
}

}  // namespace bench
