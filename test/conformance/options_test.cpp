// Options that change what a handle costs, and nothing else.
#include <handoff/topic.hpp>

#include <sys/resource.h>

#include <array>
#include <set>

#include "conformance/fixture.hpp"

namespace options_test {

using namespace conformance;
using handoff::Receiver;
using handoff::Sender;
using handoff::Timestamps;
using std::chrono::steady_clock;

[[maybe_unused]] long page_faults() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/// Page faults of a first write into every slot of a channel of 3 MiB, which is 768 pages and too small for large ones.
[[maybe_unused]] long faults_of_first_writes(const Channel& channel, bool prefault) {
    Sender sender(channel.name, {.slot_count = 3, .payload_bytes = 1024 * 1024}, {.prefault = prefault});
    const long before = page_faults();
    std::array<handoff::Loan, 3> loans;
    for (auto& loan : loans) {
        loan = sender.try_loan().value();
        for (std::size_t page = 0; page < loan.payload().size(); page += 4096) loan.payload()[page] = std::byte{1};
    }
    return page_faults() - before;
}

}  // namespace options_test

BOOST_FIXTURE_TEST_SUITE(options_test, Channel)

BOOST_AUTO_TEST_CASE(exact_times_lie_between_before_and_after) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    const auto before = steady_clock::now();
    send(sender, "x");
    const auto sent = steady_clock::now();
    auto request = receive(receiver);
    BOOST_TEST((request.sent_at() >= before - 1us && request.sent_at() <= sent + 1us));
    BOOST_TEST((request.taken_at() >= sent - 1us && request.taken_at() <= steady_clock::now() + 1us));
    request.processed().value();
}

BOOST_AUTO_TEST_CASE(coarse_times_are_a_few_milliseconds_old_and_shared_by_many) {
    Sender sender(name, shape, {.timestamps = Timestamps::coarse});
    Receiver receiver(name, {.timestamps = Timestamps::coarse});
    std::set<steady_clock::time_point> times;
    for (int message = 0; message < 1000; ++message) {
        const auto before = steady_clock::now();
        send(sender, "x");
        auto request = receive(receiver);
        BOOST_TEST((request.sent_at() > before - 100ms));
        BOOST_TEST((request.sent_at() <= steady_clock::now()));
        times.insert(request.sent_at());
        request.processed().value();
    }
    BOOST_TEST(times.size() < 900U);
}

// A sanitizer has pages of its own for each that is touched.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
BOOST_AUTO_TEST_CASE(with_prefault_the_first_frame_in_each_slot_is_no_page_fault) {
    BOOST_TEST(faults_of_first_writes(*this, true) < 100);
    BOOST_TEST(faults_of_first_writes(*this, false) > 400);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
