#include "harness/processes.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <system_error>

namespace bench {

pid_t spawn(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t pid = -1;
    const int error = posix_spawn(&pid, words.front().c_str(), nullptr, nullptr, arguments.data(), environ);
    if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start " + words.front());
    return pid;
}

std::string Processes::reap() {
    std::string bad;
    for (std::size_t at = 0; at < running_.size();) {
        int status = 0;
        if (waitpid(running_[at], &status, WNOHANG) != running_[at]) {
            ++at;
            continue;
        }
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(at));
        if (!bad.empty()) continue;
        if (WIFSIGNALED(status))
            bad = std::string("a process was ended by ") + strsignal(WTERMSIG(status));
        else if (WEXITSTATUS(status) != 0)
            bad = "a process ended with " + std::to_string(WEXITSTATUS(status));
    }
    return bad;
}

void Processes::kill_all() noexcept {
    for (const pid_t pid : running_) kill(pid, SIGKILL);
    for (const pid_t pid : running_) waitpid(pid, nullptr, 0);
    running_.clear();
}

}  // namespace bench
