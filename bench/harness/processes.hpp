// Child processes that cannot outlive their owner.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bench {

/// Starts a program. Throws std::system_error.
pid_t spawn(const std::vector<std::string>& words);

/// Processes of one trial; those still there when this ends are killed and reaped.
class Processes {
public:
    Processes() = default;
    Processes(const Processes&) = delete;
    Processes& operator=(const Processes&) = delete;
    ~Processes() { kill_all(); }

    void start(const std::vector<std::string>& words) { running_.push_back(spawn(words)); }
    /// Reaps those that have ended. The words for the first that ended badly; empty if none did.
    std::string reap();
    std::size_t running() const noexcept { return running_.size(); }
    void kill_all() noexcept;

private:
    std::vector<pid_t> running_;
};

}  // namespace bench
