#include "cli/json.hpp"
#include "cli/units.hpp"
#include "tool/findings.hpp"
#include "tool/format.hpp"
#include "tool/monitor.hpp"
#include "tool/shm_files.hpp"
#include "tool/verbs.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

namespace fs = std::filesystem;
namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

enum class Verdict { good, note, bad };

struct Check {
    std::string subject;
    Verdict verdict;
    std::string what;
    std::string advice;  ///< "" where nothing is to be done
};

constexpr std::uint64_t mebibyte = 1024 * 1024;

std::string first_line_of(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

bool is_container() {
    return fs::exists("/.dockerenv") || fs::exists("/run/.containerenv") || std::getenv("container") != nullptr;
}

std::string amount(std::uint64_t bytes) {
    constexpr std::uint64_t more_than_any_machine = std::uint64_t{1} << 60;  // how version 1 of cgroups says "no limit"
    return bytes >= more_than_any_machine ? "no limit" : format_bytes(bytes);
}

Check check_shared_memory(const inspect::Memory& memory) {
    constexpr std::uint64_t docker_default = 64 * mebibyte;
    const std::string what =
        memory.directory + " has " + amount(memory.total_bytes) + ", " + amount(memory.free_bytes) + " free";
    const std::string enlarge = is_container()
                                    ? "start the container with --shm-size=1g, or share the host's: --ipc=host"
                                    : "`mount -o remount,size=50% " + memory.directory + "`";
    if (memory.free_bytes < memory.total_bytes / 10)
        return {"shared memory", Verdict::bad,
                what + "; " + format_largest(files_by_size(memory.directory), memory.total_bytes - memory.free_bytes),
                "`handoff clean` removes unused segments, other files are for their owners to remove; or " + enlarge};
    if (memory.total_bytes <= docker_default)
        return {"shared memory", Verdict::bad, what + ": little (six megabytes are one picture of 1080p)", enlarge};
    return {"shared memory", Verdict::good, what, ""};
}

Check check_memory(const inspect::Memory& memory) {
    const std::uint64_t least = std::min(memory.ram_available_bytes, memory.cgroup_available_bytes);
    const std::string what =
        amount(memory.ram_available_bytes) + " of RAM available, cgroup: " + amount(memory.cgroup_available_bytes);
    if (least < 256 * mebibyte)
        return {"memory", Verdict::bad, what,
                "segments are RAM: end something, or raise the limit (memory.max, --memory)"};
    return {"memory", Verdict::good, what, ""};
}

Check check_rights(const inspect::Memory& memory) {
    const int file = open(memory.directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    const int error = errno;
    if (file < 0)
        return {
            "rights", Verdict::bad,
            "no file can be made in " + memory.directory + ": " + std::generic_category().message(error),
            error == EACCES ? "`chmod 1777 " + memory.directory + "`" : "it must be a tmpfs that can be written to"};
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_len = 1;
    const bool locks = fcntl(file, F_OFD_SETLK, &range) == 0 && fcntl(file, F_OFD_GETLK, &range) == 0;
    close(file);
    if (!locks)
        return {"rights", Verdict::bad, "locks (F_OFD_SETLK, F_OFD_GETLK) are refused there",
                "allow them in the seccomp profile of the container; Linux has them since 3.15"};
    return {"rights", Verdict::good, "files can be made and locked in " + memory.directory, ""};
}

/// systemd-logind removes a user's IPC objects, /dev/shm among them, at the last logout, unless configured otherwise.
Check check_remove_ipc() {
    if (!fs::exists("/run/systemd/system") || getuid() < 1000)
        return {"RemoveIPC", Verdict::good, "your segments are not removed when you log out", ""};
    std::error_code ignored;
    std::vector<fs::path> files{"/etc/systemd/logind.conf"};
    for (const auto& entry : fs::directory_iterator("/etc/systemd/logind.conf.d", ignored)) files.push_back(entry);
    for (const fs::path& path : files) {
        if (!fs::is_regular_file(path, ignored)) continue;  // a pipe would keep us waiting
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);)
            if (line == "RemoveIPC=no" || line == "RemoveIPC=false")
                return {"RemoveIPC", Verdict::good, "switched off in " + path.string(), ""};
    }
    return {
        "RemoveIPC", Verdict::note, "systemd-logind removes your segments when you log out for the last time",
        "set RemoveIPC=no in /etc/systemd/logind.conf, run the programs as a system user, or `loginctl enable-linger`"};
}

Check check_container() {
    if (!is_container()) return {"container", Verdict::good, "this is no container as far as one can see", ""};
    return {"container", Verdict::note, "this is a container: it sees its own /dev/shm only",
            "to talk with others, share it: --ipc=host, or --ipc=container:NAME, or one volume on /dev/shm"};
}

Check check_clock() {
    const std::string source = first_line_of("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    if (source == "hpet" || source == "acpi_pm" || source == "jiffies")
        return {"clock", Verdict::bad, "the clock source is " + source + ": each look at the clock is a system call",
                "`echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource`, or Timestamps::coarse"};
    return {"clock", Verdict::good, "the clock source is " + (source.empty() ? "not known" : source), ""};
}

Check check_large_pages() {
    const std::string setting = first_line_of("/sys/kernel/mm/transparent_hugepage/shmem_enabled");
    const bool on = setting.find("[always]") != std::string::npos ||
                    setting.find("[within_size]") != std::string::npos || setting.find("[force]") != std::string::npos;
    if (on) return {"large pages", Verdict::good, "shared memory gets large pages: " + setting, ""};
    const inspect::LargePages pages = inspect::large_pages();
    if (setting.find("[deny]") == std::string::npos && pages.can_move)
        return {"large pages", Verdict::good,
                "segments of " + std::to_string(pages.least_bytes >> 20) + " MiB to " +
                    std::to_string(pages.most_bytes_unasked >> 20) +
                    " MiB are moved to large pages when they are created",
                "for larger ones prefault = true of the creator does it; `handoff info` shows the result"};
    return {"large pages", Verdict::good,
            "shared memory has small pages (" + (setting.empty() ? "not known" : setting) +
                "; Linux before 6.1 cannot move it to large ones)",
            "for large frames, prefault = true takes the page faults out of the first round"};
}

Check check_cores() {
    cpu_set_t mine;
    CPU_ZERO(&mine);
    const int cores = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : 0;
    const std::string what = counted(static_cast<std::uint64_t>(cores), "core") + " for this process";
    if (cores == 1)
        return {"cores", Verdict::note, what + ": balanced never spins, and busy would be slower than sleep",
                "give it two, or leave WaitPolicy at balanced"};
    return {"cores", Verdict::good, what + ": balanced spins for a moment before it sleeps", ""};
}

Check check_limits() {
    rlimit size{};
    rlimit files{};
    getrlimit(RLIMIT_FSIZE, &size);
    getrlimit(RLIMIT_NOFILE, &files);
    if (size.rlim_cur != RLIM_INFINITY)
        return {"limits", Verdict::bad, "files may have " + format_bytes(size.rlim_cur) + " at most: segments, too",
                "`ulimit -f unlimited`"};
    return {"limits", files.rlim_cur < 64 ? Verdict::note : Verdict::good,
            std::to_string(files.rlim_cur) + " descriptors; each open handle needs two or three", ""};
}

/// For messages that do not contain a command to type.
std::string advice_for(const std::string& name, const Failure& problem) {
    return problem == Errc::not_a_segment ? ""
                                          : "`handoff rm " + name +
                                                "` if it is not needed. If it is reported to be in use, end the "
                                                "programs that use it, or `handoff rm --force " +
                                                name + "`";
}

void check_segments(std::vector<Check>& checks) {
    const std::size_t before = checks.size();
    const std::vector<Look> looks = Monitor("*").look();  // nothing stays mapped, or the tool would find itself below
    for (const Look& look : looks) {
        const std::string& name = look.file.name;
        if (look.problem && *look.problem == Errc::permission_denied) {  // as it should be, among strangers
            checks.push_back({name, Verdict::note, look.problem->message(), "to look at it, be that user, or root"});
            continue;
        }
        if (look.problem) {
            checks.push_back({name, Verdict::bad, look.problem->message(), advice_for(name, *look.problem)});
            continue;
        }
        for (const Finding& finding : findings(*look.report))
            checks.push_back({name, Verdict::bad, finding.what, finding.advice});
        if (look.report->sync == Sync::boost)
            checks.push_back(
                {name, Verdict::note,
                 "sleeps on Boost's mutex and condition (sync boost): a process that is killed in them can "
                 "make all others hang",
                 "to be safe, create it with sync futex, the default"});
        if (look.report->participants.empty() && look.report->lifetime == Lifetime::until_last_leaves)
            checks.push_back({name, Verdict::note, "no participant is left", "`handoff clean " + name + "`"});
    }
    for (const auto& user : inspect::removed_in_use())
        checks.push_back({user.name, Verdict::bad,
                          user.program + " (pid " + std::to_string(user.pid) +
                              ") uses it, but it was removed from /dev/shm (rm, `handoff rm --force`, or logind)",
                          "end that program and start it again: it meets no new participants"});
    if (checks.size() == before)
        checks.push_back({"segments", Verdict::good, counted(looks.size(), "segment") + ", nothing looks wrong", ""});
}

std::vector<Check> all_checks() {
    const auto memory = inspect::memory();
    std::vector<Check> checks{check_shared_memory(memory),
                              check_memory(memory),
                              check_rights(memory),
                              check_remove_ipc(),
                              check_container(),
                              check_limits(),
                              check_clock(),
                              check_large_pages(),
                              check_cores()};
    checks.push_back({"version", Verdict::good,
                      "this handoff reads and writes layout " + std::to_string(inspect::layout_version()), ""});
    check_segments(checks);
    return checks;
}

const char* word_of(Verdict verdict) {
    return verdict == Verdict::good ? "good" : verdict == Verdict::note ? "note" : "bad";
}

ExitCode run(const Invocation& invocation) {
    const auto checks = all_checks();
    for (const Check& check : checks) {
        if (invocation.arguments.flag("json")) {
            JsonObject object;
            object.add("subject", check.subject).add("verdict", word_of(check.verdict));
            std::cout << object.add("what", check.what).add("advice", check.advice).str() << "\n";
            continue;
        }
        std::cout << "[" << word_of(check.verdict) << "] " << check.subject << ": " << check.what << "\n";
        if (!check.advice.empty()) std::cout << "       -> " << check.advice << "\n";
    }
    const bool bad =
        std::any_of(checks.begin(), checks.end(), [](const Check& c) { return c.verdict == Verdict::bad; });
    return bad ? ExitCode::failed : ExitCode::ok;
}

}  // namespace

const Verb doctor{
    "doctor",
    "",
    0,
    0,
    Operand::none,
    "all checks at once, each with a verdict and what to type",
    "Looks at shared memory, limits, rights, clock, cores, and at every segment. Exit code 1 if something is\n"
    "bad. Segments of other users that you may not read are a note, not an error.",
    add_json_option,
    run};

}  // namespace handoff::apps::tool
