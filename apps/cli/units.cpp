#include "cli/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace handoff::apps {

namespace {

Failure refused(std::string_view text, std::string_view what) {
    return {Errc::invalid_argument, "'" + std::string(text) + "' is not " + std::string(what)};
}

/// Reads a non-negative decimal at the front of `text` and cuts it off.
bool take_number(std::string_view& text, double& number) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

template <std::size_t n>
double factor_of(std::string_view unit, const std::array<std::pair<std::string_view, double>, n>& units) {
    for (const auto& [name, factor] : units)
        if (unit == name) return factor;
    return 0;
}

bool take_side(std::string_view& text, std::uint32_t& side) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return side >= 1 && side <= 32'768;
}

}  // namespace

result<std::uint64_t> parse_size(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, double>, 12> units{{{"", 1},
                                                                                {"B", 1},
                                                                                {"k", 1e3},
                                                                                {"K", 1e3},
                                                                                {"M", 1e6},
                                                                                {"G", 1e9},
                                                                                {"T", 1e12},
                                                                                {"Ki", 1024.0},
                                                                                {"ki", 1024.0},
                                                                                {"Mi", 1048576.0},
                                                                                {"Gi", 1073741824.0},
                                                                                {"Ti", 1099511627776.0}}};
    std::string_view rest = text;
    double number = 0;
    const bool is_number = take_number(rest, number);
    const double bytes = number * factor_of(rest, units);
    if (!is_number || factor_of(rest, units) == 0)
        return refused(text, "a size: write bytes, or 64k, 64M, 2G (powers of 1000) or 64Ki, 64Mi, 2Gi (of 1024)");
    if (bytes > 9.0e15) return refused(text, "a size that any machine has");
    if (bytes != std::floor(bytes)) return refused(text, "a whole number of bytes");
    return static_cast<std::uint64_t>(bytes);
}

result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, double>, 6> units{
        {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}}};
    std::string_view rest = text;
    double number = 0;
    const bool is_number = take_number(rest, number);
    const double ns = number * factor_of(rest, units);
    if (!is_number || factor_of(rest, units) == 0)
        return refused(text, "a duration: write a number and a unit, as in 250ms, 5s, 2min or 1h");
    constexpr double century_ns = 100.0 * 365 * 24 * 3600e9;
    if (ns > century_ns) return refused(text, "a duration of at most 100 years");
    return std::chrono::nanoseconds(static_cast<std::int64_t>(ns));
}

result<PictureSize> parse_picture_size(std::string_view text) {
    std::string_view rest = text;
    PictureSize size;
    const bool width = take_side(rest, size.width) && !rest.empty() && (rest.front() == 'x' || rest.front() == 'X');
    if (width) rest.remove_prefix(1);
    if (!width || !take_side(rest, size.height) || !rest.empty())
        return refused(text, "a picture size: write WIDTHxHEIGHT, as in 1920x1080, each from 1 to 32768");
    return size;
}

std::string fixed(double value, int digits) {
    std::array<char, 400> text;
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
    return error == std::errc{} ? std::string(text.data(), end) : "0";
}

std::string format_bytes(std::uint64_t bytes) {
    if (bytes < 10'000) return std::to_string(bytes) + " bytes";
    const auto value = static_cast<double>(bytes);
    if (value < 1e6) return fixed(value / 1e3, 1) + " kB";
    if (value < 1e9) return fixed(value / 1e6, 1) + " MB";
    return fixed(value / 1e9, 2) + " GB";
}

std::string format_duration(std::chrono::nanoseconds duration) {
    const auto ns = static_cast<double>(duration.count());
    const auto worded = [](double value, const char* unit) {
        const bool whole = value == std::floor(value) || value >= 100;
        return fixed(value, whole ? 0 : 1) + unit;
    };
    if (ns < 1e3) return worded(ns, " ns");
    if (ns < 1e6) return worded(ns / 1e3, " us");
    if (ns < 1e9) return worded(ns / 1e6, " ms");
    return worded(ns / 1e9, " s");
}

std::string counted(std::uint64_t count, std::string_view thing) {
    return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

}  // namespace handoff::apps
