// Segments with a valid header and arbitrary other bytes: no crash, no hang, valid JSON, an error message.
#include "tool/tool.hpp"

#include "tool/findings.hpp"
#include "tool/report_json.hpp"
#include "tool/tap.hpp"

#include <handoff/inspect.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <memory>
#include <random>

namespace garbage_test {

using namespace tool_test;
namespace tool_of = handoff::apps::tool;

/// Overwrites `count` random words behind the header; more often than not with few bits set, as states have.
void scribble(const std::string& name, std::mt19937_64& random, int count) {
    constexpr std::uint64_t header_bytes = 128;
    std::fstream file("/dev/shm/handoff." + name, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(0, std::ios::end);
    const auto words = (static_cast<std::uint64_t>(file.tellg()) - header_bytes) / 8;
    for (int i = 0; i < count; ++i) {
        const std::uint64_t word = random() % 3 == 0 ? random() : random() % 300;
        file.seekp(static_cast<std::streamoff>(header_bytes + random() % words * 8));
        file.write(reinterpret_cast<const char*>(&word), sizeof word);
    }
}

void look_at(const std::string& name) {
    inspect::Observer observer(name, Start::oldest);
    const auto report = observer.report();
    tool_of::Look look{
        .file = inspect::find(name).at(0), .report = report, .problem = {}, .traffic = {}, .large_page_bytes = {}};
    look.traffic = tool_of::traffic_between(report, observer.report(), 1.0);
    BOOST_TEST_REQUIRE(nlohmann::json::parse(tool_of::report_json(look, true)).is_object());
    (void)tool_of::findings(report);
    tool_of::Tap tap;
    (void)tap.look(report);
    std::vector<std::byte> buffer;
    (void)observer.copy_newest(buffer);
    for (int i = 0; i < 10; ++i) (void)observer.copy_next(buffer);
}

}  // namespace garbage_test

BOOST_AUTO_TEST_SUITE(garbage_test)

BOOST_AUTO_TEST_CASE(arbitrary_bytes_are_looked_at_without_harm) {
    std::mt19937_64 random(20'261'121);
    for (int round = 0; round < 60; ++round) {
        const UniqueName channel, topic, value;
        {
            auto channel_options = small_channel();
            channel_options.lifetime = Lifetime::persistent;
            auto topic_options = small_topic();
            topic_options.lifetime = Lifetime::persistent;
            Sender sender(channel, channel_options);
            send(sender, "message");
            Publisher publisher(topic, topic_options);
            for (int i = 0; i < 6; ++i) publish(publisher, "message");
            LatestBytes latest(value, {.capacity_bytes = 64, .participants = 4, .lifetime = Lifetime::persistent});
            (void)latest.write(std::vector<std::byte>(3)).value();
        }
        for (const UniqueName* name : {&channel, &topic, &value}) {
            for (int more = 0; more < 4; ++more) {
                scribble(name->str(), random, 400);
                look_at(name->str());
            }
            if (round % 15 == 0)
                for (const char* verb : {"info", "ls", "clean", "metrics"}) {
                    Program program = tool({verb, name->str()});
                    BOOST_TEST(program.wait(soon).signal == 0, "handoff " << verb << ": " << program.errors());
                }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
