// What a message costs in locked instructions: the bus is all that two cores share. Counted by single stepping, in a
// process with a second thread, as every program with OpenCV, Node.js or a window is one.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/fixture.hpp"

namespace cost_test {

using namespace conformance;
using handoff::Loan;
using handoff::Receiver;
using handoff::Request;
using handoff::Sender;

constexpr int messages = 3;
constexpr unsigned char breakpoint = 0xcc;

void mark() {
    asm volatile("int3");
}

/// A lock prefix, or an exchange with memory, which needs none.
bool is_locked(const unsigned char* instruction) {
    if (*instruction == 0xf0) return true;
    if (*instruction == 0x66) ++instruction;
    if ((*instruction & 0xf0) == 0x40) ++instruction;
    return (*instruction & 0xfe) == 0x86 && (instruction[1] >> 6) != 3;
}

/// The calls of a message: each is told by its number, so that one of them can be stepped.
using Calls = std::function<void(Sender&, Receiver&, const std::function<void(int, const std::function<void()>&)>&)>;

/// A child that sends often, and each hundredth time has one call between two marks, beside a thread that does nothing.
pid_t start(const Channel& channel, const Calls& message, int stepped) {
    const pid_t child = fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child != 0) return child;
    alarm(60);
    std::jthread second([](const std::stop_token& stop) {
        while (!stop.stop_requested()) pause();
    });
    {
        Sender sender(channel.name, channel.shape);
        Receiver receiver(channel.name, channel.shape);
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        for (int measured = 0; measured < messages; ++measured) {
            // Looks for the dead, if it is time, so that the stepped call need not.
            for (int other = 0; other < 100; ++other) message(sender, receiver, [](int, const auto& call) { call(); });
            message(sender, receiver, [&](int number, const auto& call) {
                if (number == stepped) mark();
                call();
                if (number == stepped) mark();
            });
        }
    }
    _exit(0);
}

/// Steps the child from its first mark to its second one.
std::size_t step_to_next_mark(pid_t child) {
    for (std::size_t locked = 0;;) {
        int status = 0;
        ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
        BOOST_TEST_REQUIRE(waitpid(child, &status, 0) == child);
        BOOST_TEST_REQUIRE(WIFSTOPPED(status));
        // The child's code is where ours is.
        const long at = ptrace(PTRACE_PEEKUSER, child, offsetof(user_regs_struct, rip), nullptr);
        const auto* const instruction = reinterpret_cast<const unsigned char*>(at);
        if (*instruction == breakpoint) return locked;
        if (is_locked(instruction)) ++locked;
    }
}

/// Until its next mark, or its end.
bool runs_on(pid_t child) {
    int status = 0;
    ptrace(PTRACE_CONT, child, nullptr, nullptr);
    BOOST_TEST_REQUIRE(waitpid(child, &status, 0) == child);
    BOOST_TEST((WIFSTOPPED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0)));
    return WIFSTOPPED(status);
}

/// The fewest of several messages: others moved the hints of the ring.
std::size_t fewest_of(pid_t child) {
    std::size_t fewest = SIZE_MAX;
    int status = 0;
    BOOST_TEST_REQUIRE(waitpid(child, &status, 0) == child);
    do {
        fewest = std::min(fewest, step_to_next_mark(child));
        BOOST_TEST_REQUIRE(runs_on(child));  // over the second mark
    } while (runs_on(child));
    return fewest;
}

std::size_t locked_instructions(const Calls& message) {
    std::size_t sum = 0;
    for (int call = 0; call < 4; ++call) {
        Channel channel;
        channel.shape.slot_count = 64;
        channel.shape.sync = handoff::Sync::futex;
        sum += fewest_of(start(channel, message, call));
    }
    return sum;
}

/// On a machine with much to do a stepped call takes longer than a tick, and looks for the dead, too: tried again.
void check_at_most(std::size_t most, const Calls& message) {
    std::size_t locked = SIZE_MAX;
    for (int attempt = 0; attempt < 10 && locked > most; ++attempt)
        locked = std::min(locked, locked_instructions(message));
    BOOST_TEST(locked <= most);
}

}  // namespace cost_test

BOOST_AUTO_TEST_SUITE(cost_test)

BOOST_AUTO_TEST_CASE(a_message_costs_five_locked_instructions) {
    // Loan, link, take: a compare-exchange each. Free: an exchange. A fifth now and then: positions of the ring.
    check_at_most(5, [](Sender& sender, Receiver& receiver, const auto& call) {
        Loan loan;
        Request request;
        call(0, [&] { loan = sender.loan(soon()).value(); });
        call(1, [&] { sender.send(std::move(loan)).value(); });
        call(2, [&] { request = receiver.receive(soon()).value(); });
        call(3, [&] { request.processed().value(); });
    });
}

BOOST_AUTO_TEST_CASE(a_batch_costs_four_for_a_message) {
    check_at_most(4 * 16, [](Sender& sender, Receiver& receiver, const auto& call) {
        std::vector<Loan> loans(16);
        std::vector<Request> requests(16);
        call(0, [&] { loans.resize(sender.loan(std::span(loans), soon()).value()); });
        call(1, [&] { sender.send(std::span(loans)).value(); });
        call(2, [&] { requests.resize(receiver.receive(std::span(requests), soon()).value()); });
        call(3, [&] { receiver.processed(std::span(requests)).value(); });
    });
}

BOOST_AUTO_TEST_SUITE_END()

#endif
