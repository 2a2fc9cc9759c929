// handoff testing: the only place that knows how Boost.Test reports a check.
#pragma once

#include "testing/mailbox.hpp"

#include <functional>
#include <string>

namespace handoff::detail::testing {

/// Child: calls the function and puts every failed check and an uncaught exception into the mailbox, and at its end
/// that it returned. Nothing reaches the log or the results of the test run any more. True: no failure.
bool run_reporting_to(Mailbox& mailbox, const std::function<void()>& function) noexcept;

/// Parent: makes the running test case fail with this text. Never throws.
void fail_test_case(const std::string& text) noexcept;

}  // namespace handoff::detail::testing
