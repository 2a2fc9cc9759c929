#include "harness/daemons.hpp"

#include <sys/wait.h>

#include <csignal>

#include "contender/os.hpp"
#include "harness/processes.hpp"

namespace bench {

std::string Daemons::ensure(const Entrant& entrant) {
    if (!entrant.has_daemon || running_.count(entrant.name) > 0) return broken_[entrant.name];
    running_[entrant.name] = spawn({entrant.program, "daemon"});
    const Outcome first = run_trial(entrant, Task{.bytes = 64}, 0.05);
    if (first.kind != Outcome::Kind::measured) broken_[entrant.name] = "its daemon does not serve: " + first.words;
    return broken_[entrant.name];
}

Daemons::~Daemons() {
    constexpr int looks = 300;
    for (const auto& [name, pid] : running_) {
        kill(pid, SIGTERM);
        for (int look = 0; look < looks; ++look) {
            if (waitpid(pid, nullptr, WNOHANG) != 0) break;
            sleep_ns(10'000'000);
            if (look + 1 < looks) continue;
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, 0);
        }
    }
}

}  // namespace bench
