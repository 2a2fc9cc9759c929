// The explorer itself: outcomes that the standard is known to allow, and others that it is known to forbid.
#include "scenarios.hpp"

namespace weak {

namespace {

constexpr auto seq_cst = std::memory_order_seq_cst;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto relaxed = std::memory_order_relaxed;

std::atomic<int> x, y;
int seen[4];

Kind no_kind(const void*) {
    return Kind::hint;  // unordered stores are meant
}
void forget() {
    for (int& value : seen) value = -1;
}
void never(int a, int b, int c = -1, int d = -1) {
    check(!(seen[0] == a && seen[1] == b && seen[2] == c && seen[3] == d), "the outcome is possible");
}

using Threads = std::vector<std::function<void()>>;

/// `possible`: whether the standard allows the outcome that `at_end` forbids.
Test litmus(const char* name, Threads threads, std::function<void()> at_end, bool possible) {
    Scenario scenario{std::string("litmus: ") + name, std::move(threads), no_kind, forget, std::move(at_end)};
    return {scenario, {{Weakening(), possible}}};
}

Test store_buffering(const char* name, std::memory_order store, std::memory_order load, bool possible) {
    return litmus(
        name, {[=] { x.store(1, store), seen[0] = y.load(load); }, [=] { y.store(1, store), seen[1] = x.load(load); }},
        [] { never(0, 0); }, possible);
}
Test message_passing(const char* name, std::memory_order store, std::memory_order load, bool possible) {
    return litmus(
        name,
        {[=] { x.store(1, relaxed), y.store(1, store); }, [=] { seen[0] = y.load(load), seen[1] = x.load(relaxed); }},
        [] { never(1, 0); }, possible);
}
Test independent_reads(const char* name, std::memory_order order, bool possible) {
    const auto store = order == seq_cst ? seq_cst : release;
    return litmus(
        name,
        {[=] { x.store(1, store); }, [=] { y.store(1, store); },
         [=] { seen[0] = x.load(order), seen[1] = y.load(order); },
         [=] { seen[2] = y.load(order), seen[3] = x.load(order); }},
        [] { never(1, 0, 1, 0); }, possible);
}
void fenced_writer() {
    x.store(1, relaxed);
    std::atomic_thread_fence(release);
    y.store(1, relaxed);
}
void fenced_reader() {
    seen[0] = y.load(relaxed);
    std::atomic_thread_fence(acquire);
    seen[1] = x.load(relaxed);
}

}  // namespace

std::vector<Test> litmus_tests() {
    return {
        store_buffering("store buffering, seq_cst", seq_cst, seq_cst, false),
        store_buffering("store buffering, release and acquire", release, acquire, true),
        store_buffering("store buffering, one side acquire", seq_cst, acquire, true),
        message_passing("message passing, release and acquire", release, acquire, false),
        message_passing("message passing, relaxed store", relaxed, acquire, true),
        message_passing("message passing, relaxed load", release, relaxed, true),
        litmus(
            "message passing, fences", {fenced_writer, fenced_reader}, [] { never(1, 0); }, false),
        litmus(
            "coherence of reads",
            {[] { x.store(1, relaxed); }, [] { seen[0] = x.load(relaxed), seen[1] = x.load(relaxed); }},
            [] { never(1, 0); }, false),
        litmus(
            "release sequence through a relaxed exchange",
            {[] { y.store(1, relaxed), x.store(1, release); }, [] { x.fetch_add(1, relaxed); },
             [] { seen[0] = x.load(acquire), seen[1] = y.load(relaxed); }},
            [] { never(2, 0); }, false),
        independent_reads("independent reads, seq_cst", seq_cst, false),
        independent_reads("independent reads, acquire", acquire, true),
        litmus(
            "read to write causality, one acquire chain",
            {[] { x.store(1, relaxed); }, [] { seen[0] = x.load(relaxed), y.store(1, release); },
             [] { seen[1] = y.load(acquire), seen[2] = x.load(relaxed); }},
            [] { never(1, 1, 0); }, false),
        litmus(
            "seq_cst does not order a relaxed access between",  // STLR; STR against LDR; LDAR on Arm
            {[] { x.store(1, seq_cst), y.store(1, relaxed); },
             [] { seen[0] = y.load(relaxed), seen[1] = x.load(seq_cst); }},
            [] { never(1, 0); }, true),
    };
}

}  // namespace weak
