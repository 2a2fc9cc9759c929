// Prometheus' text format, read as strictly as its description allows.
#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <sstream>
#include <string>

namespace tool_test {

using Labels = std::map<std::string, std::string>;

/// Fails the test at the first line that breaks a rule.
class Exposition {
public:
    explicit Exposition(const std::string& text) {
        BOOST_REQUIRE(text.ends_with('\n'));
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("# "))
                comment(line);
            else
                sample(line);
    }

    double value(const std::string& name, const Labels& wanted = {}) const {
        double found = std::numeric_limits<double>::quiet_NaN();
        int count = 0;
        for (const auto& [labels, number] : series(name)) {
            const bool fits = std::all_of(wanted.begin(), wanted.end(), [&, &all = labels](const auto& label) {
                return all.contains(label.first) && all.at(label.first) == label.second;
            });
            if (fits) ++count, found = number;
        }
        BOOST_REQUIRE_MESSAGE(count == 1, count << " samples of " << name << " fit");
        return found;
    }
    const std::map<Labels, double>& series(const std::string& name) const {
        static const std::map<Labels, double> none;
        const auto found = samples_.find(name);
        return found == samples_.end() ? none : found->second;
    }
    const std::map<std::string, std::string>& types() const { return types_; }

private:
    void comment(const std::string& line) {
        std::istringstream words(line);
        std::string hash, what, name, type;
        words >> hash >> what >> name >> type;
        BOOST_REQUIRE_MESSAGE(what == "HELP" || what == "TYPE", line);
        if (what == "HELP") {
            BOOST_REQUIRE_MESSAGE(!types_.contains(name), name << " comes twice");
            BOOST_REQUIRE(!type.empty());
            helped_ = name;
        } else {
            BOOST_REQUIRE_EQUAL(helped_, name);
            const bool is_known = type == "counter" || type == "gauge" || type == "histogram";
            BOOST_REQUIRE_MESSAGE(is_known, line);
            BOOST_REQUIRE_MESSAGE((type == "counter") == name.ends_with("_total"), line);
            types_[current_ = name] = type;
        }
    }

    void sample(const std::string& line) {
        std::size_t at = line.find_first_of("{ ");
        BOOST_REQUIRE_NE(at, std::string::npos);
        const std::string name = line.substr(0, at);
        BOOST_REQUIRE(std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }));
        std::string family = name;
        if (types_[current_] == "histogram")
            for (const std::string suffix : {"_bucket", "_sum", "_count"})
                if (family == current_ + suffix) family = current_;
        BOOST_REQUIRE_EQUAL(family, current_);  // all lines of a metric are one group
        Labels labels;
        if (line[at] == '{') at = read_labels(line, at + 1, labels);
        BOOST_REQUIRE_EQUAL(line[at], ' ');
        std::size_t end = 0;
        const double number = std::stod(line.substr(at + 1), &end);
        BOOST_REQUIRE_EQUAL(end, line.size() - at - 1);
        BOOST_REQUIRE_MESSAGE(samples_[name].emplace(labels, number).second, "twice: " << line);
        if (!name.ends_with("_bucket")) return;
        const double bound = std::stod(labels.at("le"));
        labels.erase("le");
        double& before = bounds_[name][labels];
        BOOST_REQUIRE_GT(bound, before);  // buckets come in their order
        before = bound;
    }

    static std::size_t read_labels(const std::string& line, std::size_t at, Labels& labels) {
        while (true) {
            const std::size_t equals = line.find("=\"", at);
            BOOST_REQUIRE_NE(equals, std::string::npos);
            const std::string name = line.substr(at, equals - at);
            std::string value;
            for (at = equals + 2; line.at(at) != '"'; ++at) {
                if (line[at] != '\\') {
                    value += line[at];
                    continue;
                }
                ++at;
                BOOST_REQUIRE(line.at(at) == 'n' || line[at] == '\\' || line[at] == '"');
                value += line[at] == 'n' ? '\n' : line[at];
            }
            BOOST_REQUIRE(labels.emplace(name, value).second);
            if (line.at(++at) == '}') return at + 1;
            BOOST_REQUIRE_EQUAL(line[at++], ',');
        }
    }

    std::string helped_, current_;
    std::map<std::string, std::string> types_;
    std::map<std::string, std::map<Labels, double>> samples_;
    std::map<std::string, std::map<Labels, double>> bounds_;
};

}  // namespace tool_test
