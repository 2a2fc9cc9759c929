// A sleeper whose notifier dies: it must come to its end all the same. A sleeper that lives can not be put back, so
// every death here is a real one.
#include <handoff/testing.hpp>

#include <chrono>
#include <memory>

#include "platform/asleep.hpp"
#include "prove/channel_actor.hpp"
#include "prove/channel_scenarios.hpp"
#include "prove/process_factory.hpp"
#include "prove/topic_actor.hpp"

namespace handoff::prove {
namespace {

using namespace std::chrono_literals;
using testing::Child;
using Sleeper = std::shared_ptr<std::unique_ptr<Child>>;

/// Two ticks, and room for a loaded machine.
constexpr auto soon = 5s;

/// Makes the segment with what `prepare` leaves in it, and starts a sleeper there.
std::function<void()> build_with(const std::string& name, OperationLog& log, const Sleeper& sleeper,
                                 std::function<void()> sleep) {
    return [name, &log, sleeper, sleep] {
        sleeper->reset();
        reset_segment(name, log);
        *sleeper = std::make_unique<Child>([sleep](testing::Checkpoints& checkpoints) {
            checkpoints.reach("here");
            sleep();
        });
        (*sleeper)->wait_for("here");
        if (!testing::eventually([&] { return test::is_asleep((*sleeper)->pid()) && !log.done.load(); }))
            throw std::runtime_error("nobody fell asleep");
    };
}

/// Gives the sleeper what it waits for, if it has not got it, and sees it end.
std::string see_it_end(const Sleeper& sleeper, const std::function<void()>& help) {
    const bool ended = testing::eventually(
        [&] {
            help();
            return !(*sleeper)->is_running();
        },
        soon);
    if (!ended) return "the sleeper never came to its end";
    (*sleeper)->wait();
    return "";
}

Scenario scenario_of(const std::string& name, const char* pattern, const char* operation) {
    Scenario scenario;
    scenario.pattern = pattern;
    scenario.operation = operation;
    scenario.start = "somebody sleeps";
    scenario.name = name;
    scenario.lives_in_bytes = false;
    return scenario;
}

Scenario sending_to_a_sleeper(const std::string& name, OperationLog& log) {
    Scenario scenario = scenario_of(name, "channel", "send, which wakes a receiver");
    const auto sleeper = std::make_shared<std::unique_ptr<Child>>();
    scenario.build = build_with(name, log, sleeper, [name, &log] {
        ChannelActor actor(name, log);
        auto request = actor.receiver.receive(20s).value();
        log.record(whole_message(request.payload()), taken);
        actor.process(request);
    });
    scenario.target = [name, &log] {
        auto actor = std::make_shared<ChannelActor>(name, log);
        auto loan = kept(actor->loan().value());
        return [actor, loan] { actor->send(std::move(*loan)); };
    };
    scenario.audit = [name, &log, sleeper] {
        ChannelActor helper(name, log);
        helper.send_one();
        const std::string wrong = see_it_end(sleeper, [] {});
        return wrong.empty() ? audit_channel(name, log) : wrong;
    };
    return scenario;
}

Scenario answering_a_sleeper(const std::string& name, OperationLog& log) {
    Scenario scenario = scenario_of(name, "channel", "processed, which wakes its sender");
    const auto sleeper = std::make_shared<std::unique_ptr<Child>>();
    scenario.build = build_with(name, log, sleeper, [name, &log] {
        ChannelActor actor(name, log);
        auto pending = actor.request(actor.loan().value());
        const auto processed = pending->wait(20s).value();
        if (processed.reply().size() != sizeof(std::uint64_t)) throw std::runtime_error("another answer came");
    });
    scenario.target = [name, &log] {
        auto actor = std::make_shared<ChannelActor>(name, log);
        auto request = kept(actor->receiver.receive(10s).value());
        log.record(whole_message(request->payload()), taken);
        return [actor, request] { actor->process(*request); };
    };
    scenario.audit = [name, &log, sleeper] {
        ChannelActor helper(name, log);
        const std::string wrong = see_it_end(sleeper, [&] { helper.serve_one(); });
        return wrong.empty() ? audit_channel(name, log) : wrong;
    };
    return scenario;
}

Scenario publishing_to_a_sleeper(const std::string& name, OperationLog& log) {
    Scenario scenario = scenario_of(name, "topic", "publish, which wakes a subscriber");
    const auto sleeper = std::make_shared<std::unique_ptr<Child>>();
    scenario.build = build_with(name, log, sleeper, [name, &log] {
        TopicActor actor(name, log);
        const auto message = actor.subscriber.next(20s).value();
        if (message.sequence() != 1) throw std::runtime_error("it is not the first message");
    });
    scenario.target = [name, &log] {
        auto actor = std::make_shared<TopicActor>(name, log);
        auto loan = kept(actor->loan().value());
        return [actor, loan] { actor->publish(std::move(*loan)); };
    };
    scenario.audit = [name, &log, sleeper] {
        TopicActor helper(name, log);
        if (helper.publisher.state().newest == 0) helper.publish_one();
        const std::string wrong = see_it_end(sleeper, [] {});
        return wrong.empty() ? audit_topic(name, log) : wrong;
    };
    return scenario;
}

}  // namespace

std::vector<Scenario> sleeping_scenarios(const std::string& name, OperationLog& log) {
    return {sending_to_a_sleeper(name, log), answering_a_sleeper(name, log), publishing_to_a_sleeper(name, log)};
}

}  // namespace handoff::prove
