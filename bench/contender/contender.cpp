#include "contender/contender.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>

namespace bench {

namespace {

constexpr const char* kind_words[] = {"limit", "rival", "handoff"};

Control& map_control(int descriptor) {
    void* page = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (page == MAP_FAILED) throw_errno("cannot map the control page");
    close(descriptor);
    return *static_cast<Control*>(page);
}

void pin_to(int core) {
    Patience::share_cores(core < 0);
    if (core < 0) return;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0) throw_errno("cannot pin to a core");
}

void say(Report& report, std::string_view words, State state) noexcept {
    const std::size_t length = std::min(words.size(), report.words.size() - 1);
    std::memcpy(report.words.data(), words.data(), length);
    report.words[length] = '\0';
    report.state = state;
}

/// Where things lie in the control page, for contenders in other languages.
void print_layout() {
    const auto say_at = [](const char* name, std::size_t at) { std::printf("%s %zu\n", name, at); };
    say_at("size", sizeof(Control));
    say_at("pattern", offsetof(Control, task.pattern));
    say_at("wait", offsetof(Control, task.wait));
    say_at("bytes", offsetof(Control, task.bytes));
    say_at("zero_touch", offsetof(Control, task.zero_touch));
    say_at("givers", offsetof(Control, task.givers));
    say_at("takers", offsetof(Control, task.takers));
    say_at("batch", offsetof(Control, task.batch));
    say_at("slots", offsetof(Control, task.slots));
    say_at("ready", offsetof(Control, ready));
    say_at("go", offsetof(Control, go));
    say_at("stop", offsetof(Control, stop));
    say_at("reports", offsetof(Control, reports));
    say_at("report_size", sizeof(Report));
    say_at("core", offsetof(Report, core));
    say_at("state", offsetof(Report, state));
    say_at("words", offsetof(Report, words));
    say_at("messages", offsetof(Report, messages));
    say_at("header_sum", offsetof(Report, header_sum));
    say_at("sum", offsetof(Report, sum));
    say_at("cpu_ns", offsetof(Report, cpu_ns));
    say_at("sleeps", offsetof(Report, sleeps));
    say_at("times", offsetof(Report, times));
}

}  // namespace

int Contender::run(int argc, char** argv) {
    const std::string_view verb = argc > 1 ? argv[1] : "";
    if (verb == "--describe") return describe(), 0;
    if (verb == "--layout") return print_layout(), 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (verb == "daemon" && daemon_) return daemon_(), 0;
    if (verb != "role" || argc != 4) {
        std::fprintf(stderr, "%s is a part of handoff_bench: start that (handoff_bench --help)\n", argv[0]);
        return 2;
    }
    play(map_control(std::atoi(argv[3])), static_cast<std::uint32_t>(std::atoi(argv[2])));
    return 0;
}

std::string Contender::reason_to_refuse(const Task& task) const {
    if (loops_.count({task.pattern, Side::giver}) == 0) return "has nothing for this work";
    if (task.batch > 1 && !has_batches_) return "has no batches";
    return refusal_ ? refusal_(task) : "";
}

void Contender::play(Control& control, std::uint32_t process) {
    Report& report = control.reports[process];
    try {
        if (const std::string reason = reason_to_refuse(control.task); !reason.empty())
            return say(report, reason, State::refused);
        pin_to(report.core);
        Role role(control, process);
        loops_.at({control.task.pattern, report.side})(role);
        report.state = State::ended;
    } catch (const std::exception& exception) {
        say(report, exception.what(), State::failed);
    }
    control.ready.fetch_add(1);  // the harness looks who it was
    futex_wake(control.ready);
}

void Contender::describe() const {
    std::printf("%s\n%s\n%s\n%s\n", name_.c_str(), kind_words[static_cast<unsigned>(kind_)], configuration_.c_str(),
                daemon_ ? "daemon" : "");
}

}  // namespace bench
