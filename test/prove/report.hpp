// What was tried and found, for a terminal and for the page.
#pragma once

#include <string>
#include <vector>

#include "prove/proof.hpp"

namespace handoff::prove {

class Report {
public:
    void enter(const Row& row);
    /// One line for each operation, its start states added up; then what went wrong.
    std::string text() const;
    /// The same as Markdown.
    std::string markdown() const;
    std::uint64_t failures() const noexcept { return failures_; }

private:
    struct Operation {
        Row sum;
        std::vector<std::string> starts;
    };
    std::vector<Operation> operations_;
    std::vector<std::string> failure_texts_;
    std::uint64_t failures_ = 0;
};

}  // namespace handoff::prove
