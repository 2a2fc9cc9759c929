// What a test asks of a refusal.
#pragma once

#include <handoff/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace handoff::test {

/// The Failure that `action` throws as an Error. Ends the test case if it throws none.
template <class Action>
Failure refusal_of(Action&& action) {
    try {
        std::forward<Action>(action)();
    } catch (const Error& error) {
        BOOST_TEST(std::string(error.what()) == error.failure().message());
        return error.failure();
    }
    BOOST_FAIL("nothing was refused");
    return {};
}

/// The message contains all of these words.
template <class... Words>
void check_message(const Failure& failure, const Words&... words) {
    const std::string sentence = failure.message();
    for (const std::string_view word : {std::string_view(words)...})
        BOOST_TEST(sentence.find(word) != std::string::npos, "'" << word << "' is not said in: " << sentence);
}

}  // namespace handoff::test

/// The code of a refusal, with its sentence if it is another one.
#define HANDOFF_TEST_CODE(failure, errc) \
    BOOST_TEST(((failure) == (errc)), #errc " was expected: " << (failure).message())
