#include "harness/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/to_string.hpp"

namespace bench {

namespace {

constexpr double width = 820, height = 440, left = 80, right = 170, top = 46, bottom = 56;

std::string number(double value) {
    return std::to_string(std::lround(value * 10) / 10) + "." + std::to_string(std::abs(std::lround(value * 10) % 10));
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char character : text) switch (character) {
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '&':
                result += "&amp;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += character;
        }
    return result;
}

std::string text(double x, double y, const std::string& words, const std::string& more) {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + more + ">" + escaped(words) + "</text>\n";
}

std::string stroke(double x1, double y1, double x2, double y2) {
    return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) +
           "\" stroke=\"#ddd\"/>\n";
}

/// The powers of ten around all values.
struct Scale {
    int low = 0, high = 1;

    explicit Scale(const Chart& chart) {
        double least = INFINITY, most = 0;
        for (const auto& line : chart.lines)
            for (const double value : line.values) {
                if (value <= 0) continue;
                least = std::min(least, value);
                most = std::max(most, value);
            }
        if (most <= 0) return;
        low = static_cast<int>(std::floor(std::log10(least)));
        high = std::max(low + 1, static_cast<int>(std::ceil(std::log10(most))));
    }
    double y(double value) const {
        return height - bottom - (std::log10(value) - low) / (high - low) * (height - top - bottom);
    }
};

double x_of(const Chart& chart, std::size_t category) {
    const double step = (width - left - right) / static_cast<double>(chart.categories.size());
    return left + step * (static_cast<double>(category) + 0.5);
}

std::string axes(const Chart& chart, const Scale& scale) {
    std::string svg;
    for (int power = scale.low; power <= scale.high; ++power) {
        const double value = std::pow(10, power), y = scale.y(value);
        svg += stroke(left, y, width - right, y);
        svg += text(left - 8, y + 4, chart.words(value), "text-anchor=\"end\"");
    }
    for (std::size_t at = 0; at < chart.categories.size(); ++at)
        svg += text(x_of(chart, at), height - bottom + 20, chart.categories[at], "text-anchor=\"middle\"");
    return svg;
}

std::string colour_of(const std::string& name, std::size_t at) {
    static constexpr std::array<const char*, 9> colours{"#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#e377c2",
                                                        "#bcbd22", "#17becf", "#ff9f40", "#5a7d2a"};
    if (name == "limit") return "#777777";
    return name == "handoff" ? "#d62728" : colours[at % colours.size()];
}

std::string drawn(const Chart& chart, const Scale& scale, std::size_t at) {
    const Chart::Line& line = chart.lines[at];
    const std::string colour = colour_of(line.name, at);
    std::string points, dots;
    for (std::size_t category = 0; category < line.values.size(); ++category) {
        if (line.values[category] <= 0) continue;
        const std::string x = number(x_of(chart, category)), y = number(scale.y(line.values[category]));
        points += x + "," + y + " ";
        dots += "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"3.5\" fill=\"" + colour + "\"><title>" +
                escaped(line.name + ": " + chart.words(line.values[category])) + "</title></circle>\n";
    }
    const std::string style = line.name == "handoff" ? "stroke-width=\"3\""
                              : line.name == "limit" ? "stroke-width=\"2\" stroke-dasharray=\"6 4\""
                                                     : "stroke-width=\"1.5\"";
    const double legend_y = top + 18 * static_cast<double>(at);
    return "<polyline fill=\"none\" stroke=\"" + colour + "\" " + style + " points=\"" + points + "\"/>\n" + dots +
           text(width - right + 14, legend_y + 4, line.name, "fill=\"" + colour + "\"");
}

}  // namespace

std::string svg_of(const Chart& chart) {
    const Scale scale(chart);
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + " " +
                      number(height) +
                      "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
                      "fill=\"white\"/>\n" +
                      text(left, 24, chart.title, "font-size=\"15\" font-weight=\"bold\"") + axes(chart, scale);
    for (std::size_t at = 0; at < chart.lines.size(); ++at) svg += drawn(chart, scale, at);
    return svg + "</svg>\n";
}

}  // namespace bench
