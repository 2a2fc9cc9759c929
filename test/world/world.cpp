#include "world.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace handoff::test {

using boost::test_tools::assertion_result;

namespace {

void must(int outcome, const std::string& what) {
    if (outcome != 0) throw std::system_error(errno, std::generic_category(), what);
}

int status_of(pid_t pid) {
    int status = 1;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) {
    }
    return status;
}

/// Forks; the child dies with us, and reports what went wrong.
pid_t start(const std::function<void()>& body) {
    const pid_t pid = fork();
    must(pid == -1, "fork");
    if (pid != 0) return pid;
    try {
        must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
        body();
    } catch (const std::exception& failure) {
        BOOST_ERROR(failure.what());
        _exit(1);
    }
    _exit(0);
}

/// Whether that works in a process of its own.
assertion_result works(const char* need, void (*attempt)()) {
    const pid_t pid = fork();
    if (pid == 0) {
        try {
            attempt();
            _exit(0);
        } catch (const std::exception&) {
            _exit(1);
        }
    }
    assertion_result result(status_of(pid) == 0);
    result.message() << "skipped: needs " << need;
    return result;
}

void write_to(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    if (!(file << text << std::flush)) throw std::system_error(errno, std::generic_category(), "writing " + path);
}

}  // namespace

assertion_result needs_own_mounts(boost::unit_test::test_unit_id) {
    return works("a mount namespace (root, or user namespaces)", [] {
        unshare_mounts();
        mount_tmpfs("/dev/shm", "size=1m");
    });
}
assertion_result needs_other_users(boost::unit_test::test_unit_id) {
    return works("root, to become other users", [] { become(nobody); });
}
assertion_result needs_containers(boost::unit_test::test_unit_id) {
    return works("PID and mount namespaces", [] {
        if (status_of(start_container([] {})) != 0) throw std::runtime_error("no");
    });
}
assertion_result needs_own_clocks(boost::unit_test::test_unit_id) {
    return works("a time namespace (Linux 5.6, root)", [] {
        if (status_of(start_with_clock_ahead(1s, [] {})) != 0) throw std::runtime_error("no");
    });
}

void unshare_mounts() {
    if (const uid_t uid = geteuid(); uid != 0) {
        const gid_t gid = getegid();
        must(unshare(CLONE_NEWUSER), "a user namespace");
        write_to("/proc/self/setgroups", "deny");
        write_to("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
        write_to("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
    }
    must(unshare(CLONE_NEWNS), "a mount namespace");
    must(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "making mounts private");
}

void mount_tmpfs(const std::string& directory, const std::string& options) {
    must(mount("tmpfs", directory.c_str(), "tmpfs", 0, options.c_str()), "mounting a tmpfs on " + directory);
}

void pretend_cgroups(const std::string& text) {
    // Nothing can be mounted over a file of /proc/self, so a /proc of our own leads to the real one for everything
    // else.
    mount_tmpfs("/mnt", "size=1m");
    std::filesystem::create_directory("/mnt/proc");
    must(mount("/proc", "/mnt/proc", nullptr, MS_BIND | MS_REC, nullptr), "binding /proc");
    mount_tmpfs("/proc", "size=1m");
    std::filesystem::create_directory("/proc/self");
    std::filesystem::create_symlink("/mnt/proc/self/fd", "/proc/self/fd");
    std::filesystem::create_symlink("/mnt/proc/meminfo", "/proc/meminfo");
    write_to("/proc/self/cgroup", text);
}

void become(unsigned uid, const std::vector<unsigned>& groups) {
    const std::vector<gid_t> all(groups.begin(), groups.end());
    must(setgroups(all.size(), all.data()), "setgroups");
    must(setresgid(uid, uid, uid), "setresgid");
    must(setresuid(uid, uid, uid), "setresuid");
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");  // forgotten by the change
    must(prctl(PR_SET_DUMPABLE, 1), "prctl");         // else /proc/self is root's
}

void limit(int resource, unsigned long amount) {
    rlimit both{};
    must(getrlimit(static_cast<__rlimit_resource>(resource), &both), "getrlimit");
    both.rlim_cur = amount;
    must(setrlimit(static_cast<__rlimit_resource>(resource), &both), "setrlimit");
}

void leave_descriptors(unsigned count) {
    int first_refused = 0;
    for (unsigned free = 0;; ++first_refused) {
        if (fcntl(first_refused, F_GETFD) != -1) continue;
        if (free++ == count) break;
    }
    limit(RLIMIT_NOFILE, static_cast<unsigned long>(first_refused));
}

int start_container(const std::function<void()>& body) {
    unshare_mounts();
    must(unshare(CLONE_NEWPID), "a PID namespace");
    return start([&] {
        if (getpid() != 1) throw std::runtime_error("not process 1");
        must(mount("proc", "/proc", "proc", 0, nullptr), "mounting /proc");
        body();
    });
}

int start_with_clock_ahead(std::chrono::seconds ahead, const std::function<void()>& body) {
    must(unshare(CLONE_NEWTIME), "a time namespace");
    write_to("/proc/self/timens_offsets", "monotonic " + std::to_string(ahead.count()) + " 0");
    return start(body);
}

void join(int pid) {
    BOOST_TEST(status_of(pid) == 0);
}

}  // namespace handoff::test
