#include "tool/top/model.hpp"
#include "tool/top/page.hpp"

#include "looks.hpp"
#include "not_printed.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace top {

using namespace std::chrono_literals;
using namespace handoff::apps::tool;
using handoff::inspect::Kind;
using handoff::inspect::Life;
using handoff::inspect::Role;
using handoff::inspect::SlotState;
using tool_test::participant;

Look channel(const std::string& name, std::uint64_t taken, SlotState first, SlotState second) {
    return tool_test::look(tool_test::report(name, Kind::channel,
                                             {participant(1, Role::sender, 9), participant(2, Role::receiver, taken)},
                                             {tool_test::slot(0, first), tool_test::slot(1, second)}));
}

Look with_rate(const std::string& name, double messages_per_second) {
    Look made = channel(name, 0, SlotState::free, SlotState::free);
    made.traffic = Traffic{};
    made.traffic->messages_per_second = messages_per_second;
    return made;
}

std::vector<std::string> names(const Model& model) {
    std::vector<std::string> all;
    for (const Row& row : model.rows()) all.push_back(row.name);
    return all;
}

using Names = std::vector<std::string>;

void press(Model& model, const std::string& characters) {
    for (const char c : characters) BOOST_TEST(model.press(Key::character, c, 10));
}

/// The style of the piece that shows this text; fails the test if there is none.
Style style_of(const Page& page, const std::string& text) {
    for (const Line& line : page.lines)
        for (const Piece& piece : line.pieces)
            if (piece.text.find(text) != std::string::npos) return piece.style;
    BOOST_FAIL("no '" << text << "' on the page");
    return Style::plain;
}

std::string text_of(const Page& page) {
    std::string text;
    for (const Line& line : page.lines) text += line.text() + "\n";
    return text;
}

Page page_with(std::vector<Look> first, std::vector<Look> second = {}) {
    Model model(1s);
    model.show(std::move(first));
    if (!second.empty()) model.show(std::move(second));
    return page_of(model, 140, 20);
}

}  // namespace top

BOOST_TEST_DONT_PRINT_LOG_VALUE(handoff::apps::tool::Style)
BOOST_TEST_DONT_PRINT_LOG_VALUE(handoff::apps::tool::Column)

BOOST_AUTO_TEST_SUITE(top)

BOOST_AUTO_TEST_CASE(a_row_counts_slots_participants_and_losses) {
    Look seen = channel("c", 0, SlotState::ready, SlotState::free);
    seen.report->participants[1].life = Life::stopped;
    seen.report->participants.push_back(participant(3, Role::sender));
    seen.report->participants[2].life = Life::dead;
    seen.report->participants[2].lost = 4;
    seen.report->given_up = 1;
    const Row row = row_of(seen, nullptr);
    BOOST_TEST(row.used == 1U);
    BOOST_TEST(row.slots == 2U);
    BOOST_TEST(row.alive == 1U);
    BOOST_TEST(row.stopped == 1U);
    BOOST_TEST(row.dead == 1U);
    BOOST_TEST(row.lost == 5U);
    BOOST_TEST(!row.is_full);
    BOOST_TEST(!row.messages_per_second.has_value());
}

BOOST_AUTO_TEST_CASE(a_full_channel_is_stuck_only_if_nobody_took_anything) {
    const Look before = channel("c", 5, SlotState::ready, SlotState::taken);
    Look after = channel("c", 5, SlotState::ready, SlotState::taken);
    BOOST_TEST(row_of(before, nullptr).is_full);
    BOOST_TEST(!row_of(before, nullptr).is_stuck);  // not known yet
    after.traffic = Traffic{};
    BOOST_TEST(row_of(after, &before).is_stuck);
    after.report->participants[1].messages = 6;
    BOOST_TEST(!row_of(after, &before).is_stuck);
    after.report->slot_list[0].state = SlotState::free;
    BOOST_TEST(!row_of(after, &before).is_full);
}

BOOST_AUTO_TEST_CASE(a_topic_is_never_full) {
    auto report = tool_test::report("t", Kind::topic, {}, {tool_test::slot(0, SlotState::published)});
    report.slot_list[0].kept = true;
    const Row row = row_of(tool_test::look(report), nullptr);
    BOOST_TEST(row.used == 1U);
    BOOST_TEST(!row.is_full);
}

BOOST_AUTO_TEST_CASE(rows_are_sorted_by_any_column_and_reversed) {
    Model model(1s);
    model.show({with_rate("a", 5), with_rate("b", 50), with_rate("c", 5)});
    BOOST_TEST((names(model) == Names{"a", "b", "c"}));
    press(model, "r");
    BOOST_TEST((names(model) == Names{"c", "b", "a"}));
    press(model, "rssssss");  // the seventh column
    BOOST_TEST((model.sorted_by() == Column::messages));
    BOOST_TEST((names(model) == Names{"b", "a", "c"}));  // equal ones by name
    press(model, "r");
    BOOST_TEST((names(model) == Names{"a", "c", "b"}));
    press(model, "SSSSSSS");
    BOOST_TEST((model.sorted_by() == Column::age));  // round the corner
    model.press(Key::right, 0, 1);
    BOOST_TEST((model.sorted_by() == Column::name));
}

BOOST_AUTO_TEST_CASE(what_is_not_known_comes_last) {
    Row known, unknown;
    known.name = "z";
    known.delay_p99 = 1ms;
    unknown.name = "a";
    std::vector<Row> rows{unknown, known};
    sort_rows(rows, Column::p99, false);
    BOOST_TEST(rows.front().name == "z");
}

BOOST_AUTO_TEST_CASE(the_filter_takes_any_part_of_the_name_and_escape_gives_it_up) {
    Model model(1s);
    model.show({with_rate("left-camera", 1), with_rate("right-Camera", 1), with_rate("pose", 1)});
    press(model, "/CAMq");  // q is a letter here
    BOOST_TEST(model.rows().empty());
    model.press(Key::erase, 0, 1);
    BOOST_TEST((names(model) == Names{"left-camera", "right-Camera"}));
    model.press(Key::enter, 0, 1);
    BOOST_TEST(!model.is_editing_filter());
    BOOST_TEST(!model.shows_details());
    model.show({with_rate("camel", 1), with_rate("pose", 1)});
    BOOST_TEST((names(model) == Names{"camel"}));  // of a later look, too
    model.press(Key::escape, 0, 1);
    BOOST_TEST(model.rows().size() == 2U);
    BOOST_TEST(!model.press(Key::character, 'q', 1));
}

BOOST_AUTO_TEST_CASE(the_selection_stays_with_its_segment) {
    Model model(1s);
    model.show({with_rate("b", 1), with_rate("c", 1)});
    BOOST_TEST(model.selected_name() == "b");
    model.press(Key::down, 0, 10);
    model.press(Key::down, 0, 10);
    BOOST_TEST(model.selected_name() == "c");
    model.show({with_rate("a", 1), with_rate("b", 1), with_rate("c", 1)});
    BOOST_TEST(model.selected() == 2U);
    model.press(Key::home, 0, 10);
    BOOST_TEST(model.selected_name() == "a");
    model.press(Key::page_down, 0, 2);
    BOOST_TEST(model.selected_name() == "c");
    model.show({with_rate("a", 1)});
    BOOST_TEST(model.selected_name() == "a");
    model.show({});
    BOOST_TEST(model.selected_name() == "");
    model.press(Key::down, 0, 10);
    model.press(Key::enter, 0, 10);
    BOOST_TEST(!model.shows_details());
}

BOOST_AUTO_TEST_CASE(pause_and_interval_are_what_the_keys_say) {
    Model model(1s);
    press(model, "p");
    BOOST_TEST(model.is_paused());
    press(model, "p+");
    BOOST_TEST(!model.is_paused());
    BOOST_TEST((model.interval() == 2s));
    press(model, "----------");
    BOOST_TEST((model.interval() == 100ms));
    press(model, "++++++++++");
    BOOST_TEST((model.interval() == 60s));
    Model odd(1500ms);
    press(odd, "-");
    BOOST_TEST((odd.interval() == 1s));
}

BOOST_AUTO_TEST_CASE(colours_say_what_is_wrong) {
    Look seen = channel("c", 0, SlotState::ready, SlotState::taken);
    seen.report->participants[0].life = Life::dead;
    seen.report->participants[1].lost = 7777;
    const Page first = page_with({seen});
    BOOST_TEST((style_of(first, "2/2]") == Style::yellow));
    BOOST_TEST((style_of(first, "   1") == Style::plain));  // one lives
    BOOST_TEST((style_of(first, "7777") == Style::plain));  // long ago
    seen.traffic = Traffic{};
    seen.traffic->lost = 1;
    const Page second = page_with({seen}, {seen});
    BOOST_TEST((style_of(second, "2/2]") == Style::red));
    BOOST_TEST((style_of(second, "7777") == Style::magenta));
    int dead = 0;
    for (const Piece& piece : second.lines[2].pieces)
        if (piece.text == "   1" && piece.style == Style::red) ++dead;
    BOOST_TEST(dead == 1);
}

BOOST_AUTO_TEST_CASE(a_line_tells_all_columns) {
    Look seen = channel("frames", 0, SlotState::ready, SlotState::free);
    seen.report->redelivered = 12;
    seen.report->newest_age = 3s;
    seen.traffic = Traffic{};
    seen.traffic->messages_per_second = 1234.4;
    seen.traffic->bytes_per_second = 56.7e6;
    const std::string text = text_of(page_with({seen}));
    for (const char* part :
         {"frames", "channel", "1/2]", "1234", "56.7", "12", "3 s", "NAME", "MSG/S", "MB/S", "REDELIV"})
        BOOST_TEST(text.find(part) != std::string::npos, part << " in\n" << text);
}

BOOST_AUTO_TEST_CASE(no_size_of_the_screen_is_too_small_or_overrun) {
    Model model(1s);
    std::vector<Look> looks{tool_test::problem("broken", handoff::Errc::damaged, std::string(500, 'x'))};
    for (int i = 0; i < 30; ++i)
        looks.push_back(
            channel("name-" + std::string(150, 'n') + std::to_string(i), 0, SlotState::free, SlotState::ready));
    model.show(looks);
    model.press(Key::end, 0, 1);
    for (const bool details : {false, true}) {
        if (details) model.press(Key::enter, 0, 1);
        for (std::size_t columns = 1; columns < 200; columns += 3)
            for (std::size_t rows = 1; rows < 50; rows += 2) {
                const Page page = page_of(model, columns, rows);
                BOOST_REQUIRE_EQUAL(page.lines.size(), rows);
                for (const Line& line : page.lines) BOOST_REQUIRE_LE(line.text().size(), columns);
                if (rows > 3 && !details)
                    BOOST_REQUIRE(std::any_of(page.lines.begin(), page.lines.end(),
                                              [](const Line& line) { return line.is_selected; }));
            }
    }
}

BOOST_AUTO_TEST_CASE(whatever_the_width_nobody_vanishes) {
    Look seen = channel("a-name-of-some-length", 0, SlotState::ready, SlotState::free);
    seen.report->participants[1].life = Life::stopped;
    Model model(1s);
    model.show({seen});
    for (std::size_t columns = 19; columns < 200; ++columns) {
        const Page page = page_of(model, columns, 24);
        for (const char* title : {"LIVE", "STOP", "DEAD"})
            BOOST_TEST_REQUIRE(page.lines[1].text().find(title) != std::string::npos, title << " at " << columns);
        int stopped = 0;
        for (const Piece& piece : page.lines[2].pieces)
            if (piece.text == "   1" && piece.style == Style::yellow) ++stopped;
        BOOST_TEST_REQUIRE(stopped == 1, "at " << columns);
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_the_selected_one_stands_below_the_list) {
    Look seen = channel("stuck", 0, SlotState::ready, SlotState::free);
    seen.report->participants[1].life = Life::stopped;
    Look well = channel("well", 0, SlotState::free, SlotState::free);
    Model model(1s);
    model.show({seen, well});
    const Page page = page_of(model, 80, 24);
    const std::string text = text_of(page);
    for (const char* part : {"stuck: receiver program (pid 1002) is stopped", "`kill -CONT 1002`", "well ", "q quit"})
        BOOST_TEST(text.find(part) != std::string::npos, part << " in\n" << text);
    BOOST_TEST(page.lines.size() == 24U);
    BOOST_TEST(page.body + 3 < 24U);
    model.press(Key::down, 0, 10);
    BOOST_TEST(text_of(page_of(model, 80, 24)).find("kill") == std::string::npos);
    BOOST_TEST(page_of(model, 80, 24).body + 3 == 24U);
    model.press(Key::up, 0, 10);
    const Page low = page_of(model, 80, 8);  // the list keeps its half
    BOOST_TEST(low.lines[2].is_selected);
    BOOST_TEST(low.lines[7].text().find("q quit") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_narrow_screen_keeps_what_matters_most) {
    Model model(1s);
    model.show({channel("c", 0, SlotState::free, SlotState::free)});
    const std::string heading = page_of(model, 60, 10).lines[1].text();
    for (const char* kept : {"NAME", "DEAD", "MSG/S", "LIVE", "AGE", "SLOTS"})
        BOOST_TEST(heading.find(kept) != std::string::npos, kept << " in " << heading);
    BOOST_TEST(heading.find("REDELIV") == std::string::npos);
    BOOST_TEST(page_of(model, 140, 10).lines[1].text().find("REDELIV") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_name_gets_room_and_a_screen_full_of_it_still_has_numbers) {
    Model model(1s);
    const std::string name(30, 'n');
    model.show({channel(name, 0, SlotState::free, SlotState::free)});
    BOOST_TEST(page_of(model, 100, 10).lines[2].text().starts_with(name + " "));
    BOOST_TEST(page_of(model, 60, 10).lines[2].text().starts_with(name.substr(0, 20)));
    BOOST_TEST(page_of(model, 60, 10).lines[1].text().find("DEAD") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(details_show_participants_and_slots_and_can_be_scrolled) {
    Look seen = channel("c", 3, SlotState::taken, SlotState::free);
    seen.report->participants[1].life = Life::dead;
    seen.report->slot_list[0].owner = 2;
    seen.report->slot_list[0].image = handoff::Image::of(640, 480, handoff::Encoding::bgr8);
    Model model(1s);
    model.show({seen});
    model.press(Key::enter, 0, 1);
    const Page page = page_of(model, 120, 20);
    const std::string text = text_of(page);
    for (const char* part : {"receiver", "dead", "1002", "taken", "640x480 bgr8", "Esc back"})
        BOOST_TEST(text.find(part) != std::string::npos, part << " in\n" << text);
    BOOST_TEST((style_of(page, "receiver") == Style::red));
    model.press(Key::end, 0, 1);
    const Page end = page_of(model, 120, 7);
    BOOST_TEST(end.most_scrolled == 3U);  // seven lines, four of them at a time
    model.scroll_at_most(end.most_scrolled);
    BOOST_TEST(end.lines[5].text().find("free") != std::string::npos);
    model.press(Key::up, 0, 1);
    BOOST_TEST(model.scrolled() == 2U);
    model.show({});
    BOOST_TEST(text_of(page_of(model, 80, 20)).find("gone") != std::string::npos);
    model.press(Key::escape, 0, 1);
    BOOST_TEST(!model.shows_details());
}

BOOST_AUTO_TEST_CASE(other_peoples_words_cannot_steer_the_terminal) {
    Model model(1s);
    model.show({tool_test::problem("a\x1b[2J", handoff::Errc::damaged, "evil\x07\n")});
    for (const Line& line : page_of(model, 100, 10).lines)
        for (const char c : line.text()) BOOST_REQUIRE(c >= ' ' && c <= '~');
    BOOST_TEST(printable("\x9b\x7fz") == "??z");
}

BOOST_AUTO_TEST_SUITE_END()
