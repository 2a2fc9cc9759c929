// One process writes a float, others print it.
#include "examples/fixture.hpp"

namespace shared_float_test {

using namespace examples_test;

struct Printed {
    std::uint64_t sequence = 0;
    double value = 0;
};

std::vector<Printed> printed_by(const Program& reader) {
    std::vector<Printed> all;
    for (const auto& line : lines_of(reader.output())) {
        std::istringstream in(line);
        Printed printed;
        BOOST_TEST_REQUIRE(static_cast<bool>(in >> printed.sequence >> printed.value), line);
        all.push_back(printed);
    }
    return all;
}

/// The writer adds a quarter each time, so the number of a value determines it.
void expect_what_was_written(const Program& reader) {
    std::uint64_t before = 0;
    for (const auto& printed : printed_by(reader)) {
        BOOST_TEST(printed.sequence > before);
        BOOST_TEST(printed.value == 0.25 * static_cast<double>(printed.sequence));
        before = printed.sequence;
    }
}

}  // namespace shared_float_test

BOOST_AUTO_TEST_SUITE(shared_float_test)

BOOST_AUTO_TEST_CASE(invalid_arguments_are_refused_with_exit_code_2) {
    const UniqueName name("float");
    for (const std::string program : {"shared_float_writer", "shared_float_reader"})
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{"--nonsense"}, {"--count", "many"}, {"--count", "-1"}, {"stray"}})
            expect_refusal(program, name, arguments, 2, "--help shows the options");
    expect_refusal("shared_float_writer", name, {"--interval", "0"}, 2, "1 to 3600000 are possible");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_reader_without_a_writer_ends_with_exit_code_4) {
    const UniqueName name("float");
    expect_refusal("shared_float_reader", name, {"--wait", "0"}, 4, "start shared_float_writer");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(every_reader_prints_what_was_written) {
    const UniqueName name("float");
    auto first = start("shared_float_reader", name, {"--count", "50"});
    auto second = start("shared_float_reader", name, {"--count", "50"});
    auto writer = start("shared_float_writer", name, {"--interval", "1"});
    for (Program* reader : {&first, &second}) {
        expect_good_end(*reader);
        BOOST_TEST(printed_by(*reader).size() == 50u);
        expect_what_was_written(*reader);
    }
    end(writer);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_writer_that_is_killed_and_started_again_goes_on_where_it_was) {
    const UniqueName name("float");
    auto reader = start("shared_float_reader", name);
    for (int life = 0; life < 4; ++life) {
        const auto printed_before = printed_by(reader).size();
        auto writer = start("shared_float_writer", name, {"--interval", "1"});
        HANDOFF_REQUIRE_EVENTUALLY(printed_by(reader).size() > printed_before + 20);
        writer.kill();
    }
    end(reader);
    expect_what_was_written(reader);
    BOOST_TEST(printed_by(reader).size() > 80u);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
