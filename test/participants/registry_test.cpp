// Joining, leaving, and the description of participants. Deaths: reap_test.cpp.
#include "participants/registry.hpp"

#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <unistd.h>

#include "participants/fixture.hpp"
#include "platform/clock.hpp"
#include "platform/process.hpp"
#include "platform/refusal.hpp"

namespace registry_test {

using namespace handoff::test;
using handoff::Errc;
using handoff::detail::participants::EntryWord;
using handoff::detail::participants::ParticipantEntry;
using handoff::detail::participants::Role;

/// Puts raw bytes where a participant's name is kept.
void set_program(ParticipantEntry& entry, const std::string& bytes) {
    char name[sizeof entry.program] = {};
    bytes.copy(name, sizeof name);
    for (std::size_t i = 0; i < entry.program.size(); ++i) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, name + 8 * i, sizeof eight);
        entry.program[i].store(eight);
    }
}

}  // namespace registry_test

BOOST_FIXTURE_TEST_SUITE(registry_test, Meeting)

BOOST_AUTO_TEST_CASE(a_full_table_is_refused_with_its_size_and_advice) {
    std::vector<std::unique_ptr<Observer>> observers;
    for (std::uint32_t i = 0; i < places; ++i) {
        observers.push_back(std::make_unique<Observer>(*this));
        observers.back()->registry.join(i % 2 == 0 ? Role::sender : Role::receiver);
    }
    Observer late(*this);
    const auto failure = refusal_of([&] { late.registry.join(Role::sender); });
    HANDOFF_TEST_CODE(failure, Errc::too_many_participants);
    check_message(failure, "all 4 places", "End one of them", "more participants");
    observers[2]->registry.leave();
    late.registry.join(Role::sender);
    BOOST_TEST(late.registry.me() == 2u);
}

BOOST_AUTO_TEST_CASE(leaving_without_having_joined_and_leaving_twice_do_nothing) {
    Observer observer(*this);
    observer.registry.leave();
    BOOST_TEST(table->on_departure == 0);
    observer.registry.join(Role::sender);
    observer.registry.leave();
    observer.registry.leave();
    BOOST_TEST(table->on_departure == 1);
    BOOST_TEST(table->recovered[0] == 1);
}

BOOST_AUTO_TEST_CASE(whoever_joins_is_known_with_role_and_process) {
    Observer observer(*this);
    const auto before = handoff::detail::platform::now_ns();
    observer.registry.join(Role::receiver);
    BOOST_TEST(word(0).active);
    BOOST_TEST((word(0).role == Role::receiver));
    const auto self = handoff::detail::platform::this_process();
    const ParticipantEntry& entry = observer.registry.entry(0);
    BOOST_TEST(entry.pid == self.pid);
    BOOST_TEST(entry.uid == self.uid);
    BOOST_TEST(entry.process_start_time == self.start_time);
    BOOST_TEST(entry.joined_ns >= before);
    BOOST_TEST(entry.joined_ns <= handoff::detail::platform::now_ns());
    BOOST_TEST(observer.registry.describe(0) == self.program.substr(0, 31) + " (pid " + std::to_string(getpid()) + ")");
}

BOOST_AUTO_TEST_CASE(whoever_leaves_gives_back_first_and_then_the_place) {
    int in_recovery = 0;
    Observer observer(*this, [&](std::uint32_t index, Role role) {
        ++in_recovery;
        BOOST_TEST(index == 0u);
        BOOST_TEST((role == Role::sender));
    });
    observer.registry.join(Role::sender);
    BOOST_TEST(in_recovery == 0);
    observer.registry.leave();
    BOOST_TEST(in_recovery == 1);
    BOOST_TEST(!word(0).active);
    BOOST_TEST((word(0).role == Role::none));
    BOOST_TEST(table->on_departure == 1);
    BOOST_TEST(table->out_of_order == 0);
    Observer other(*this);
    other.registry.join(Role::receiver);
    BOOST_TEST(other.registry.me() == 0u);
}

BOOST_AUTO_TEST_CASE(no_id_is_used_twice_and_every_id_leads_to_its_place) {
    constexpr int joins = 500;
    std::set<std::uint64_t> ids;
    Observer first(*this);
    Observer second(*this);
    for (int i = 0; i < joins; ++i) {
        const std::uint32_t generation = word(0).generation;
        first.registry.join(Role::sender);
        second.registry.join(Role::sender);
        BOOST_TEST(word(0).generation == generation + 1);
        for (auto* registry : {&first.registry, &second.registry}) {
            ids.insert(registry->my_id());
            BOOST_TEST(handoff::detail::participants::index_of(registry->my_id()) == registry->me());
        }
        first.registry.leave();
        second.registry.leave();
        BOOST_TEST(word(0).generation == generation + 1);
    }
    BOOST_TEST(ids.size() == 2u * joins);
}

BOOST_AUTO_TEST_CASE(a_newcomer_begins_to_count_at_zero) {
    Observer observer(*this);
    auto& counters = table->entries[0].counters;
    for (auto* counter : {&counters.messages, &counters.bytes, &counters.finished, &counters.failed, &counters.returned,
                          &counters.timeouts})
        counter->set(99);
    observer.registry.join(Role::sender);
    for (auto* counter : {&counters.messages, &counters.bytes, &counters.finished, &counters.failed, &counters.returned,
                          &counters.timeouts})
        BOOST_TEST(counter->load() == 0u);
}

BOOST_AUTO_TEST_CASE(participants_are_counted_by_role) {
    Observer sender(*this);
    Observer receiver(*this);
    Observer second_receiver(*this);
    const auto& registry = sender.registry;
    BOOST_TEST(registry.active(Role::sender) == 0u);
    BOOST_TEST(!registry.has_living(Role::sender));
    sender.registry.join(Role::sender);
    BOOST_TEST(registry.has_living(Role::sender));
    BOOST_TEST(!registry.has_living(Role::receiver));
    receiver.registry.join(Role::receiver);
    second_receiver.registry.join(Role::receiver);
    BOOST_TEST(registry.active(Role::sender) == 1u);
    BOOST_TEST(registry.active(Role::receiver) == 2u);
    BOOST_TEST(registry.has_living(Role::receiver));
    receiver.registry.leave();
    second_receiver.registry.leave();
    BOOST_TEST(registry.active(Role::receiver) == 0u);
    BOOST_TEST(!registry.has_living(Role::receiver));
}

BOOST_AUTO_TEST_CASE(where_nothing_sensible_is_known_the_number_is_said) {
    Observer observer(*this);
    BOOST_TEST(observer.registry.describe(3) == "participant 3");
    BOOST_TEST(observer.registry.describe(places) == "participant 4");
    BOOST_TEST(observer.registry.describe(UINT32_MAX) == "participant 4294967295");
}

BOOST_AUTO_TEST_CASE(hostile_bytes_in_a_name_are_not_printed) {
    Observer observer(*this);
    ParticipantEntry& entry = table->entries[1];
    entry.pid = 7;
    set_program(entry, "\x1b[31mred\n\t\x7f\xff\xc3\xa4 ok~");
    BOOST_TEST(observer.registry.describe(1) == "?[31mred????\xc3\xa4 ok~ (pid 7)");
    set_program(entry, std::string(32, 'x'));  // no NUL at the end
    BOOST_TEST(observer.registry.describe(1) == std::string(32, 'x') + " (pid 7)");
}

BOOST_AUTO_TEST_CASE(a_word_of_the_table_keeps_every_field) {
    for (const std::uint32_t generation : {0U, 1U, 0x80000000U, UINT32_MAX})
        for (const Role role : {Role::none, Role::sender, Role::receiver, Role{255}})
            for (const bool active : {false, true}) {
                const EntryWord decoded = EntryWord::decode(EntryWord{generation, role, active, !active}.encode());
                BOOST_TEST(decoded.recovering == !active);
                BOOST_TEST(decoded.generation == generation);
                BOOST_TEST((decoded.role == role));
                BOOST_TEST(decoded.active == active);
            }
}

BOOST_AUTO_TEST_SUITE_END()
