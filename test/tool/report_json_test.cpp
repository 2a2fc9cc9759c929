#include "tool/report_json.hpp"

#include "looks.hpp"
#include "tool/filter.hpp"
#include "tool/message_json.hpp"

#include <nlohmann/json.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace report_as_json {

using handoff::apps::tool::Look;
using handoff::apps::tool::report_json;
using handoff::inspect::Kind;
using handoff::inspect::Role;
using handoff::inspect::SlotState;
using nlohmann::ordered_json;
using tool_test::participant;
using namespace std::chrono_literals;

Look full_look(Kind kind) {
    auto report =
        tool_test::report("frames", kind, {participant(1, Role::sender, 5, 500), participant(2, Role::receiver)},
                          {tool_test::slot(0, SlotState::taken), tool_test::slot(1, SlotState::free)});
    report.participants[1].life = handoff::inspect::Life::dead;
    report.participants[1].delay.counts[10] = 3;
    report.slot_list[0].owner = 2;
    report.slot_list[0].image = handoff::Image::of(640, 480, handoff::Encoding::bgr8);
    report.slot_list[0].since = 12ms;
    report.newest_age = 3s;
    report.redelivered = 4;
    Look look = tool_test::look(report);
    look.traffic = handoff::apps::tool::Traffic{};
    look.traffic->seconds = 1;
    look.traffic->messages_per_second = 2.5;
    look.large_page_bytes = 4 << 20;
    return look;
}

void collect_keys(const ordered_json& json, std::set<std::string>& keys) {
    for (const auto& [key, value] : json.items()) {
        if (json.is_object()) keys.insert(key);
        if (value.is_structured()) collect_keys(value, keys);
    }
}

/// Counts the strings that hold 2^62 + 1.
void check_numbers(const ordered_json& json, const std::string& key, std::size_t& exact) {
    if (json.is_structured())
        for (const auto& [name, value] : json.items()) check_numbers(value, name, exact);
    if (json.is_number()) BOOST_TEST(std::abs(json.get<double>()) <= 9007199254740992.0, key << " is " << json);
    if (json.is_string() && json == "4611686018427387905") ++exact;
}

}  // namespace report_as_json

BOOST_AUTO_TEST_SUITE(report_as_json)

BOOST_AUTO_TEST_CASE(the_schema_comes_first_and_all_is_on_one_line) {
    const std::string text = report_json(full_look(Kind::channel), true);
    BOOST_TEST(text.starts_with(R"({"schema":"handoff/2","name":"frames",)"));
    BOOST_TEST(text.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(participants_slots_and_traffic_are_told_as_they_are) {
    const auto json = ordered_json::parse(report_json(full_look(Kind::channel), true));
    BOOST_TEST(json["kind"] == "channel");
    BOOST_TEST(json["slots"]["count"] == 2);
    BOOST_TEST(json["slots"]["taken"] == 1);
    BOOST_TEST(json["slots"]["ready"] == 0);
    BOOST_TEST(json["participants"]["dead"] == 1);
    BOOST_TEST(json["participants"]["alive"] == 1);
    BOOST_TEST(json["redelivered"] == 4);
    BOOST_TEST(json["newest_age_ns"] == "3000000000");
    BOOST_TEST(json["participant_list"][1]["life"] == "dead");
    BOOST_TEST(json["participant_list"][1]["delay"]["count"] == 3);
    BOOST_TEST(json["participant_list"][0]["payload_bytes_total"] == "500");
    BOOST_TEST(json["slot_list"][0]["owner"] == 2);
    BOOST_TEST(json["slot_list"][0]["image"]["step_bytes"] == 640 * 3);
    BOOST_TEST(json["slot_list"][0]["image"]["encoding"] == "bgr8");
    BOOST_TEST(json["slot_list"][0]["since_ns"] == "12000000");
    BOOST_TEST(json["slot_list"][1]["owner"].is_null());
    BOOST_TEST(json["slot_list"][0]["array"].is_null());
    BOOST_TEST(json["slot_list"][1]["image"].is_null());
    Look look = full_look(Kind::channel);
    look.report->slot_list[0].image = handoff::Array::of<float>({0, 6}).value().description();
    const auto slot = ordered_json::parse(report_json(look, true))["slot_list"][0];
    BOOST_TEST(slot["image"].is_null());
    BOOST_TEST(slot["array"] == (ordered_json{{"dtype", "float32"}, {"shape", {0, 6}}, {"capture_time_ns", "0"}}));
    BOOST_TEST(json["traffic"]["messages_per_second"] == 2.5);
    BOOST_TEST(!json.contains("problem"));
}

/// Readers that keep numbers as doubles, as JavaScript does, get every digit.
BOOST_AUTO_TEST_CASE(no_number_is_beyond_what_a_double_holds) {
    constexpr std::int64_t large = (std::int64_t{1} << 62) + 1;
    Look look = full_look(Kind::channel);
    auto& report = *look.report;
    report.created_at = std::chrono::system_clock::time_point(std::chrono::nanoseconds(large));
    report.newest_age = std::chrono::nanoseconds(large);
    report.participants[0].attached_for = std::chrono::nanoseconds(large);
    report.participants[0].bytes = large;
    report.participants[0].delay.counts.back() = 1;
    report.slot_list[0].since = std::chrono::nanoseconds(large);
    report.slot_list[0].image.capture_time_ns = large;
    const std::string text = report_json(look, true);
    std::size_t exact = 0;
    check_numbers(ordered_json::parse(text), "", exact);
    BOOST_TEST(exact == 6U);
}

BOOST_AUTO_TEST_CASE(without_participants_and_slots_only_their_numbers_are_told) {
    const auto json = ordered_json::parse(report_json(full_look(Kind::topic), false));
    BOOST_TEST(!json.contains("participant_list"));
    BOOST_TEST(!json.contains("slot_list"));
    BOOST_TEST(json["participants"]["count"] == 2);
    BOOST_TEST(json.contains("published"));
    BOOST_TEST(!json.contains("redelivered"));
}

BOOST_AUTO_TEST_CASE(a_problem_has_a_code_and_a_sentence) {
    const auto json = ordered_json::parse(
        report_json(tool_test::problem("old", handoff::Errc::wrong_version, "made by version 3"), true));
    BOOST_TEST(json["name"] == "old");
    BOOST_TEST(json["problem"]["code"] == "wrong_version");
    BOOST_TEST(json["problem"]["sentence"] == "made by version 3");
    BOOST_TEST(!json.contains("kind"));
}

BOOST_AUTO_TEST_CASE(a_name_of_any_bytes_is_still_json) {
    const auto json = ordered_json::parse(
        report_json(tool_test::problem("a\"\x80\n", handoff::Errc::invalid_argument, "\xff"), false));
    BOOST_TEST(json["name"] == "a\"\xEF\xBF\xBD\n");
}

BOOST_AUTO_TEST_CASE(every_key_is_in_the_documentation) {
    const auto path = std::filesystem::path(__FILE__).parent_path() / "../../docs/tool-json.md";
    std::ifstream file(path);
    BOOST_REQUIRE_MESSAGE(file, "cannot read " << path);
    std::stringstream text;
    text << file.rdbuf();
    std::set<std::string> keys;
    for (const Kind kind : {Kind::channel, Kind::topic, Kind::latest})
        collect_keys(ordered_json::parse(report_json(full_look(kind), true)), keys);
    collect_keys(ordered_json::parse(report_json(tool_test::problem("p", handoff::Errc::damaged, "s"), true)), keys);
    BOOST_TEST(keys.size() > 60U);
    for (const std::string& key : keys)
        BOOST_TEST(text.str().find("`" + key + "`") != std::string::npos, "docs/tool-json.md does not tell of " << key);
}

// The filter knows keys by a list of its own, so that it can tell what was meant before a message has come.
BOOST_AUTO_TEST_CASE(every_key_that_echo_prints_can_be_filtered_by) {
    namespace tool = handoff::apps::tool;
    const auto picture = handoff::Image::of(4, 3, handoff::Encoding::bgr8);
    tool::Passed passed{};
    passed.image = picture;
    handoff::Copied copied{};
    copied.image = picture;
    for (const std::string& line : {tool::message_json(tool_test::report("frames", Kind::channel, {}, {}), passed),
                                    tool::message_json("frames", copied, {}, tool::Payload::text)}) {
        std::set<std::string> keys;
        collect_keys(ordered_json::parse(line), keys);
        keys.erase("segment");  // one is named already
        BOOST_TEST(keys.size() >= 9U);
        for (const std::string& key : keys) BOOST_CHECK_NO_THROW(tool::Filter({key + "=*"}));
    }
}

BOOST_AUTO_TEST_SUITE_END()
