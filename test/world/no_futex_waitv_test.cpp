// A kernel before Linux 5.16, or a container that forbids futex_waitv: waits on several words poll, and lose nothing.
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <stop_token>
#include <system_error>
#include <thread>

#include <handoff/wait_any.hpp>

#include "platform/asleep.hpp"
#include "world/world.hpp"

namespace no_futex_waitv_test {

using namespace handoff;
using namespace handoff::test;

constexpr unsigned futex_waitv = 449;

/// From now on the system call of this process, in all its threads, fails with `error`.
void refuse_futex_waitv(unsigned error) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, futex_waitv, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{std::size(program), program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        throw std::system_error(errno, std::generic_category(), "seccomp");
    if (syscall(futex_waitv, nullptr, 0, 0, nullptr, 0) == 0 || errno != static_cast<int>(error))
        throw std::runtime_error("futex_waitv is not refused");
}

bool becomes_readable(int descriptor) {
    pollfd wanted{descriptor, POLLIN, 0};
    return poll(&wanted, 1, 20'000) == 1;
}

}  // namespace no_futex_waitv_test

BOOST_FIXTURE_TEST_SUITE(no_futex_waitv_test, Line)

BOOST_AUTO_TEST_CASE(waits_are_stopped_and_woken_and_descriptors_become_readable) {
    for (const unsigned error : {ENOSYS, EPERM})
        run_in_child([&](Checkpoints&) {
            refuse_futex_waitv(error);
            Sender sender = this->sender();
            Receiver receiver = this->receiver();
            const auto main_thread = gettid();
            std::stop_source source;
            std::jthread stopper([&] {
                while (!is_asleep(main_thread)) std::this_thread::yield();
                source.request_stop();
            });
            const auto stopped = receiver.receive(source.get_token());
            BOOST_TEST_REQUIRE(!stopped.has_value());
            BOOST_TEST((stopped.error() == Errc::stopped));
            stopper.join();

            const std::stop_source never;
            const int descriptor = receiver.descriptor();
            for (int round = 0; round < 3; ++round) {
                std::jthread sending([&] { sender.send(sender.try_loan().value()).value(); });
                if (round == 0) BOOST_TEST(wait_any({receiver.waitable()}, never.get_token()).value() == 0U);
                if (round == 1) BOOST_TEST(becomes_readable(descriptor));
                receiver.receive(never.get_token()).value().processed().value();
            }
        });
}

BOOST_AUTO_TEST_SUITE_END()
