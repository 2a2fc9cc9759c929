// A private world for a child process: its own mounts, limits, user and process ids. The machine itself is not touched.
#pragma once

#include <handoff/handoff.hpp>
#include <handoff/testing.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "platform/refusal.hpp"
#include "process/message.hpp"

namespace handoff::test {

using namespace std::chrono_literals;
using testing::Checkpoints;
using testing::Child;
using testing::run_in_child;
using testing::UniqueName;

/// Long enough for a loaded machine; a test that reaches it has found a hang.
inline const auto soon = testing::scaled(10s);
inline constexpr unsigned nobody = 65'534;

// Preconditions: CTest reports "skipped" and the reason where a facility is missing.
boost::test_tools::assertion_result needs_own_mounts(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result needs_other_users(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result needs_containers(boost::unit_test::test_unit_id);
boost::test_tools::assertion_result needs_own_clocks(boost::unit_test::test_unit_id);

// For the calling process, which must be a child of the test; each throws where the kernel refuses.
/// Private mounts; also as an ordinary user, who becomes root of a user namespace.
void unshare_mounts();
/// A tmpfs with these options (as for mount -o) in the place of `directory`.
void mount_tmpfs(const std::string& directory, const std::string& options);
/// A /proc in which the process is a member of these cgroups.
void pretend_cgroups(const std::string& text);
/// Becomes another user for good, with these groups beside its own.
void become(unsigned uid, const std::vector<unsigned>& groups = {});
/// The soft limit; the hard one stays.
void limit(int resource, unsigned long amount);
/// From now on exactly `count` more descriptors can be opened.
void leave_descriptors(unsigned count);

/// Runs `body` in a process whose CLOCK_MONOTONIC is ahead of ours. Otherwise as start_container().
int start_with_clock_ahead(std::chrono::seconds ahead, const std::function<void()>& body);
/// Runs `body` as process 1 of a PID namespace of its own, in mounts of its own, with the test's /dev/shm. Its own
/// process is `pid` to us. It dies with the process that called this.
int start_container(const std::function<void()>& body);
/// Waits for one of these and checks that all went well there.
void join(int pid);

struct Line {  ///< a channel for the tests of this room
    static constexpr std::uint32_t slots = 4;
    UniqueName name{"world"};
    ChannelShape shape{.slot_count = slots, .payload_bytes = 1'000, .reply_bytes = 100, .participants = 16};

    Sender sender() const { return Sender(name, shape); }
    Receiver receiver() const { return Receiver(name, shape); }
};

inline void send(Sender& sender, std::uint64_t id) {
    Loan loan = sender.loan(soon).value();
    fill(loan.payload(), id);
    sender.send(std::move(loan)).value();
}

/// Answers one request; returns its number.
inline std::uint64_t serve(Receiver& receiver) {
    Request request = receiver.receive(soon).value();
    BOOST_TEST(is_whole(request.payload()));
    const std::uint64_t id = id_of(request.payload());
    fill(request.reply(), id);
    request.processed(request.reply().size()).value();
    return id;
}

/// All slots come free, and several laps of requests and answers work.
inline void check_works(Sender& sender, Receiver& receiver) {
    HANDOFF_CHECK_EVENTUALLY(sender.state().free == sender.info().slot_count);
    for (std::uint64_t id = 1; id <= 3 * sender.info().slot_count; ++id) {
        Loan loan = sender.loan(soon).value();
        fill(loan.payload(), id);
        auto pending = sender.request_async(std::move(loan)).value();
        BOOST_TEST(serve(receiver) == id);
        BOOST_TEST(id_of(pending.wait(soon).value().reply()) == id);
    }
    BOOST_TEST(sender.state().free == sender.info().slot_count);
}

/// A child that sits in the middle of `body`, on a stop_at(), and is then killed with SIGKILL.
inline void kill_in_the_middle(const Child::Function& body) {
    Child child(body);
    child.wait_for("in the middle");
    child.kill();
}

}  // namespace handoff::test
