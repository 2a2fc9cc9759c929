#include "tool/format.hpp"

#include "cli/units.hpp"

#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <map>

namespace handoff::apps::tool {

using inspect::Life;
using inspect::SlotState;

std::string user_name(std::uint32_t uid) {
    const passwd* user = getpwuid(uid);
    return user != nullptr ? user->pw_name : std::to_string(uid);
}

std::string group_name(std::uint32_t gid) {
    const group* entry = getgrgid(gid);
    return entry != nullptr ? entry->gr_name : std::to_string(gid);
}

std::string octal(std::uint32_t mode) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04o", mode);
    return text.data();
}

std::string format_time(std::chrono::system_clock::time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[64];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &local)};
}

std::string format_instance(std::uint64_t instance) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016" PRIx64, instance);
    return text.data();
}

std::string named(const inspect::Participant& participant) {
    return participant.program + " (pid " + std::to_string(participant.pid) + ")";
}

const inspect::Participant* participant_at(const inspect::Report& report, std::uint32_t index) {
    const auto found = std::find_if(report.participants.begin(), report.participants.end(),
                                    [&](const auto& participant) { return participant.index == index; });
    return found == report.participants.end() ? nullptr : &*found;
}

std::optional<inspect::Role> missing_role(const inspect::Report& report) {
    using inspect::Role;
    const auto lives = [&](Role role) {
        return std::any_of(report.participants.begin(), report.participants.end(),
                           [&](const auto& one) { return one.role == role && one.life != Life::dead; });
    };
    if (report.kind == inspect::Kind::channel) {
        const bool has_unread = std::any_of(report.slot_list.begin(), report.slot_list.end(),
                                            [](const auto& slot) { return slot.state == SlotState::ready; });
        if (!lives(Role::receiver) && (has_unread || lives(Role::sender))) return Role::receiver;
        if (lives(Role::receiver) && !lives(Role::sender) && !has_unread) return Role::sender;
    }
    if (report.kind == inspect::Kind::topic) {
        if (lives(Role::publisher) && !lives(Role::subscriber) && !report.newest_age) return Role::subscriber;
        if (!lives(Role::publisher) && lives(Role::subscriber)) return Role::publisher;
    }
    return std::nullopt;
}

std::string format_people(const inspect::Report& report) {
    std::map<inspect::Role, std::uint64_t> roles;
    std::map<Life, std::uint64_t> lives;
    for (const auto& participant : report.participants) {
        ++roles[participant.role];
        ++lives[participant.life];
    }
    std::string text;
    for (const auto& [role, count] : roles) text += (text.empty() ? "" : ", ") + counted(count, to_string(role));
    std::string unwell;
    for (const Life life : {Life::stopped, Life::dead})
        if (lives[life] > 0)
            unwell += (unwell.empty() ? "" : ", ") + std::to_string(lives[life]) + " " + to_string(life);
    if (text.empty()) return "nobody";
    const auto missing = missing_role(report);
    if (missing && roles.count(*missing) == 0) text += std::string(", no ") + to_string(*missing);
    return unwell.empty() ? text : text + " (" + unwell + ")";
}

std::uint32_t used_slots(const inspect::Report& report) {
    return static_cast<std::uint32_t>(
        std::count_if(report.slot_list.begin(), report.slot_list.end(), [](const inspect::Slot& slot) {
            if (slot.state == SlotState::published) return slot.kept || !slot.pinned_by.empty();
            return slot.state != SlotState::free;
        }));
}

std::uint64_t lost_messages(const inspect::Report& report) {
    std::uint64_t lost = report.given_up;
    for (const auto& participant : report.participants) lost += participant.lost;
    return lost;
}

std::string format_description(const Image& image) {
    if (!image.is_described()) return "";
    if (image.is_array()) {
        const Array array = Array::from(image);
        std::string extents;
        for (const std::uint32_t extent : array.shape())
            extents += (extents.empty() ? "" : "x") + std::to_string(extent);
        return (extents.empty() ? "scalar" : extents) + " " + std::string(name_of(array.dtype));
    }
    return std::to_string(image.width) + "x" + std::to_string(image.height) + " " +
           std::string(name_of(image.encoding));
}

std::string format_age(const std::optional<std::chrono::nanoseconds>& age) {
    if (!age) return "-";
    using namespace std::chrono_literals;
    if (*age >= 2h) return std::to_string(*age / 1h) + " h";
    if (*age >= 2min) return std::to_string(*age / 1min) + " min";
    return format_duration(*age);
}

bool is_glob(const std::string& name) {
    return name.find_first_of("*?[") != std::string::npos;
}

bool fits_one(const std::string& name, const std::vector<std::string>& globs) {
    return std::any_of(globs.begin(), globs.end(),
                       [&](const std::string& glob) { return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0; });
}

}  // namespace handoff::apps::tool
