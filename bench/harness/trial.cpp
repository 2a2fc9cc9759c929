#include "harness/trial.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <stdexcept>

#include "contender/message.hpp"
#include "contender/one_way.hpp"
#include "contender/os.hpp"
#include "harness/leftovers.hpp"
#include "harness/processes.hpp"

namespace bench {

namespace {

constexpr double ns_per_s = 1e9;

/// The control page, shared by inheritance of a descriptor.
class ControlPage {
public:
    ControlPage() : descriptor_(memfd_create("handoff_bench", 0)) {
        if (descriptor_ < 0 || ftruncate(descriptor_, sizeof(Control)) != 0)
            throw_errno("no memory for the control page");
        void* page = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
        if (page == MAP_FAILED) throw_errno("cannot map the control page");
        control_ = new (page) Control;
    }
    ControlPage(const ControlPage&) = delete;
    ControlPage& operator=(const ControlPage&) = delete;
    ~ControlPage() {
        munmap(control_, sizeof(Control));
        close(descriptor_);
    }
    Control& operator*() const noexcept { return *control_; }
    std::string descriptor() const { return std::to_string(descriptor_); }

private:
    int descriptor_;
    Control* control_ = nullptr;
};

std::vector<int> usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) throw_errno("cannot tell the cores");
    std::vector<int> cores;
    for (int core = 0; core < CPU_SETSIZE; ++core)
        if (CPU_ISSET(core, &set)) cores.push_back(core);
    return cores;
}

Task named(const Task& task) {
    Task result = task;
    const std::string name = trial_name();
    const std::string directory = scratch_directory() + "/" + name;
    if (directory.size() >= result.directory_text.size())
        throw std::runtime_error("the path is too long: " + directory);
    name.copy(result.name_text.data(), name.size());
    directory.copy(result.directory_text.data(), directory.size());
    return result;
}

class Trial {
public:
    Trial(const Entrant& entrant, const Task& task, const TrialOptions& options)
        : entrant_(entrant), options_(options), leftovers_(task.name(), task.directory()), control_(*page_) {
        control_.task = task;
        control_.processes = task.givers + task.takers;
        if (control_.processes > Control::max_processes) throw std::invalid_argument("too many processes");
        const std::vector<int> cores = usable_cores();
        for (std::uint32_t at = 0; at < control_.processes; ++at) {
            control_.reports[at].side = at < task.givers ? Side::giver : Side::taker;
            if (control_.processes <= cores.size()) control_.reports[at].core = cores[at];
        }
    }

    Outcome run(double seconds) {
        begin_ns_ = now_ns();
        for (std::uint32_t at = 0; at < control_.processes; ++at)
            processes_.start({entrant_.program, "role", std::to_string(at), page_.descriptor()});
        if (task().pattern != Pattern::start) {
            if (!wait_until_ready()) return not_measured();
            control_.begin_ns = now_ns();
            control_.go = 1;
            futex_wake(control_.go);
            measure(seconds);
            control_.stop = 1;
        }
        if (!wait_until_ended()) return not_measured();
        processes_.kill_all();  // those that were stopped
        return evaluated();
    }

private:
    const Task& task() const noexcept { return control_.task; }

    /// True unless a process has refused, failed or died.
    bool all_is_well() {
        const std::string bad = processes_.reap();
        for (std::uint32_t at = 0; at < control_.processes; ++at) {
            const State state = control_.reports[at].state;
            if (state != State::refused && state != State::failed) continue;
            words_ = control_.reports[at].words.data();
            was_refused_ = state == State::refused;
            return false;
        }
        words_ = bad;
        return bad.empty();
    }
    bool wait_until_ready() {
        const std::int64_t end_ns = now_ns() + static_cast<std::int64_t>(options_.start_s * ns_per_s);
        for (;;) {
            const std::uint32_t ready = control_.ready;
            if (!all_is_well()) return false;
            if (ready >= control_.processes) return true;
            if (now_ns() > end_ns) return words_ = "the two sides did not find each other", false;
            futex_wait(control_.ready, ready, 5'000'000);
        }
    }
    bool wait_until_ended() {
        const std::int64_t end_ns = now_ns() + static_cast<std::int64_t>(options_.end_s * ns_per_s);
        while (processes_.running() > task().stopped) {
            if (!all_is_well()) return false;
            if (now_ns() > end_ns)
                return words_ = "did not come to an end: messages were lost, or somebody hangs", false;
            sleep_ns(200'000);
        }
        return all_is_well();
    }

    /// How many messages the takers have got so far, by the pattern's way of counting.
    double taken() const {
        double sum = 0;
        for (std::uint32_t at = task().givers; at < control_.processes - task().stopped; ++at)
            sum += static_cast<double>(control_.reports[at].messages.load(std::memory_order_relaxed));
        const bool each_gets_all = task().pattern == Pattern::broadcast;
        return each_gets_all ? sum / static_cast<double>(task().takers - task().stopped) : sum;
    }
    void measure(double seconds) {
        const auto pause = [](double length_s) { sleep_ns(static_cast<std::int64_t>(length_s * ns_per_s)); };
        if (task().pattern == Pattern::round_trip) return pause(seconds + 0.01);
        if (task().pattern == Pattern::open_loop) return pause(seconds + open_loop_lead_ns / ns_per_s);
        warm_up(std::min(0.2 * seconds, 0.05));
        const double before = taken(), written_before = written();
        const std::int64_t from_ns = now_ns();
        constexpr double least_messages = 20, most_times_longer = 20;
        double after = 0, elapsed_s = 0;
        do {
            pause(seconds);
            after = taken();
            elapsed_s = static_cast<double>(now_ns() - from_ns) / ns_per_s;
        } while (after - before < least_messages && elapsed_s < most_times_longer * seconds);
        rate_ = (after - before) / elapsed_s;
        write_rate_ = (written() - written_before) / elapsed_s;
    }
    /// Until every slot was used twice: the first use of a page costs far more than a message.
    void warm_up(double least_s) {
        constexpr std::int64_t most_ns = 5'000'000'000, look_ns = 1'000'000;
        const std::int64_t begin_ns = now_ns();
        sleep_ns(static_cast<std::int64_t>(least_s * ns_per_s));
        while (taken() < 2.0 * task().slots && now_ns() - begin_ns < most_ns) sleep_ns(look_ns);
    }
    double written() const { return static_cast<double>(control_.reports[0].messages.load(std::memory_order_relaxed)); }

    Outcome not_measured() {
        Outcome outcome;
        outcome.kind = was_refused_ ? Outcome::Kind::refused : Outcome::Kind::failed;
        outcome.words = words_;
        return outcome;
    }

    /// Empty, or in what the sums of the two sides differ.
    std::string disagreement() const {
        std::uint64_t sent = 0, got = 0, sent_headers = 0, got_headers = 0, sum = 0;
        if (task().pattern == Pattern::latest)
            return control_.reports[1].torn == 0 ? "" : "values were torn: " + std::to_string(control_.reports[1].torn);
        const std::uint32_t copies = task().pattern == Pattern::broadcast ? task().takers - task().stopped : 1;
        for (std::uint32_t at = 0; at < control_.processes - task().stopped; ++at) {
            const Report& report = control_.reports[at];
            const bool is_giver = report.side == Side::giver;
            (is_giver ? sent : got) += report.messages * (is_giver ? copies : 1);
            (is_giver ? sent_headers : got_headers) += report.header_sum * (is_giver ? copies : 1);
            if (!is_giver) sum += report.sum;
        }
        const auto body = body_of(task().zero_touch != 0 ? header_bytes : task().bytes);
        if (got != sent) return "sent " + std::to_string(sent) + " messages, received " + std::to_string(got);
        if (got_headers != sent_headers) return "a message was received twice, and another was lost";
        if (sum != got * sum_of_words(body.data(), body.size()) + got_headers) return "messages arrived damaged";
        return "";
    }

    Outcome evaluated() {
        Outcome outcome;
        outcome.words = disagreement();
        if (!outcome.words.empty()) return outcome;
        outcome.kind = Outcome::Kind::measured;
        double cpu_ns = 0, taker_cpu_ns = 0, sleeps = 0;
        for (std::uint32_t at = 0; at < control_.processes; ++at) {
            const Report& report = control_.reports[at];
            outcome.times.add(report.times);
            cpu_ns += static_cast<double>(report.cpu_ns);
            if (report.side == Side::taker) taker_cpu_ns += static_cast<double>(report.cpu_ns);
            sleeps += static_cast<double>(report.sleeps);
        }
        outcome.messages = static_cast<std::uint64_t>(taken());
        const double messages = std::max(1.0, taken());
        outcome.cpu_ns = cpu_ns / messages;
        outcome.taker_cpu_ns = taker_cpu_ns / messages;
        outcome.sleeps = sleeps / messages;
        outcome.writes = write_rate_;
        if (task().pattern == Pattern::start)
            outcome.figure = static_cast<double>(control_.reports[1].first_ns - begin_ns_);
        else if (task().pattern == Pattern::round_trip || task().pattern == Pattern::open_loop)
            outcome.figure = static_cast<double>(outcome.times.percentile(50)) / 1000;
        else
            outcome.figure = rate_;
        return outcome;
    }

    const Entrant& entrant_;
    TrialOptions options_;
    Leftovers leftovers_;
    ControlPage page_;
    Control& control_;
    Processes processes_;
    std::int64_t begin_ns_ = 0;
    double rate_ = 0;
    double write_rate_ = 0;
    std::string words_;
    bool was_refused_ = false;
};

/// Made on first use, removed at exit.
class Scratch {
public:
    Scratch() : path_((std::filesystem::temp_directory_path() / "handoff-bench-XXXXXX").string()) {
        if (mkdtemp(path_.data()) == nullptr) throw_errno("cannot make " + path_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

}  // namespace

std::string scratch_directory() {
    static const Scratch scratch;
    return scratch.path();
}

Outcome run_trial(const Entrant& entrant, const Task& task, double seconds, const TrialOptions& options) {
    Trial trial(entrant, named(task), options);
    return trial.run(seconds);
}

}  // namespace bench
