// A seccomp profile that refuses the liveness locks: opening fails with a message, instead of a death going unnoticed.
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include <handoff/inspect.hpp>

#include "world/world.hpp"

namespace refused_locks_test {

using namespace handoff;
using namespace handoff::test;

/// From now on fcntl(`command`) of this process fails with `error`. The low half of an argument comes first: x86-64 and
/// aarch64 are little-endian.
void refuse_fcntl(unsigned command, unsigned error) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args) + sizeof(std::uint64_t)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, command, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{std::size(program), program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        throw std::system_error(errno, std::generic_category(), "seccomp");
}

}  // namespace refused_locks_test

BOOST_FIXTURE_TEST_SUITE(refused_locks_test, Line)

BOOST_AUTO_TEST_CASE(locks_that_are_refused_are_said_when_opening) {
    const Sender sender = this->sender();
    for (const int command : {F_OFD_GETLK, F_OFD_SETLK})
        for (const int error : {EPERM, ENOSYS, EACCES, EINVAL})
            run_in_child([&](Checkpoints&) {
                refuse_fcntl(static_cast<unsigned>(command), static_cast<unsigned>(error));
                const UniqueName other;
                for (const Failure& failure :
                     {refusal_of([&] { this->receiver(); }), refusal_of([&] { Sender(other, shape); })}) {
                    HANDOFF_TEST_CODE(failure, Errc::system);
                    check_message(failure, "F_OFD_SETLK and F_OFD_GETLK", "nobody would notice a death", "seccomp");
                }
            });
}

BOOST_AUTO_TEST_CASE(who_only_looks_needs_no_lock_but_must_be_able_to_ask) {
    const Sender sender = this->sender();
    run_in_child([&](Checkpoints&) {
        refuse_fcntl(F_OFD_SETLK, EPERM);
        BOOST_TEST(inspect::Observer(name.str()).report().participants.size() == 1U);
    });
    run_in_child([&](Checkpoints&) {
        refuse_fcntl(F_OFD_GETLK, EPERM);
        HANDOFF_TEST_CODE(refusal_of([&] { inspect::Observer(name.str()); }), Errc::system);
    });
}

BOOST_AUTO_TEST_SUITE_END()
