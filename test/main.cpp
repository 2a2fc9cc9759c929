// The one main function of all Boost.Test executables.
#define BOOST_TEST_MODULE handoff
#include <boost/test/unit_test.hpp>
