// A thousand segments, and fewer descriptors than they need at first.
#include "terminal.hpp"
#include "tool.hpp"

#include <algorithm>

namespace many_segments {

using namespace tool_test;

constexpr std::uint32_t many = 1'000;
const auto longer = 2 * soon;  // others make as many at the same time

/// Small values that stay, and take no descriptor here.
struct ManySegments {
    ManySegments() {
        for (std::uint32_t at = 0; at < many; ++at)
            LatestBytes(name_of(at), {.capacity_bytes = 8, .participants = 2, .lifetime = Lifetime::persistent});
    }
    std::string name_of(std::uint32_t at) const { return name.str() + "." + std::to_string(at); }

    UniqueName name{"many"};  // removes what begins with it and a point, too
    std::string glob = name.str() + ".*";
};

/// The tool, started where `ulimit -n` is as on many a desktop, and lower than what a thousand segments take.
std::vector<std::string> with_few_descriptors(const std::vector<std::string>& arguments) {
    std::vector<std::string> words{"-c", "ulimit -Sn 256; exec \"$0\" \"$@\"", HANDOFF_BIN_DIR "/handoff"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

std::string words_of_few(const std::vector<std::string>& arguments, bool may_find_faults = false) {
    Program program("/bin/sh", with_few_descriptors(arguments));
    const auto exit = program.wait(longer);
    BOOST_TEST((exit.code == 0 || (may_find_faults && exit.code == 1)), arguments.front() << ": " << exit.text());
    BOOST_TEST(program.errors() == "");
    return program.output();
}

boost::test_tools::assertion_result has_room(boost::unit_test::test_unit_id) {
    constexpr std::uint64_t needed_bytes = std::uint64_t{many} * (64 << 10);
    const auto memory = inspect::memory();
    boost::test_tools::assertion_result result(memory.free_bytes >= needed_bytes);
    result.message() << "skipped: " << needed_bytes << " bytes are needed in " << memory.directory;
    return result;
}

}  // namespace many_segments

BOOST_FIXTURE_TEST_SUITE(many_segments, ManySegments, *boost::unit_test::precondition(has_room))

BOOST_AUTO_TEST_CASE(ls_shows_all_of_them) {
    const std::string table = words_of_few({"ls", glob, "--interval", "1ms"});
    BOOST_TEST(std::count(table.begin(), table.end(), '\n') == many + 1);
    TOOL_TEST_CONTAINS(table, name_of(many - 1));
}

BOOST_AUTO_TEST_CASE(metrics_counts_all_of_them) {
    const std::string page = words_of_few({"metrics", glob});
    TOOL_TEST_CONTAINS(page, "handoff_segments 1000\n");
    BOOST_TEST(!contains(page, "handoff_segment_problem"));
}

BOOST_AUTO_TEST_CASE(doctor_looks_at_all_of_them) {
    const std::string words = words_of_few({"doctor"}, true);  // of segments of others, say
    BOOST_TEST(!contains(words, "Too many open files"));
    TOOL_TEST_CONTAINS(words, "256 descriptors");  // what programs get, not what this one took
}

BOOST_AUTO_TEST_CASE(top_counts_all_of_them) {
    Terminal terminal("/bin/sh", with_few_descriptors({"top", glob, "--interval", "100ms"}));
    terminal.wait_for(name_of(0));
    terminal.type("q");
    BOOST_TEST(terminal.wait() == 0);
    BOOST_TEST(!contains(terminal.output(), "Too many open files"));
}

BOOST_AUTO_TEST_SUITE_END()
