// A peer truncates the segment's file: an access to the missing part kills the process or, if asked for, is an error.
#include <handoff/handoff.hpp>
#include <handoff/inspect.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "platform/refusal.hpp"
#include "segment/name.hpp"

namespace truncation_test {

using namespace handoff;
using namespace handoff::test;
using namespace std::chrono_literals;
using testing::Checkpoints;
using testing::Child;
using testing::UniqueName;

const auto soon = testing::scaled(10s);

const ChannelShape shape{.slot_count = 2, .payload_bytes = 10'000, .reply_bytes = 100, .participants = 4};
const TopicShape topic_shape{.history = 2, .payload_bytes = 10'000, .participants = 4};
const LatestShape value_shape{.capacity_bytes = 10'000, .participants = 4};

void cut(const UniqueName& name, std::uintmax_t bytes = 0) {
    std::filesystem::resize_file(detail::segment::segment_path(name), bytes);
}

template <class T>
void check_damaged(const result<T>& outcome) {
    BOOST_TEST_REQUIRE(!outcome.has_value());
    HANDOFF_TEST_CODE(outcome.error(), Errc::damaged);
    check_message(outcome.error(), "cut short", "remove it");
}

/// Sanitizers have a handler of their own, which prints a report and exits.
bool is_bus_error(const testing::Exit& exit) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return !exit.ok();
#else
    return exit.signal == SIGBUS;
#endif
}

void write_all(std::span<std::byte> bytes) {
    std::fill(bytes.begin(), bytes.end(), std::byte{1});
}

std::array<std::byte, 10'000> buffer;

template <class Wait>
Child waits(Wait wait) {
    return Child([wait](Checkpoints& checkpoints) {
        handle_sigbus();
        wait(checkpoints);
    });
}

}  // namespace truncation_test

BOOST_AUTO_TEST_SUITE(truncation_test)

BOOST_AUTO_TEST_CASE(without_a_handler_whoever_touches_a_missing_part_dies_and_nobody_else_does) {
    const UniqueName name;
    Child target([&](Checkpoints& checkpoints) {
        Sender sender(name, shape);
        Loan loan = sender.loan(soon).value();
        checkpoints.stop_at("holding a loan");
        write_all(loan.payload());
        checkpoints.reach("unharmed");
    });
    Child bystander([&](Checkpoints& checkpoints) {
        Receiver receiver(name, {.attach_timeout = soon});
        checkpoints.stop_at("attached");  // it touches nothing
    });
    target.wait_for("holding a loan");
    bystander.wait_for("attached");
    cut(name);
    target.go_on();
    BOOST_TEST(target.ends_within(soon));
    try {
        target.wait();
        BOOST_ERROR("it lives on");
    } catch (const testing::ChildFailed& failed) {
        BOOST_TEST(is_bus_error(failed.exit()), failed.what());
    }
    BOOST_TEST(bystander.is_running());
    bystander.kill();
}

BOOST_AUTO_TEST_CASE(a_large_page_may_be_cut_in_two) {
    constexpr std::size_t mebi = 1 << 20;
    const UniqueName name;
    testing::run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Sender sender(name, {.slot_count = 4, .payload_bytes = 2 * mebi}, {.prefault = true});
        const inspect::Observer observer(name.str());
        std::array<Loan, 4> loans;
        for (Loan& loan : loans) {
            loan = sender.loan(soon).value();
            write_all(loan.payload());
        }
        cut(name, 3 * mebi);
        BOOST_TEST(observer.large_page_bytes() <= 2 * mebi);
        for (Loan& loan : loans) write_all(loan.payload());
        check_damaged(sender.send(std::move(loans[0])));
    });
}

BOOST_AUTO_TEST_CASE(every_call_on_a_channel_that_was_cut_short_says_damaged) {
    const UniqueName name;
    testing::run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Sender sender(name, shape);
        Receiver receiver(name);
        Pending unanswered = sender.request_async(sender.loan(soon).value()).value();
        Pending unread = sender.request_async(sender.loan(soon).value()).value();
        Request request = receiver.receive(soon).value();
        const Waitable waitable = receiver.waitable();
        cut(name);
        write_all(request.reply());
        check_damaged(request.processed(std::size_t{10}));
        check_damaged(receiver.try_receive());
        check_damaged(receiver.receive(soon));
        check_damaged(sender.try_loan());
        check_damaged(sender.loan(soon));
        check_damaged(sender.wait_for_receiver(soon));
        check_damaged(unanswered.wait(soon));
        check_damaged(unread.withdraw());
        BOOST_TEST(unanswered.was_answered());
        HANDOFF_TEST_CODE(refusal_of([&] { (void)sender.who_holds(); }), Errc::damaged);
        BOOST_TEST(waitable.was_ready());
    });
}

BOOST_AUTO_TEST_CASE(a_loan_is_written_to_the_end_but_what_was_sent_is_not_said_to_be) {
    const UniqueName name;
    testing::run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Sender sender(name, shape);
        Loan loan = sender.loan(soon).value();
        cut(name, 8192);  // the header is there, the slots are not
        write_all(loan.payload());
        BOOST_TEST((loan.payload().back() == std::byte{1}));
        check_damaged(sender.send(std::move(loan)));
    });
}

BOOST_AUTO_TEST_CASE(what_is_sent_while_the_file_is_cut_is_not_said_to_be_sent) {
    const UniqueName name;
    testing::run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Sender sender(name, shape);
        Loan loan = sender.loan(soon).value();
        cut(name);
        check_damaged(sender.send(std::move(loan)));  // the first touch of what is missing is in here
    });
}

BOOST_AUTO_TEST_CASE(who_waits_for_ever_is_told) {
    const UniqueName channel, topic, latest;
    Child owner([&](Checkpoints& checkpoints) {
        const Sender sender(channel, shape);
        const Publisher publisher(topic, topic_shape);
        const LatestBytes writer(latest, value_shape);
        checkpoints.stop_at("there");
    });
    owner.wait_for("there");
    std::vector<Child> children;
    children.push_back(waits([&](Checkpoints& checkpoints) {
        Receiver receiver(channel);
        checkpoints.reach("waiting");
        check_damaged(receiver.receive());
    }));
    children.push_back(waits([&](Checkpoints& checkpoints) {
        Subscriber subscriber(topic);
        checkpoints.reach("waiting");
        check_damaged(subscriber.next());
    }));
    children.push_back(waits([&](Checkpoints& checkpoints) {
        Subscriber subscriber(topic, {.read_only = true});
        checkpoints.reach("waiting");
        check_damaged(subscriber.copy_next(buffer));
    }));
    children.push_back(waits([&](Checkpoints& checkpoints) {
        LatestBytes reader(latest);
        checkpoints.reach("waiting");
        check_damaged(reader.wait_newer(buffer));
    }));
    children.push_back(waits([&](Checkpoints& checkpoints) {
        const Receiver receiver(channel);
        checkpoints.reach("waiting");
        BOOST_TEST(wait_any(std::array{receiver.waitable()}).value() == 0U);
    }));
    for (Child& child : children) child.wait_for("waiting");
    for (const UniqueName* name : {&channel, &topic, &latest}) cut(*name);
    for (Child& child : children) child.wait(soon);
    owner.kill();
}

BOOST_AUTO_TEST_CASE(a_topic_and_a_latest_value_that_were_cut_short_say_damaged) {
    const UniqueName topic, latest;
    testing::run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Publisher publisher(topic, topic_shape);
        Subscriber subscriber(topic);
        LatestBytes value(latest, value_shape);
        publisher.publish(publisher.loan().value()).value();
        const Message message = subscriber.next(soon).value();
        Loan loan = publisher.loan().value();
        cut(topic);
        cut(latest);
        check_damaged(publisher.publish(std::move(loan)));
        check_damaged(publisher.loan());
        for (const std::byte byte : message.payload()) BOOST_REQUIRE((byte == std::byte{0}));
        check_damaged(subscriber.try_next());
        check_damaged(subscriber.copy_newest(buffer, soon));
        check_damaged(value.write(buffer));
        check_damaged(value.read(buffer));
    });
}

BOOST_AUTO_TEST_CASE(a_protected_message_turns_to_zeros_and_the_next_call_says_damaged) {
    const UniqueName topic;
    testing::run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Publisher publisher(topic, topic_shape);
        Subscriber subscriber(topic, {.protect_payloads = true});
        publisher.publish(publisher.loan().value()).value();
        const Message message = subscriber.next(soon).value();
        cut(topic);
        for (const std::byte byte : message.payload()) BOOST_REQUIRE((byte == std::byte{0}));
        check_damaged(subscriber.try_next());
    });
}

BOOST_AUTO_TEST_CASE(others_are_not_touched_and_a_new_segment_of_that_name_works) {
    const UniqueName name, other;
    testing::run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Sender sender(name, shape), another(other, shape);
        cut(name);
        check_damaged(sender.try_loan());
        BOOST_TEST(another.send(another.loan(soon).value()).has_value());
        HANDOFF_TEST_CODE(refusal_of([&] { Sender(name, shape); }), Errc::not_a_segment);
        std::filesystem::remove(detail::segment::segment_path(name));
        Sender anew(name, shape);
        BOOST_TEST(anew.send(anew.loan(soon).value()).has_value());
    });
}

BOOST_AUTO_TEST_CASE(many_threads_that_touch_what_is_missing_at_once_live) {
    const UniqueName name;
    testing::run_in_child([&](Checkpoints&) {
        handle_sigbus();
        Sender sender(name, {.slot_count = 8, .payload_bytes = 1'000'000});
        std::vector<Loan> loans;
        for (int slot = 0; slot < 8; ++slot) loans.push_back(sender.loan(soon).value());
        cut(name);
        std::vector<std::jthread> threads;
        for (Loan& loan : loans) threads.emplace_back([&loan] { write_all(loan.payload()); });
        threads.clear();
        check_damaged(sender.try_loan());
    });
}

// ---- what is not ours -----------------------------------------------------------------------------------------------

namespace {

volatile sig_atomic_t handed_on = 0;

/// An unrelated file, mapped and truncated.
std::byte* foreign_mapping() {
    const int file = memfd_create("foreign", MFD_CLOEXEC);
    BOOST_REQUIRE(ftruncate(file, 4096) == 0);
    auto* bytes = static_cast<std::byte*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    BOOST_REQUIRE(ftruncate(file, 0) == 0);
    close(file);
    return bytes;
}

void check_bus_error(const Child::Function& function) {
    Child child(function);
    BOOST_TEST(child.ends_within(soon));
    try {
        child.wait();
        BOOST_ERROR("it lives on");
    } catch (const testing::ChildFailed& failed) {
        BOOST_TEST(is_bus_error(failed.exit()), failed.what());
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_bus_error_that_is_not_ours_goes_to_the_handler_before) {
    const UniqueName name;
    testing::run_in_child([&](Checkpoints& checkpoints) {
        struct sigaction theirs {};
        theirs.sa_sigaction = [](int, siginfo_t* info, void*) {
            handed_on = 1;
            mmap(info->si_addr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        };
        theirs.sa_flags = SA_SIGINFO;
        BOOST_TEST(sigaction(SIGBUS, &theirs, nullptr) == 0);
        handle_sigbus();
        const Sender ours(name, shape);
        std::byte* bytes = foreign_mapping();
        bytes[0] = std::byte{7};
        BOOST_TEST(handed_on == 1);
        (void)checkpoints;
    });
}

BOOST_AUTO_TEST_CASE(a_bus_error_that_is_nobodys_ends_the_process) {
    const UniqueName name;
    check_bus_error([&](Checkpoints&) {
        handle_sigbus();
        const Sender ours(name, shape);
        foreign_mapping()[0] = std::byte{7};
    });
    check_bus_error([](Checkpoints&) {
        handle_sigbus();
        raise(SIGBUS);
    });
}

BOOST_AUTO_TEST_SUITE_END()
