// FutexCondition: a waiter waits for a word to change, others change it and notify.
#include "scenarios.hpp"
#include "sync/futex_condition.hpp"
#include "sync/shared_word.hpp"

namespace weak {

namespace {

using handoff::detail::sync::FutexCondition;
using handoff::detail::sync::SharedWord;

constexpr auto seq_cst = std::memory_order_seq_cst;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto acquire = std::memory_order_acquire;

struct Notify {
    SharedWord state;
    FutexCondition condition;
} shared;

Kind kind_of(const void* address) {
    return address == static_cast<const void*>(&shared.state) ? Kind::slot_word : Kind::condition;
}

void notify_once() {
    for (std::uint64_t seen = shared.state.load(); !shared.state.compare_exchange(seen, seen + 1);)
        seen = shared.state.load();
    shared.condition.notify_all();
}
/// One thing more, for one of the waiters.
void add_one() {
    for (std::uint64_t seen = shared.state.load(); !shared.state.compare_exchange(seen, seen + 1);)
        seen = shared.state.load();
    shared.condition.notify(1);
}
void put_one_after_another() {
    add_one();
    add_one();
}
void put_two() {
    shared.state.store(2);
    shared.condition.notify(2);
}
void take_one() {
    shared.condition.wait_until(INT64_MAX, [] {
        for (std::uint64_t seen = shared.state.load(); seen != 0;) {
            if (shared.state.compare_exchange(seen, seen - 1)) return true;
            seen = shared.state.load();
        }
        return false;
    });
}
void wait_for_change() {
    shared.condition.wait_until(INT64_MAX, [] { return shared.state.load() != 0; });
}
void wait_for_both() {
    shared.condition.wait_until(INT64_MAX, [] { return shared.state.load() == 2; });
}

std::vector<Trial> trials() {
    return {{Weakening(), false},
            {Weakening("condition: acquire, release", {Kind::condition}, acquire, acq_rel), true},
            {Weakening("notify_all looks with acquire", {Kind::condition}, acquire, seq_cst), true},
            {Weakening("the predicate looks with acquire", {Kind::slot_word}, acquire, seq_cst), true},
            {Weakening("the change is a release", {Kind::slot_word}, seq_cst, acq_rel), true},
            {Weakening("announce is a release", {Kind::condition}, seq_cst, acq_rel), true}};
}

}  // namespace

std::vector<Test> condition_tests() {
    return {
        {{"condition: one waits, one notifies", {wait_for_change, notify_once}, kind_of}, trials()},
        {{"condition: one waits, two notify", {wait_for_both, notify_once, notify_once}, kind_of},
         {{Weakening(), false}}},
        {{"condition: two wait, one notifies", {wait_for_change, wait_for_change, notify_once}, kind_of},
         {{Weakening(), false}}},
        {{"condition: two take one each, of two put one by one", {take_one, take_one, put_one_after_another}, kind_of},
         {{Weakening(), false}}},
        {{"condition: two take one each, of two put at once", {take_one, take_one, put_two}, kind_of}, trials()}};
}

}  // namespace weak
