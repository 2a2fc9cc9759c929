#include "harness/options.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

namespace bench {

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');)
        if (!part.empty()) parts.push_back(part);
    return parts;
}

void write_file(const std::string& path, const std::string& text) {
    if (path == "-") {
        std::cout << text;
        return;
    }
    std::ofstream file(path);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw UsageError("cannot read the page " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace bench
