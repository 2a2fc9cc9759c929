#include "harness/entrants.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace bench {

namespace {

Entrant described(const std::string& program) {
    Entrant entrant;
    entrant.program = program;
    std::string output;
    FILE* pipe = popen(("'" + program + "' --describe").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot start " + program);
    std::array<char, 512> buffer{};
    while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
    if (pclose(pipe) != 0) throw std::runtime_error(program + " --describe failed; build it again, or remove it");
    std::istringstream lines(output);
    std::string daemon;
    std::getline(lines, entrant.name);
    std::getline(lines, entrant.kind);
    std::getline(lines, entrant.configuration);
    std::getline(lines, daemon);
    entrant.has_daemon = daemon == "daemon";
    return entrant;
}

}  // namespace

std::string default_directory() {
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "contenders").string();
}

std::vector<Entrant> entrants_in(const std::string& directory) {
    std::vector<Entrant> entrants;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (entry.is_regular_file() && access(entry.path().c_str(), X_OK) == 0)
            entrants.push_back(described(entry.path().string()));
    const auto rank = [](const Entrant& entrant) {
        return std::tuple(entrant.kind == "limit" ? 0 : entrant.kind == "handoff" ? 1 : 2, entrant.name);
    };
    std::sort(entrants.begin(), entrants.end(),
              [&](const Entrant& left, const Entrant& right) { return rank(left) < rank(right); });
    if (entrants.empty())
        throw std::runtime_error("there are no contenders in " + directory +
                                 "; build all of the target handoff_bench_all");
    return entrants;
}

std::vector<std::string> rivals_not_built() {
    std::vector<std::string> names;
    std::istringstream list(HANDOFF_BENCH_NOT_BUILT);
    for (std::string name; std::getline(list, name, '|');)
        if (!name.empty()) names.push_back(name);
    return names;
}

}  // namespace bench
