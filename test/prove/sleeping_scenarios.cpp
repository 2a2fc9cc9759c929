// A sleeper whose notifier dies: it must come to its end all the same. A sleeper that lives can not be put back, so
// every death here is a real one.
#include <handoff/testing.hpp>

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

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

void receive_and_process(const std::string& name, OperationLog& log) {
    ChannelActor actor(name, log);
    auto request = actor.receiver.receive(20s).value();
    log.record(whole_message(request.payload()), taken);
    actor.process(request);
}

std::function<std::string()> send_and_see_it_end(const std::string& name, OperationLog& log, const Sleeper& sleeper) {
    return [name, &log, sleeper] {
        ChannelActor helper(name, log);
        helper.send_one();
        const std::string wrong = see_it_end(sleeper, [] {});
        return wrong.empty() ? audit_channel(name, log) : wrong;
    };
}

Scenario sending_to_a_sleeper(const std::string& name, OperationLog& log) {
    Scenario scenario = scenario_of(name, "channel", "send, which wakes a receiver");
    const auto sleeper = std::make_shared<std::unique_ptr<Child>>();
    scenario.build = build_with(name, log, sleeper, [name, &log] { receive_and_process(name, log); });
    scenario.target = [name, &log] {
        auto actor = std::make_shared<ChannelActor>(name, log);
        auto loan = kept(actor->loan().value());
        return [actor, loan] { actor->send(std::move(*loan)); };
    };
    scenario.audit = send_and_see_it_end(name, log, sleeper);
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

/// Requests a stop once the thread that made this sleeps. That thread is stepped; this one runs at full speed.
class StopOnceAsleep {
public:
    /// The thread is about to wait: from now on, if it sleeps, it waits.
    void arm() { is_armed_ = true; }
    std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::atomic<bool> is_armed_{false};
    std::jthread thread_{[this, waiter = std::filesystem::path("/proc/self/task") / std::to_string(gettid())] {
        while (!is_armed_ || !test::is_asleep(waiter)) std::this_thread::sleep_for(1ms);
        source_.request_stop();
    }};
};

/// A receiver that a stop wakes leaves the condition on which another receiver sleeps.
Scenario stopped_beside_a_sleeper(const std::string& name, OperationLog& log) {
    Scenario scenario = scenario_of(name, "channel", "receive, which a stop ends");
    const auto sleeper = std::make_shared<std::unique_ptr<Child>>();
    scenario.build = build_with(name, log, sleeper, [name, &log] { receive_and_process(name, log); });
    scenario.target = [name, &log] {
        auto actor = std::make_shared<ChannelActor>(name, log);
        auto stop = std::make_shared<StopOnceAsleep>();
        return [actor, stop, &log] {
            stop->arm();
            const auto request = actor->receiver.receive(stop->token());
            if (request || request.error() != Errc::stopped) log.refused.store(1);
        };
    };
    scenario.audit = send_and_see_it_end(name, log, sleeper);
    return scenario;
}

/// A subscriber takes the last message that made its descriptor readable, and finds no other one: it announces on the
/// condition on which another subscriber sleeps that it waits for more.
Scenario rearming_beside_a_sleeper(const std::string& name, OperationLog& log) {
    Scenario scenario = scenario_of(name, "topic", "try_next twice, which rearms a descriptor");
    const auto sleeper = std::make_shared<std::unique_ptr<Child>>();
    scenario.build = build_with(name, log, sleeper, [name, &log] {
        TopicActor actor(name, log);
        actor.publish_one();
        actor.subscriber.next(20s).value();
        const auto message = actor.subscriber.next(20s).value();
        if (message.sequence() != 2) throw std::runtime_error("it is not the second message");
    });
    scenario.target = [name, &log] {
        auto actor = std::make_shared<TopicActor>(name, log);
        pollfd readable{actor->subscriber.descriptor(), POLLIN, 0};
        if (poll(&readable, 1, 10'000) != 1) throw std::runtime_error("the descriptor never became readable");
        return [actor, &log] {
            if (!actor->next() || actor->next()) log.refused.store(1);
        };
    };
    scenario.audit = [name, &log, sleeper] {
        TopicActor helper(name, log);
        helper.publish_one();
        const std::string wrong = see_it_end(sleeper, [] {});
        return wrong.empty() ? audit_topic(name, log) : wrong;
    };
    return scenario;
}

}  // namespace

std::vector<Scenario> sleeping_scenarios(const std::string& name, OperationLog& log) {
    return {sending_to_a_sleeper(name, log), answering_a_sleeper(name, log), publishing_to_a_sleeper(name, log),
            stopped_beside_a_sleeper(name, log), rearming_beside_a_sleeper(name, log)};
}

}  // namespace handoff::prove
