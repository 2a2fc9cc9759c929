// Many processes at once, for tests of what is promised to many: forked in a row, released together, counted by a board
// that they share. <handoff/testing.hpp> has more to say of each child, but takes descriptors for each.
#pragma once

#include <handoff/handoff.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <new>
#include <string>

#include "platform/refusal.hpp"
#include "testing/process.hpp"

namespace handoff::test {

using namespace std::chrono_literals;
using testing::UniqueName;

/// Long enough for a loaded machine; a test that reaches it has found a hang.
inline const auto soon = testing::scaled(30s);

/// As many as a channel, and a topic or a latest value, take. A sanitizer costs its time: fewer there.
#ifdef HANDOFF_TEST_FEWER
inline constexpr std::uint32_t most_on_a_channel = 100, most_on_a_topic = 24;
#else
inline constexpr std::uint32_t most_on_a_channel = 1'024, most_on_a_topic = 64;
#endif

/// Memory that forked processes share.
void* map_shared(std::size_t bytes);
void unmap_shared(void* memory, std::size_t bytes) noexcept;

/// Zero at first, shared by the processes that are forked while it lives.
template <class T>
class Shared {
public:
    Shared() : value_(new (map_shared(sizeof(T))) T()) {}
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    ~Shared() { unmap_shared(value_, sizeof(T)); }
    T* operator->() const noexcept { return value_; }
    T& operator*() const noexcept { return *value_; }

private:
    T* value_;
};

/// Closed at first. A process that waits costs nothing and needs nothing of handoff.
class Gate {
public:
    Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate();
    /// Of the test: lets each child through, once.
    void open();
    /// Of a child.
    void wait() const noexcept;

private:
    int ends_[2] = {-1, -1};
};

/// What the children of a Crowd have to say.
struct Roll {
    std::atomic<std::uint32_t> attached{0};
    std::atomic<std::uint32_t> failures{0};
    std::array<char, 300> words{};  ///< of the first failure
};

class Crowd {
public:
    /// What the child with this number does; it marks the roll when it is attached. An exception ends the child, and
    /// fails the test that waits for it.
    using Life = std::function<void(Roll&, std::uint32_t)>;

    Crowd(std::uint32_t count, const Life& life);
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    /// Waits until all are attached, or ends the test with the message of the child that failed.
    void wait_until_attached();
    /// Waits for this, or ends the test with the message of the child that failed, or with this one.
    void wait_for(const std::function<bool()>& condition, const std::string& what) const;
    /// SIGKILL, wherever it is.
    void kill(std::uint32_t number) { children_[number].kill(); }
    bool was_killed(std::uint32_t number) const noexcept { return children_[number].was_killed_by_us(); }
    /// Waits until those that were not killed have ended by themselves, and well.
    void wait_until_ended();
    std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(children_.size()); }

private:
    Shared<Roll> roll_;
    std::deque<detail::testing::Process> children_;
};

/// Preconditions: CTest reports "skipped" with the limit that is in the way.
boost::test_tools::assertion_result has_room_for_processes(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result has_descriptors(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result has_room_for_segments(boost::unit_test::test_unit_id);

/// Raises the limit of descriptors of this process as far as it goes.
void take_all_descriptors() noexcept;

}  // namespace handoff::test
