// What `info` tells of the memory of a segment.
#include "cli/units.hpp"
#include "tool/tool.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace info_test {

using namespace tool_test;

nlohmann::json json_of(const std::string& name) {
    return nlohmann::json::parse(output_of({"info", name, "--json", "--interval", "1ms"}));
}

}  // namespace info_test

BOOST_AUTO_TEST_SUITE(info_test)

BOOST_AUTO_TEST_CASE(it_tells_how_much_of_a_large_segment_lies_on_large_pages) {
    const UniqueName name;
    const handoff::Sender sender(name.str(), {.slot_count = 2, .payload_bytes = 4 << 20});
    const std::uint64_t bytes = handoff::inspect::Observer(name.str()).large_page_bytes();
    const std::string amount = bytes == 0 ? "none" : handoff::apps::format_bytes(bytes);
    TOOL_TEST_CONTAINS(output_of({"info", name.str()}), " (" + amount + " on large pages), layout ");
    BOOST_TEST(json_of(name.str()).at("large_page_bytes") == bytes);
}

BOOST_AUTO_TEST_CASE(of_a_small_segment_it_is_silent) {
    const UniqueName name;
    const handoff::Sender sender(name.str(), {.slot_count = 2, .payload_bytes = 1000});
    BOOST_TEST(output_of({"info", name.str()}).find("large pages") == std::string::npos);
    BOOST_TEST(json_of(name.str()).at("large_page_bytes") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
