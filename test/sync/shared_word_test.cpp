#include "sync/shared_word.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <thread>
#include <vector>

#include "platform/shared_anonymous.hpp"

namespace shared_word_test {

using handoff::detail::sync::SharedWord;

void count_by_exchange(SharedWord& word, int times) {
    while (times > 0) {
        const std::uint64_t seen = word.load();
        if (word.compare_exchange(seen, seen + 1)) --times;
    }
}

}  // namespace shared_word_test

BOOST_AUTO_TEST_SUITE(shared_word_test)

BOOST_AUTO_TEST_CASE(an_exchange_with_the_wrong_expectation_is_refused_and_changes_nothing) {
    SharedWord word(7);
    BOOST_TEST(!word.compare_exchange(8, 9));
    BOOST_TEST(word.load() == 7u);
    BOOST_TEST(word.compare_exchange(7, UINT64_MAX));
    BOOST_TEST(word.load() == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(a_new_word_is_zero_and_holds_what_was_stored) {
    SharedWord word;
    BOOST_TEST(word.load() == 0u);
    word.store(UINT64_MAX);
    BOOST_TEST(word.load() == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(adding_tells_what_was_there_before_and_wraps) {
    SharedWord word(5);
    BOOST_TEST(word.add(3) == 5u);
    BOOST_TEST(word.load() == 8u);
    BOOST_TEST(word.add(UINT64_MAX) == 8u);
    BOOST_TEST(word.load() == 7u);
}

BOOST_AUTO_TEST_CASE(no_exchange_of_two_threads_is_lost) {
    constexpr int each = 50'000;
    SharedWord word;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { count_by_exchange(word, each); });
    threads.clear();
    BOOST_TEST(word.load() == 3u * each);
}

BOOST_AUTO_TEST_CASE(no_exchange_of_two_processes_is_lost) {
    constexpr int each = 50'000;
    handoff::test::SharedAnonymous<SharedWord> word;
    handoff::testing::Child other([&](handoff::testing::Checkpoints&) { count_by_exchange(*word, each); });
    count_by_exchange(*word, each);
    other.wait();
    BOOST_TEST(word->load() == 2u * each);
}

BOOST_AUTO_TEST_CASE(whoever_reads_a_value_sees_what_its_writer_did_before) {
    constexpr std::uint64_t rounds = 20'000;
    struct Message {
        std::uint64_t payload[8] = {};
        SharedWord ready;
        SharedWord taken;
    };
    handoff::test::SharedAnonymous<Message> message;
    handoff::testing::Child writer([&](handoff::testing::Checkpoints&) {
        for (std::uint64_t round = 1; round <= rounds; ++round) {
            for (auto& part : message->payload) part = round;
            message->ready.store(round);
            while (message->taken.load() != round) std::this_thread::yield();
        }
    });
    std::uint64_t torn = 0;
    for (std::uint64_t round = 1; round <= rounds; ++round) {
        while (message->ready.load() != round) std::this_thread::yield();
        for (const auto& part : message->payload)
            if (part != round) ++torn;
        message->taken.store(round);
    }
    BOOST_TEST(torn == 0u);
    writer.wait();
}

BOOST_AUTO_TEST_SUITE_END()
