#include "harness/machine.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace bench {

namespace {

std::string first_line_of(const char* path) {
    std::string line;
    std::ifstream file(path);
    return std::getline(file, line) ? line : "unknown";
}

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
    return "unknown";
}

std::string output_of(const std::string& command) {
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return output;
    std::array<char, 256> buffer{};
    while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
    pclose(pipe);
    while (!output.empty() && output.back() == '\n') output.pop_back();
    return output;
}

std::string commit() {
    const std::string git = "git -C '" HANDOFF_BENCH_SOURCE "' ";
    const std::string commit = output_of(git + "rev-parse --short=10 HEAD 2>/dev/null");
    if (commit.empty()) return "unknown";
    return commit + (output_of(git + "status --porcelain -- src include bench 2>/dev/null").empty() ? "" : "+");
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
    return text.data();
}

}  // namespace

Machine this_machine() {
    utsname system{};
    uname(&system);
    return {.date = utc_now(),
            .commit = commit(),
            .processor = processor(),
            .kernel = std::string(system.sysname) + " " + system.release,
            .governor = first_line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            .compiler = "GCC-compatible " __VERSION__,
            .cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN))};
}

std::string words_of(const Machine& machine) {
    return machine.date + ", commit " + machine.commit + ", " + machine.processor + ", " +
           std::to_string(machine.cores) + " cores, " + machine.kernel + ", governor " + machine.governor + ", " +
           machine.compiler;
}

}  // namespace bench
