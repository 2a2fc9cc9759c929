#include "segment/name.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "platform/refusal.hpp"

BOOST_AUTO_TEST_SUITE(name_test)

using handoff::Errc;
using handoff::detail::segment::check_name;

BOOST_AUTO_TEST_CASE(a_name_that_cannot_be_a_file_or_would_be_another_one_is_refused_with_the_reason) {
    const struct {
        std::string name;
        const char* reason;
    } table[] = {
        {"", "is empty"},
        {std::string(201, 'a'), "201 bytes long; 200 are allowed"},
        {"a/b", "'/' is not part of a name"},
        {"/frames", "not allowed"},
        {"../frames", "not allowed"},
        {"two words", "not allowed"},
        {"line\nbreak", "not allowed"},
        {std::string("nul\0byte", 8), "not allowed"},
        {"b\xc3\xa4r", "not allowed"},
        {"a*", "not allowed"},
        {"frames.lock", "which is reserved"},
        {".lock", "which is reserved"},
    };
    for (const auto& row : table) {
        const auto checked = check_name(row.name);
        BOOST_TEST_REQUIRE(!checked, "'" << row.name << "' was accepted");
        HANDOFF_TEST_CODE(checked.error(), Errc::invalid_argument);
        handoff::test::check_message(checked.error(), "name", row.reason);
    }
}

BOOST_AUTO_TEST_CASE(a_long_name_makes_no_long_sentence) {
    BOOST_TEST(check_name(std::string(1 << 20, 'x')).error().message().size() < 200u);
}

BOOST_AUTO_TEST_CASE(everything_else_is_allowed) {
    for (const std::string& name :
         {std::string("a"), std::string(200, 'a'), std::string("Az09._-"), std::string("."), std::string(".."),
          std::string("-x"), std::string("lock"), std::string("a.lock.b"), std::string("a.LOCK")})
        BOOST_TEST(static_cast<bool>(check_name(name)), "'" << name << "' was refused");
}

BOOST_AUTO_TEST_CASE(the_files_of_a_name_lie_beside_each_other_in_shared_memory) {
    BOOST_TEST(handoff::detail::segment::segment_path("frames") == "/dev/shm/handoff.frames");
    BOOST_TEST(handoff::detail::segment::old_lock_path("frames") == "/dev/shm/handoff.frames.lock");
}

BOOST_AUTO_TEST_SUITE_END()
