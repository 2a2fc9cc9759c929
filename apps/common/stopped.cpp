#include "common/stopped.hpp"

#include <handoff/inspect.hpp>

namespace handoff::apps {

std::string stopped_receivers(const std::string& channel) try {
    std::string who, pids;
    for (const auto& one : inspect::Observer(channel).report().participants) {
        if (one.role != inspect::Role::receiver || one.life == inspect::Life::dead) continue;
        if (one.life == inspect::Life::alive) return "";
        const std::string pid = std::to_string(one.pid);
        who += (who.empty() ? "" : ", ") + one.program + " (pid " + pid + ")";
        pids += " " + pid;
    }
    if (who.empty()) return "";
    const bool is_one = pids.find(' ', 1) == std::string::npos;
    return "; receiver" + std::string(is_one ? " " : "s ") + who + (is_one ? " is" : " are") +
           " stopped (by a signal or a debugger): `kill -CONT" + pids + "` lets " + (is_one ? "it" : "them") + " go on";
} catch (const Error&) {  // the timeout that was to be explained is the error to tell
    return "";
}

}  // namespace handoff::apps
