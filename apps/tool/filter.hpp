// Which messages are shown: --filter KEY=VALUE.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace handoff::apps::tool {

/// Lets pass what fits all conditions. VALUE is a shell pattern: "frame_id=cam*". What a message does not have, as
/// plain bytes have no width, fits nothing.
class Filter {
public:
    Filter() = default;
    /// Each as "KEY=VALUE", with the keys that echo prints. Throws UsageError for others.
    explicit Filter(const std::vector<std::string>& conditions);

    bool is_empty() const noexcept { return conditions_.empty(); }
    bool asks_for(const std::string& key) const;
    /// Does this message fit, a JSON object as message_json() makes it?
    bool lets_pass(const std::string& message) const;

private:
    std::vector<std::pair<std::string, std::string>> conditions_;
};

}  // namespace handoff::apps::tool
