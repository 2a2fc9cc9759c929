// Boost.Test need not print lists of words: comparing them is enough.
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_TEST_DONT_PRINT_LOG_VALUE(std::vector<std::string>)
