// What is measured of crowds, whom with, and what is wanted.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crowd/task.hpp"
#include "harness/statistics.hpp"

namespace bench::crowd {

/// One contender in one row.
struct Entry {
    std::string name;
    std::function<Sample(const Task&)> run;
    std::map<Measure, std::vector<double>> figures{};  ///< one of each round
    std::string words{};                               ///< why there are none: it is not tried again

    bool has(Measure measure) const;
    double median(Measure measure) const;
};

struct Row {
    std::string group;  ///< senders, receivers, subscribers, patterns
    std::string id;     ///< as senders.64: what --part takes, whole or its first parts
    std::string title;
    std::uint32_t many = 1;
    std::uint32_t per_second = 0;
    Measure measure;                ///< that of the ratio
    std::string control;            ///< the ratio is to this entry
    std::uint32_t descriptors = 0;  ///< that one of its processes needs at most
    std::deque<Entry> entries;

    const Entry* find(const std::string& name) const;
};

/// All of them, in the order of the report.
std::deque<Row> all_rows();

/// A figure of an entry of a row.
struct Cell {
    std::string row, entry;
    Measure measure;
};

/// A figure wanted: `seen`, divided by `beside` where there is one, is at most (or at least) `bound`.
struct Wanted {
    Cell seen;
    bool at_least;
    double bound;
    std::optional<Cell> beside;
};

std::vector<Wanted> all_wanted();

struct Verdict {
    enum class Kind : std::uint8_t { met, missed, unknown } kind = Kind::unknown;
    std::string row;
    std::string words;  ///< what was wanted, and what was seen
};

/// Of those whose rows were measured. Too noisy to say: see is_too_noisy().
std::vector<Verdict> verdicts(const std::deque<Row>& rows, double tolerance);
/// The entry's quotient to the control of its row, round by round; none where one of the two has no figures.
std::optional<Spread> ratio_of(const Row& row, const Entry& entry);

}  // namespace bench::crowd
