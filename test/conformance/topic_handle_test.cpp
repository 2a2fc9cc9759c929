// Handles of a topic: moved from, inherited through fork, mapped without write access.
#include <sys/mman.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "conformance/topic_fixture.hpp"

namespace topic_handle_test {

using namespace conformance;
using handoff::Errc;
using handoff::Publisher;
using handoff::Start;
using handoff::Subscriber;
using handoff::testing::Checkpoints;
using handoff::testing::Child;
using handoff::testing::run_in_child;

/// Where this process has mapped a file whose path holds `name`, and with which rights.
struct Mapped {
    std::byte* begin = nullptr;
    std::size_t size_bytes = 0;
    std::string rights;
};
std::vector<Mapped> mappings_of(const std::string& name) {
    std::vector<Mapped> found;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        if (line.find(name) == std::string::npos) continue;
        const std::size_t dash = line.find('-'), space = line.find(' ');
        const auto begin = std::stoull(line.substr(0, dash), nullptr, 16);
        const auto end = std::stoull(line.substr(dash + 1, space - dash - 1), nullptr, 16);
        found.push_back({reinterpret_cast<std::byte*>(begin), end - begin, line.substr(space + 1, 4)});
    }
    return found;
}

}  // namespace topic_handle_test

BOOST_FIXTURE_TEST_SUITE(topic_handle_test, Topic)

BOOST_AUTO_TEST_CASE(a_publisher_moved_from_is_refused_and_the_other_works) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    auto loan = publisher.loan().value();
    Publisher moved = std::move(publisher);
    check_refused(publisher.loan(), Errc::invalid_handle);
    check_refused(publisher.publish(moved.loan().value()), Errc::invalid_handle);
    check_refused(publisher.wait_for_subscriber(soon()), Errc::invalid_handle);
    check_throws([&] { (void)publisher.info(); }, Errc::invalid_handle);
    check_throws([&] { (void)publisher.state(); }, Errc::invalid_handle);
    moved.publish(std::move(loan)).value();
    check_refused(moved.publish(std::move(loan)), Errc::invalid_handle);
    BOOST_TEST(subscriber.try_next()->sequence() == 1U);
    publisher = std::move(moved);
    BOOST_TEST(publish(publisher, "works") == 2U);
}

BOOST_AUTO_TEST_CASE(a_subscriber_moved_from_is_refused_and_the_other_goes_on) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    publish_numbers(publisher, 1, 3);
    check_message(subscriber.try_next(), "1", 1, 0);
    Subscriber moved = std::move(subscriber);
    Buffer buffer;
    check_refused(subscriber.next(soon()), Errc::invalid_handle);
    check_refused(subscriber.try_next(), Errc::invalid_handle);
    check_refused(subscriber.newest(soon()), Errc::invalid_handle);
    check_refused(subscriber.try_newest(), Errc::invalid_handle);
    check_refused(subscriber.copy_next(buffer, soon()), Errc::invalid_handle);
    check_refused(subscriber.copy_newest(buffer, soon()), Errc::invalid_handle);
    check_throws([&] { (void)subscriber.info(); }, Errc::invalid_handle);
    check_throws([&] { (void)subscriber.state(); }, Errc::invalid_handle);
    check_throws([&] { (void)subscriber.waitable(); }, Errc::invalid_handle);
    check_throws([&] { (void)subscriber.descriptor(); }, Errc::invalid_handle);
    check_message(moved.try_next(), "2", 2, 0);
}

BOOST_AUTO_TEST_CASE(a_message_moved_from_is_empty_and_the_other_keeps_the_pin) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber({.pins = 2});
    publish_numbers(publisher, 1, 2);
    auto one = subscriber.try_next().value();
    auto moved = std::move(one);
    BOOST_TEST(one.payload().empty());
    BOOST_TEST(text(moved.payload()) == "1");
    BOOST_TEST(publisher.state().pinned == 1U);
    auto two = subscriber.try_next().value();
    moved = std::move(two);  // lets "1" go
    BOOST_TEST(publisher.state().pinned == 1U);
    publish_numbers(publisher, 3, 30);
    BOOST_TEST(text(moved.payload()) == "2");
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_inherits_no_handle_and_disturbs_nobody) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber();
    auto loan = std::make_optional(publisher.loan().value());
    publish(publisher, "ours");
    auto message = std::make_optional(subscriber.try_next().value());
    publish(publisher, "unread");
    run_in_child([&](Checkpoints&) {
        Buffer buffer;
        check_refused(publisher.loan(), Errc::invalid_handle);
        check_refused(publisher.publish(std::move(*loan)), Errc::invalid_handle);
        check_refused(publisher.wait_for_subscriber(soon()), Errc::invalid_handle);
        check_refused(subscriber.next(soon()), Errc::invalid_handle);
        check_refused(subscriber.try_newest(), Errc::invalid_handle);
        check_refused(subscriber.copy_next(buffer, soon()), Errc::invalid_handle);
        check_throws([&] { (void)subscriber.state(); }, Errc::invalid_handle);
        check_throws([&] { (void)subscriber.descriptor(); }, Errc::invalid_handle);
        loan.reset();
        message.reset();
        const Publisher gone = std::move(publisher);
        const Subscriber gone_too = std::move(subscriber);
    });
    BOOST_TEST(publisher.state().loaned == 1U);
    BOOST_TEST(publisher.state().pinned == 1U);
    BOOST_TEST(publisher.state().publishers == 1U);
    BOOST_TEST(publisher.state().subscribers == 1U);
    publish_numbers(publisher, 1, 20);
    BOOST_TEST(text(message->payload()) == "ours");
    BOOST_TEST(publisher.publish(std::move(*loan)).value() == 23U);
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_may_open_the_topic_itself) {
    Publisher publisher = this->publisher();
    publish(publisher, "to the child");
    run_in_child([&](Checkpoints&) {
        Subscriber own(name);
        check_message(own.next(soon()), "to the child", 1, 0);
    });
    BOOST_TEST(publisher.state().subscribers == 0U);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_maps_read_only_gets_the_same) {
    Publisher publisher = this->publisher();
    Subscriber subscriber = this->subscriber({.start = Start::oldest, .read_only = true});
    BOOST_TEST(publisher.state().subscribers == 0U);
    BOOST_TEST(subscriber.info().history == 4U);
    Buffer buffer;
    check_refused(subscriber.copy_next(buffer, 20ms), Errc::timed_out);
    publish_numbers(publisher, 1, 10);
    check_copied(subscriber.copy_next(buffer, soon()), buffer, "7", 7, 6);
    check_copied(subscriber.copy_newest(buffer, soon()), buffer, "10", 10, 2);
    BOOST_TEST(subscriber.state().newest == 10U);
    std::thread publishing([&] { publish(publisher, "11"); });
    check_copied(subscriber.copy_next(buffer, soon()), buffer, "11", 11, 0);
    publishing.join();
}

BOOST_AUTO_TEST_CASE(the_kernel_refuses_a_read_only_subscriber_to_write) {
    Publisher publisher = this->publisher();
    publish(publisher, "untouched");
    Child child([&](Checkpoints& checkpoints) {
        Subscriber subscriber(name, {.read_only = true});
        Buffer buffer;
        check_copied(subscriber.copy_next(buffer, soon()), buffer, "untouched", 1, 0);
        const auto mapped = mappings_of(name.str());
        BOOST_TEST_REQUIRE(!mapped.empty());
        for (const Mapped& one : mapped) {
            BOOST_TEST(one.rights == "r--s");
            BOOST_TEST(mprotect(one.begin, one.size_bytes, PROT_READ | PROT_WRITE) != 0);
        }
        checkpoints.reach("looked");
        std::signal(SIGSEGV, SIG_DFL);
        *const_cast<volatile std::byte*>(mapped.front().begin + mapped.front().size_bytes - 1) = std::byte{1};
        checkpoints.reach("wrote");
    });
    child.wait_for("looked");
    try {
        child.wait();
        BOOST_ERROR("the child wrote and lived");
    } catch (const handoff::testing::ChildFailed& failure) {
        BOOST_TEST(failure.exit().signal == SIGSEGV, failure.what());
    }
    BOOST_TEST(publish(publisher, "works") == 2U);
}

BOOST_AUTO_TEST_CASE(a_read_only_subscriber_needs_no_right_to_write) {
    shape.mode = 0600;
    Publisher publisher = this->publisher();
    publish(publisher, "x");
    for (const auto& file : name.left_behind()) {
        BOOST_TEST_REQUIRE(chmod(file.c_str(), 0400) == 0);
    }
    Subscriber subscriber = this->subscriber({.read_only = true});
    Buffer buffer;
    check_copied(subscriber.copy_next(buffer, soon()), buffer, "x", 1, 0);
}

BOOST_AUTO_TEST_CASE(a_read_only_subscriber_that_leaves_last_leaves_the_removal_to_the_next_one) {
    {
        auto publisher = std::make_optional(this->publisher());
        Subscriber subscriber = this->subscriber({.read_only = true});
        publish(*publisher, "x");
        publisher.reset();
        Buffer buffer;
        check_copied(subscriber.copy_next(buffer, soon()), buffer, "x", 1, 0);
        check_refused(subscriber.copy_next(buffer, soon()), Errc::end_of_stream);
    }
    BOOST_TEST(name.left_behind().size() == 1U);
    { BOOST_TEST(publisher().state().newest == 1U); }
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
