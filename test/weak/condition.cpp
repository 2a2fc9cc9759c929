// FutexCondition: somebody waits for a word to change, others change it and ring.
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
} bell;

Kind kind_of(const void* address) {
    return address == static_cast<const void*>(&bell.state) ? Kind::slot_word : Kind::bell;
}

void ring_once() {
    for (std::uint64_t seen = bell.state.load(); !bell.state.compare_exchange(seen, seen + 1);)
        seen = bell.state.load();
    bell.condition.notify_all();
}
/// One thing more, for one of those who wait.
void add_one() {
    for (std::uint64_t seen = bell.state.load(); !bell.state.compare_exchange(seen, seen + 1);)
        seen = bell.state.load();
    bell.condition.notify(1);
}
void put_one_after_another() {
    add_one();
    add_one();
}
void put_two() {
    bell.state.store(2);
    bell.condition.notify(2);
}
void take_one() {
    bell.condition.wait_until(INT64_MAX, [] {
        for (std::uint64_t seen = bell.state.load(); seen != 0;) {
            if (bell.state.compare_exchange(seen, seen - 1)) return true;
            seen = bell.state.load();
        }
        return false;
    });
}
void wait_for_change() {
    bell.condition.wait_until(INT64_MAX, [] { return bell.state.load() != 0; });
}
void wait_for_both() {
    bell.condition.wait_until(INT64_MAX, [] { return bell.state.load() == 2; });
}

std::vector<Trial> trials() {
    return {{Weakening(), false},
            {Weakening("bell: acquire, release", {Kind::bell}, acquire, acq_rel), true},
            {Weakening("notify_all looks with acquire", {Kind::bell}, acquire, seq_cst), true},
            {Weakening("the predicate looks with acquire", {Kind::slot_word}, acquire, seq_cst), true},
            {Weakening("the change is a release", {Kind::slot_word}, seq_cst, acq_rel), true},
            {Weakening("announce is a release", {Kind::bell}, seq_cst, acq_rel), true}};
}

}  // namespace

std::vector<Test> condition_tests() {
    return {
        {{"condition: one waits, one rings", {wait_for_change, ring_once}, kind_of}, trials()},
        {{"condition: one waits, two ring", {wait_for_both, ring_once, ring_once}, kind_of}, {{Weakening(), false}}},
        {{"condition: two wait, one rings", {wait_for_change, wait_for_change, ring_once}, kind_of},
         {{Weakening(), false}}},
        {{"condition: two take one each, of two put one by one", {take_one, take_one, put_one_after_another}, kind_of},
         {{Weakening(), false}}},
        {{"condition: two take one each, of two put at once", {take_one, take_one, put_two}, kind_of}, trials()}};
}

}  // namespace weak
