#pragma once

#include <boost/test/unit_test.hpp>

#include <exception>
#include <string>

/// For BOOST_CHECK_EXCEPTION: the sentence contains this text.
inline auto message_contains(const std::string& text) {
    return [text](const std::exception& exception) {
        const bool found = std::string(exception.what()).find(text) != std::string::npos;
        if (!found) BOOST_TEST_MESSAGE("'" << text << "' is missing in: " << exception.what());
        return found;
    };
}
