// A write to what is read-only: one sentence on stderr, then what would have happened anyway.
#include <handoff/channel.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "platform/descriptor.hpp"
#include "platform/forbidden_write.hpp"

namespace forbidden_write_test {

using namespace handoff;
using namespace std::chrono_literals;
using detail::platform::explain_forbidden_writes;
using testing::Checkpoints;
using testing::Child;
using testing::UniqueName;

const auto soon = testing::scaled(10s);

bool is_segmentation_fault(const testing::Exit& exit) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return !exit.ok();  // by a handler of their own, which prints a report and exits
#else
    return exit.signal == SIGSEGV;
#endif
}

/// What the process of `function` writes to stderr until it ends by SIGSEGV.
std::string last_words(const std::function<void()>& function) {
    const detail::platform::Descriptor file(memfd_create("stderr", MFD_CLOEXEC));
    Child child([&](Checkpoints&) {
        BOOST_TEST(dup2(file.get(), STDERR_FILENO) == STDERR_FILENO);
        function();
    });
    BOOST_TEST(child.ends_within(soon));
    try {
        child.wait();
        BOOST_ERROR("it lives on");
    } catch (const testing::ChildFailed& failed) {
        BOOST_TEST(is_segmentation_fault(failed.exit()), failed.what());
    }
    std::array<char, 4096> words{};
    const auto length = pread(file.get(), words.data(), words.size(), 0);
    return {words.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

bool holds(const std::string& words, const std::string& part) {
    return words.find(part) != std::string::npos;
}

void write_to(const std::byte* place) {
    *const_cast<volatile std::byte*>(place) = std::byte{1};
}

/// Writes to the last byte of what lies in the last of four slots.
void write_to_a_request(const UniqueName& name) {
    Sender sender(name, {.slot_count = 4, .payload_bytes = 5000, .reply_bytes = 10});
    Receiver receiver(name, {.protect_payloads = true});
    std::vector<Request> requests;
    for (int number = 0; number < 4; ++number) {
        sender.send(sender.loan(soon).value()).value();
        requests.push_back(receiver.receive(soon).value());
    }
    const auto last =
        std::ranges::max_element(requests, {}, [](const Request& request) { return request.payload().data(); });
    write_to(&last->payload().back());
}

}  // namespace forbidden_write_test

BOOST_AUTO_TEST_SUITE(forbidden_write_test)

BOOST_AUTO_TEST_CASE(one_sentence_names_the_segment_and_the_slot) {
    const UniqueName name;
    const std::string words = last_words([&] {
        explain_forbidden_writes();
        explain_forbidden_writes();  // once is enough
        write_to_a_request(name);
    });
    const std::string sentence = "of '" + name.str() + "' was refused: what was received is read-only";
    BOOST_TEST(holds(words, sentence), words);
    BOOST_TEST(holds(words, "handoff: a write to slot 3 "), words);
    BOOST_TEST(holds(words, "copy() it first\n"), words);
    BOOST_TEST(words.find(sentence) == words.rfind(sentence));
}

BOOST_AUTO_TEST_CASE(without_the_handler_there_are_no_words) {
    const UniqueName name;
    BOOST_TEST(!holds(last_words([&] { write_to_a_request(name); }), "handoff: "));
}

BOOST_AUTO_TEST_CASE(the_handler_before_gets_the_signal_afterwards) {
    const UniqueName name;
    const std::string words = last_words([&] {
        struct sigaction theirs {};
        theirs.sa_sigaction = [](int number, siginfo_t*, void*) {
            (void)!write(STDERR_FILENO, "theirs\n", 7);
            signal(number, SIG_DFL);
        };
        theirs.sa_flags = SA_SIGINFO;
        sigaction(SIGSEGV, &theirs, nullptr);
        explain_forbidden_writes();
        write_to_a_request(name);
    });
    BOOST_TEST(holds(words, "copy() it first\ntheirs\n"), words);
}

/// As Python's faulthandler, switched on later than ours.
BOOST_AUTO_TEST_CASE(a_handler_in_front_that_restores_ours_and_raises_anew_takes_nothing_away) {
    const UniqueName name;
    const std::string words = last_words([&] {
        explain_forbidden_writes();
        static struct sigaction ours;
        struct sigaction theirs {};
        theirs.sa_handler = [](int number) {
            (void)!write(STDERR_FILENO, "theirs\n", 7);
            sigaction(number, &ours, nullptr);
            raise(number);
        };
        theirs.sa_flags = SA_NODEFER;
        sigaction(SIGSEGV, &theirs, &ours);
        write_to_a_request(name);
    });
    BOOST_TEST(holds(words, "theirs\n"), words);
#if defined(__x86_64__) || defined(__aarch64__)
    BOOST_TEST(holds(words, "copy() it first\n"), words);
#endif
}

BOOST_AUTO_TEST_CASE(what_is_not_ours_ends_the_process_without_our_words) {
    const UniqueName name;
    const auto with_ours = [&](auto&& fault) {
        return last_words([&] {
            explain_forbidden_writes();
            const Sender open(name, {.payload_bytes = 5000}, {.protect_payloads = true});
            fault();
        });
    };
    void* const theirs = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_TEST(!holds(with_ours([&] { write_to(static_cast<std::byte*>(theirs)); }), "handoff: "));
    BOOST_TEST(!holds(with_ours([&] { raise(SIGSEGV); }), "handoff: "));
    munmap(theirs, 4096);
    BOOST_TEST(!holds(with_ours([&] { write_to(static_cast<std::byte*>(theirs)); }), "handoff: "));
}

BOOST_AUTO_TEST_SUITE_END()
