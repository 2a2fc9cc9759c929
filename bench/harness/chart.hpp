// A line chart as SVG: categories from left to right, a logarithmic scale from bottom to top.
#pragma once

#include <string>
#include <vector>

namespace bench {

struct Chart {
    struct Line {
        std::string name;
        std::vector<double> values;  ///< one for each category; 0: none
    };
    std::string title;
    std::string (*words)(double) = nullptr;  ///< how a value is written
    std::vector<std::string> categories;
    std::vector<Line> lines;
};

std::string svg_of(const Chart& chart);

}  // namespace bench
