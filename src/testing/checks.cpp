#include "testing/checks.hpp"

#include <boost/core/demangle.hpp>
#include <boost/test/execution_monitor.hpp>
#include <boost/test/framework.hpp>
#include <boost/test/tree/observer.hpp>
#include <boost/test/unit_test.hpp>
#include <boost/test/unit_test_log_formatter.hpp>

#include <iostream>
#include <sstream>
#include <typeinfo>

namespace handoff::detail::testing {
namespace {

namespace unit_test = boost::unit_test;
using Kind = Mailbox::Kind;

class CheckForwarder : public unit_test::unit_test_log_formatter {
public:
    explicit CheckForwarder(Mailbox& mailbox) : mailbox_(mailbox) {}
    unsigned forwarded() const { return forwarded_; }

    void log_entry_start(std::ostream&, const unit_test::log_entry_data& entry, log_entry_types) override {
        text_.str({});
        text_ << entry.m_file_name << '(' << entry.m_line_num << "): ";
    }
    void log_entry_value(std::ostream&, unit_test::const_string value) override { text_ << value; }
    void log_entry_value(std::ostream&, const unit_test::lazy_ostream& value) override { text_ << value; }
    void log_entry_finish(std::ostream&) override {
        ++forwarded_;
        mailbox_.put(Kind::failure, text_.str());
    }
    void entry_context_start(std::ostream&, unit_test::log_level) override { text_ << "; in this context: "; }
    void log_entry_context(std::ostream&, unit_test::log_level, unit_test::const_string value) override {
        text_ << value << ' ';
    }
    void entry_context_finish(std::ostream&, unit_test::log_level) override {}

    void log_start(std::ostream&, unit_test::counter_t) override {}
    void log_finish(std::ostream&) override {}
    void log_build_info(std::ostream&, bool) override {}
    void test_unit_start(std::ostream&, const unit_test::test_unit&) override {}
    void test_unit_finish(std::ostream&, const unit_test::test_unit&, unsigned long) override {}
    void log_exception_start(std::ostream&, const unit_test::log_checkpoint_data&,
                             const boost::execution_exception&) override {}
    void log_exception_finish(std::ostream&) override {}

private:
    Mailbox& mailbox_;
    std::ostringstream text_;
    unsigned forwarded_ = 0;
};

struct FailureCounter : unit_test::test_observer {
    unsigned failures = 0;
    void assertion_result(unit_test::assertion_result result) override {
        if (result == unit_test::AR_FAILED) ++failures;
    }
};

// Boost.Test keeps pointers to both, so they live as long as the child.
struct Hooks {
    CheckForwarder* forwarder;
    FailureCounter* counter;
};

Hooks hook_boost_test(Mailbox& mailbox) {
    const Hooks hooks{new CheckForwarder(mailbox), new FailureCounter};
    unit_test::unit_test_log.set_formatter(hooks.forwarder);
    unit_test::unit_test_log.set_threshold_level(unit_test::OF_CUSTOM_LOGGER, unit_test::log_all_errors);
    unit_test::framework::register_observer(*hooks.counter);
    return hooks;
}

bool call(Mailbox& mailbox, const std::function<void()>& function) {
    try {
        function();
        return true;
    } catch (const boost::execution_aborted&) {  // a failed BOOST_TEST_REQUIRE; its text was sent already
    } catch (const std::exception& exception) {
        mailbox.put(Kind::failure,
                    "uncaught exception " + boost::core::demangle(typeid(exception).name()) + ": " + exception.what());
    } catch (...) {
        mailbox.put(Kind::failure, "uncaught exception of a type that is no std::exception");
    }
    return false;
}

}  // namespace

bool run_reporting_to(Mailbox& mailbox, const std::function<void()>& function) noexcept {
    const Hooks hooks = hook_boost_test(mailbox);
    const bool returned = call(mailbox, function);
    if (hooks.counter->failures > hooks.forwarder->forwarded())
        mailbox.put(Kind::failure, "a check failed, and its text got lost in Boost.Test");
    mailbox.put(Kind::returned, {});
    return returned && hooks.counter->failures == 0;
}

void fail_test_case(const std::string& text) noexcept {
    try {
        BOOST_ERROR(text);
    } catch (...) {  // no test case is running
        std::cerr << "handoff::testing: " << text << '\n';
    }
}

}  // namespace handoff::detail::testing
