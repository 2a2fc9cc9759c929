// The output of programs never controls the terminal, whatever the names of files are.
#include "cli/printable.hpp"
#include "apps/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace printable_test {

using namespace apps_test;
using handoff::apps::printable;
using handoff::testing::Program;
using handoff::testing::UniqueName;

void check_harmless(const Program& program, const std::string& shown) {
    BOOST_TEST(program.errors().find(shown) != std::string::npos, shown << " is missing in: " << program.errors());
    for (const char control : {'\x1b', '\a', '\r', '\x7f'})
        BOOST_TEST(program.errors().find(control) == std::string::npos, "control character " << int{control});
}

}  // namespace printable_test

BOOST_AUTO_TEST_SUITE(printable_test)

BOOST_AUTO_TEST_CASE(control_characters_become_question_marks_and_the_rest_stays) {
    BOOST_TEST(printable("a line\nand another") == "a line\nand another");
    BOOST_TEST(printable("\x1b[31mred\a\r\t\x7f") == "?[31mred????");
    BOOST_TEST(printable("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xc2\xa0") == "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xc2\xa0");
    BOOST_TEST(printable("\xc2\x9b"
                         "2J\xc2") == "?2J\xc2");
    BOOST_TEST(printable(std::string("\0x", 2)) == "?x");
}

BOOST_AUTO_TEST_CASE(the_name_of_a_file_does_not_steer_the_terminal) {
    const Folder folder;
    const UniqueName name("steering");
    constexpr std::array<std::byte, 4> garbage{};
    make_picture(folder / "good.png", 1);
    write_file(folder / "b\x1b[31m\a\r\x7f.png", garbage);
    Program all = sender({"--topic", name.str(), folder.str()});
    require_exit(all, 1);
    check_harmless(all, "b?[31m???.png");
    Program none = sender({"--topic", name.str(), folder / "\x1b[2Jnone.png"});
    require_exit(none, 1);
    check_harmless(none, "?[2Jnone.png");
}

BOOST_AUTO_TEST_CASE(nor_does_a_word_that_is_refused) {
    Program word = sender({"--pattern", "\x1b[2J"});
    require_exit(word, 2);
    check_harmless(word, "?[2J");
}

BOOST_AUTO_TEST_SUITE_END()
