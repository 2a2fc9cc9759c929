#include "platform/system_error.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>

#include "platform/refusal.hpp"

BOOST_AUTO_TEST_SUITE(system_error_test)

using handoff::Errc;
using handoff::detail::platform::throw_system;
using handoff::test::check_message;
using handoff::test::refusal_of;

BOOST_AUTO_TEST_CASE(every_number_gets_its_code_and_the_words_of_the_system) {
    const struct {
        int number;
        Errc code;
        const char* words;
    } table[] = {
        {EACCES, Errc::permission_denied, "Permission denied"},
        {EPERM, Errc::permission_denied, "Operation not permitted"},
        {ENOSPC, Errc::no_space, "No space left on device"},
        {ENOMEM, Errc::no_space, "Cannot allocate memory"},
        {EDQUOT, Errc::no_space, "quota exceeded"},
        {EIO, Errc::system, "Input/output error"},
        {EMFILE, Errc::system, "raise `ulimit -n`"},
        {ENFILE, Errc::system, "fs.file-max"},
        {ENOENT, Errc::system, "Is /dev/shm mounted?"},
    };
    for (const auto& row : table) {
        const auto failure = refusal_of([&] { throw_system("opening the box", row.number); });
        HANDOFF_TEST_CODE(failure, row.code);
        check_message(failure, "opening the box failed: ", row.words);
    }
}

BOOST_AUTO_TEST_SUITE_END()
