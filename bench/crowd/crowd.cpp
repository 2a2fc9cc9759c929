#include "crowd/crowd.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <ctime>
#include <new>

#include "contender/os.hpp"
#include "harness/interrupt.hpp"
#include "testing/process_room.hpp"

namespace bench::crowd {

void Board::arrive() noexcept {
    attached.fetch_add(1);
    while (go.load() == 0) futex_wait(go, 0);
}

SharedBoard::SharedBoard() {
    void* page = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw_errno("no memory for the board of a trial");
    board_ = new (page) Board;
}

SharedBoard::~SharedBoard() {
    munmap(board_, sizeof(Board));
}

void SharedBoard::let_go() noexcept {
    board_->go.store(1);
    futex_wake(board_->go);
}

void SharedBoard::check() const {
    check_interrupts();
    if (board_->failures.load() >= 2) throw TrialFailed(board_->words.data());
}

void SharedBoard::wait_for(const std::function<bool()>& condition, double seconds,
                           const std::function<std::string()>& what) const {
    constexpr std::int64_t look_ns = 1'000'000;
    const std::int64_t deadline_ns = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    for (; !condition(); sleep_ns(look_ns)) {
        check();
        if (now_ns() > deadline_ns) throw TrialFailed(what());
    }
    check();
}

void SharedBoard::watch_for(double seconds) const {
    constexpr std::int64_t look_ns = 100'000'000;
    const std::int64_t end_ns = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    for (std::int64_t left_ns = end_ns - now_ns(); left_ns > 0; left_ns = end_ns - now_ns()) {
        sleep_ns(std::min(left_ns, look_ns));
        check();
    }
}

namespace {

void say(Board& board, const char* words) noexcept {
    std::uint32_t none = 0;
    if (!board.failures.compare_exchange_strong(none, 1)) return;
    std::strncpy(board.words.data(), words, board.words.size() - 1);
    board.failures.store(2);
}

[[noreturn]] void live(SharedBoard& board, std::uint32_t number, const Crowd::Life& life, pid_t parent) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);                                                // it died before the line above
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);  // the parent ends us
    try {
        life(*board, number);
        _exit(0);
    } catch (const std::exception& exception) {
        say(*board, exception.what());
    }
    _exit(1);
}

}  // namespace

Crowd::Crowd(SharedBoard& board, std::uint32_t count, const Life& life) {
    const pid_t parent = getpid();
    pids_.reserve(count);
    for (std::uint32_t number = 0; number < count; ++number) {
        const pid_t pid = fork();
        if (pid == 0) live(board, number, life, parent);
        if (pid > 0) {
            pids_.push_back(pid);
            continue;
        }
        const std::string why = std::strerror(errno);
        kill_all();
        throw TrialFailed("process " + std::to_string(number + 1) + " of " + std::to_string(count) +
                          " could not be started: " + why);
    }
}

Crowd::~Crowd() {
    kill_all();
}

void Crowd::kill_all() noexcept {
    for (const pid_t pid : pids_) kill(pid, SIGKILL);
    for (const pid_t pid : pids_) waitpid(pid, nullptr, 0);
    pids_.clear();
}

double Crowd::cpu_s() const {
    double sum = 0;
    for (const pid_t pid : pids_) {
        clockid_t clock{};
        timespec time{};
        if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
            throw TrialFailed("a process has ended before its time");
        sum += static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
    }
    return sum;
}

std::string why_too_many(std::uint32_t processes, std::uint32_t descriptors) {
    constexpr std::uint64_t bytes_each = 4 << 20;
    const handoff::detail::testing::ProcessRoom room = handoff::detail::testing::room_for_processes(bytes_each);
    if (processes > room.processes)
        return "needs " + std::to_string(processes) + " processes; " + room.limit + " leaves " +
               std::to_string(room.processes);
    constexpr std::uint32_t own_descriptors = 32;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < descriptors + own_descriptors)
        return "needs " + std::to_string(descriptors + own_descriptors) +
               " descriptors in one process; ulimit -n leaves " + std::to_string(limit.rlim_cur);
    return "";
}

}  // namespace bench::crowd
