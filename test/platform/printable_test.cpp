#include "platform/printable.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(printable_test)

BOOST_AUTO_TEST_CASE(whole_characters_stay_and_everything_else_is_a_question_mark) {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"", ""},
        {"detector.py", "detector.py"},
        {"d\xc3\xa9tecteur", "d\xc3\xa9tecteur"},
        {"\xe6\xa4\x9c\xe5\x87\xba \xf0\x9f\x93\xb7", "\xe6\xa4\x9c\xe5\x87\xba \xf0\x9f\x93\xb7"},
        {"a\tb\x1b[2J\x7f", "a?b?[2J?"},
        {"\xc2\x9b"
         "31m",
         "??31m"},           // a control character of two bytes
        {"caf\xe9", "caf"},  // Latin-1: as if a character of three bytes were cut in half
        {"caf\xe9s", "caf?s"},
        {"\xff\x80", "??"},
        {"\xc0\xaf\xe0\x80\xaf", "?????"},  // written longer than needed
        {"\xed\xa0\x80", "???"},            // half of a pair of UTF-16
        {"\xf4\x90\x80\x80", "????"},       // beyond Unicode
        {"cut \xe6\xa4", "cut "},
        {"cut \xc3", "cut "},
    };
    for (const auto& [text, shown] : rows) BOOST_TEST(handoff::detail::platform::printable(text) == shown);
}

BOOST_AUTO_TEST_SUITE_END()
