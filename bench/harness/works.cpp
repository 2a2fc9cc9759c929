#include "harness/works.hpp"

#include <array>
#include <utility>

namespace bench {

namespace {

using Kind = Goal::Kind;

struct Size {
    const char* name;
    std::uint64_t bytes;
};

constexpr std::uint64_t frame_bytes = 1920 * 1080 * 3;
constexpr std::array<Size, 5> sizes{
    {{"8", 8}, {"1Ki", 1024}, {"64Ki", 65536}, {"1Mi", 1048576}, {"6.2M", frame_bytes}}};
constexpr std::array<std::pair<const char*, Wait>, 3> waits{
    {{"busy", Wait::busy}, {"balanced", Wait::balanced}, {"sleep", Wait::sleep}}};

std::string words_of(const Size& size) {
    std::string words = size.name;
    while (!words.empty() && words.back() > '9') words.pop_back();
    const std::string unit = std::string(size.name).substr(words.size());
    return words + " " + (unit == "Ki" ? "KiB" : unit == "Mi" ? "MiB" : unit == "M" ? "MB" : "B");
}

std::vector<Goal> round_trip_goals(const Size& size, Wait wait) {
    if (wait == Wait::sleep) return {{Kind::of_limit, 1.1}, {Kind::of_limit_p99, 1.1}, {Kind::of_limit_cpu, 1.0}};
    if (size.bytes == 8) return {{Kind::of_limit, 1.5}, {Kind::ahead_of_rivals, 3.0}};
    if (size.bytes >= 65536) return {{Kind::of_limit, 1.05}, {Kind::ahead_of_rivals, 1.0}};
    return {};
}

void add_round_trips(std::vector<Work>& works) {
    for (const Size& size : sizes)
        for (const auto& [name, wait] : waits)
            works.push_back({"W1." + std::string(size.name) + "." + name, "round trip, " + words_of(size) + ", " + name,
                             Figure::nanoseconds,
                             Task{.pattern = Pattern::round_trip, .wait = wait, .bytes = size.bytes},
                             round_trip_goals(size, wait)});
    for (const auto& [name, wait] : waits)
        works.push_back({"W1.zero." + std::string(name),
                         "round trip, 6.2 MB of which 8 B are touched, " + std::string(name),
                         Figure::nanoseconds,
                         Task{.pattern = Pattern::round_trip, .wait = wait, .bytes = frame_bytes, .zero_touch = 1},
                         {{Kind::of_work, 1.1, "W1.8." + std::string(name)}}});
}

std::vector<Goal> one_way_goals(std::uint64_t bytes, std::uint32_t takers, std::uint32_t givers, bool batch) {
    if (bytes > 64)
        return batch ? std::vector<Goal>{{Kind::of_limit, 0.7}}
                     : std::vector<Goal>{{Kind::of_limit, 0.7}, {Kind::ahead_of_rivals, 1.5}};
    if (givers == 1) return {{Kind::at_least, batch ? 50e6 : 20e6}};
    if (takers == 2 && !batch) return {{Kind::at_least, 20e6}, {Kind::ahead_of_rivals, 2.0}};
    return {};
}

void add_one_way(std::vector<Work>& works) {
    constexpr std::uint32_t batch = 16, slots = 256;
    constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 3> shapes{{{1, 1}, {2, 1}, {2, 2}}};
    for (const auto& [name, bytes] : {std::pair{"64", 64U}, {"1Ki", 1024U}})
        for (const auto& [givers, takers] : shapes)
            for (const bool is_batch : {false, true}) {
                const std::string shape = std::to_string(givers) + "-" + std::to_string(takers);
                const std::string suffix = is_batch ? ".batch" : "";
                works.push_back({"W2." + std::string(name) + "." + shape + suffix,
                                 "one way, " + std::string(bytes == 64 ? "64 B" : "1 KiB") + ", " +
                                     std::to_string(givers) + " -> " + std::to_string(takers) +
                                     (is_batch ? ", in batches of 16" : ""),
                                 Figure::per_second,
                                 Task{.pattern = Pattern::one_way,
                                      .bytes = bytes,
                                      .givers = givers,
                                      .takers = takers,
                                      .batch = is_batch ? batch : 1,
                                      .slots = slots},
                                 one_way_goals(bytes, takers, givers, is_batch)});
            }
}

void add_frames(std::vector<Work>& works) {
    for (const std::uint32_t slots : {2U, 8U, 32U})
        works.push_back({"W3." + std::to_string(slots),
                         "frames of 6.2 MB one way, " + std::to_string(slots) + " slots",
                         Figure::per_second,
                         Task{.pattern = Pattern::one_way, .bytes = frame_bytes, .slots = slots},
                         {{Kind::of_limit, 0.97}, {Kind::of_limit_cpu, 1.05}},
                         2});
}

void add_broadcasts(std::vector<Work>& works) {
    for (const std::uint32_t stopped : {0U, 1U})
        for (const bool is_frame : {false, true}) {
            const std::string name = is_frame ? "6.2M" : "1Ki";
            std::vector<Goal> goals =
                is_frame ? std::vector<Goal>{{Kind::of_limit, 0.9}} : std::vector<Goal>{{Kind::at_least, 10e6}};
            if (stopped > 0) goals.push_back({Kind::of_work, 0.95, "W4." + name});
            works.push_back({"W4." + name + (stopped > 0 ? ".stopped" : ""),
                             "broadcast of " + std::string(is_frame ? "6.2 MB" : "1 KiB") + " to 2" +
                                 (stopped > 0 ? ", a third reader is stopped" : ""),
                             Figure::per_second,
                             Task{.pattern = Pattern::broadcast,
                                  .bytes = is_frame ? frame_bytes : 1024,
                                  .takers = 2 + stopped,
                                  .stopped = stopped,
                                  .slots = is_frame ? 8U : 256U},
                             goals, 2});
        }
}

void add_sizes(std::vector<Work>& works) {
    // Flat: at most a tenth more than the smallest of its kind.
    const auto add = [&](const std::string& kind, const std::string& size, const std::string& title, const Task& task) {
        const std::string first = "W9." + kind + (kind == "slots" ? ".4" : kind == "participants" ? ".2" : ".64");
        const std::string id = "W9." + kind + "." + size;
        const std::vector<Goal> goals =
            id == first ? std::vector<Goal>{} : std::vector<Goal>{{Kind::of_work, 1.1, first}};
        works.push_back({id, title + ", round trip, busy", Figure::nanoseconds, task, goals});
    };
    Task task{.pattern = Pattern::round_trip, .wait = Wait::busy, .bytes = 64};
    for (std::uint32_t slots = 4; slots <= 4096; slots *= 4) {
        Task sized = task;
        sized.slots = slots;
        add("slots", std::to_string(slots), std::to_string(slots) + " slots", sized);
    }
    for (std::uint32_t participants = 2; participants <= 64; participants *= 2) {
        Task sized = task;
        sized.participants = participants;
        add("participants", std::to_string(participants), std::to_string(participants) + " attached", sized);
    }
    for (const Size& size : {Size{"64", 64},
                             {"1Ki", 1024},
                             {"64Ki", 65536},
                             {"1Mi", 1U << 20U},
                             {"16Mi", 1U << 24U},
                             {"64Mi", 1U << 26U}}) {
        Task sized = task;
        sized.bytes = size.bytes;
        sized.slots = 4;
        sized.zero_touch = 1;
        add("payload", size.name, words_of(size) + " of which 8 B are touched", sized);
    }
}

}  // namespace

std::vector<Work> all_works() {
    std::vector<Work> works;
    add_round_trips(works);
    add_one_way(works);
    add_frames(works);
    add_broadcasts(works);
    works.push_back({"W5",
                     "from exec of both sides to the first message received",
                     Figure::nanoseconds,
                     Task{.pattern = Pattern::start, .bytes = 64},
                     {{Kind::of_contender, 1.1, "classic_handshake"}}});
    works.push_back({"W6",
                     "newest value of 64 B, fresh reads beside a writer at full speed",
                     Figure::per_second,
                     Task{.pattern = Pattern::latest, .bytes = 64},
                     {{Kind::at_least, 10e6}}});
    for (const auto& [name, wait] : waits) {
        if (wait == Wait::busy) continue;
        works.push_back({"W7." + std::string(name),
                         "wake-up, 100 messages/s of 64 B, " + std::string(name),
                         Figure::nanoseconds,
                         Task{.pattern = Pattern::open_loop, .wait = wait, .bytes = 64, .per_second = 100},
                         {{Kind::of_limit, 1.1}, {Kind::of_limit_p99, 1.1}, {Kind::of_limit_cpu, 1.0}},
                         10});
    }
    works.push_back({"W8",
                     "one way, 64 B, 4 -> 4: more processes than cores",
                     Figure::per_second,
                     Task{.pattern = Pattern::one_way, .bytes = 64, .givers = 4, .takers = 4, .slots = 256},
                     {{Kind::of_work, 0.8, "W2.64.1-1"}},
                     3});
    add_sizes(works);
    return works;
}

bool is_selected(const std::string& id, const std::string& wanted) {
    return id == wanted || (id.size() > wanted.size() && id.compare(0, wanted.size(), wanted) == 0 &&
                            (id[wanted.size()] == '.' || wanted.back() == '.'));
}

}  // namespace bench
