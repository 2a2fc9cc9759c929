#include "prove/topic_scenarios.hpp"

#include <chrono>
#include <stdexcept>

#include "prove/process_factory.hpp"
#include "prove/topic_actor.hpp"

namespace handoff::prove {
namespace {

using namespace std::chrono_literals;
using Operation = ProcessFactory<TopicActor>::Operation;
using Named = ProcessFactory<TopicActor>::Named;

struct Start {
    const char* what;
    int published;
    bool dead_third;
};
constexpr Start starts[] = {
    {"empty", 0, false},    {"half full", 2, false},        {"full", topic_history, false},
    {"wrapped", 41, false}, {"a third one dead", 20, true},
};

/// It dies with a loan and two pinned messages, one of them evicted.
Act hold_everything(std::shared_ptr<TopicActor> actor) {
    auto held = kept(std::pair(actor->next(), actor->next()));
    actor->publish_some(topic_history - 1);
    auto loan = kept(actor->loan());
    return [actor, held, loan] {};
}

Operation with_loan(std::function<void(TopicActor&, Loan)> act) {
    return [act](std::shared_ptr<TopicActor> actor) -> Act {
        auto loan = kept(actor->loan().value());
        return [actor, act, loan] { act(*actor, std::move(*loan)); };
    };
}

Operation with_message(std::function<void(TopicActor&, std::optional<Message>&)> act) {
    return [act](std::shared_ptr<TopicActor> actor) -> Act {
        actor->publish_one();
        auto message = kept(actor->newest());
        return [actor, act, message] { act(*actor, *message); };
    };
}

/// Reads what is new; a read that finds nothing checks for the dead.
Act recover(std::shared_ptr<TopicActor> actor) {
    actor->catch_up();
    return [actor] {
        while (actor->next()) {
        }
    };
}

std::vector<Named> operations_of(const ProcessFactory<TopicActor>& factory) {
    return {
        {"loan",
         [](auto actor) -> Act { return [actor, loan = kept(std::optional<Loan>())] { *loan = actor->loan(); }; }},
        {"give a loan back", with_loan([](TopicActor&, Loan loan) { const Loan gone = std::move(loan); })},
        {"publish", with_loan([](TopicActor& actor, Loan loan) { actor.publish(std::move(loan)); })},
        {"next",
         [](auto actor) -> Act { return [actor, held = kept(std::optional<Message>())] { *held = actor->next(); }; }},
        {"newest",
         [](auto actor) -> Act { return [actor, held = kept(std::optional<Message>())] { *held = actor->newest(); }; }},
        {"unpin", with_message([](TopicActor&, std::optional<Message>& message) { message.reset(); })},
        {"copy", [](auto actor) -> Act { return [actor] { actor->copy_next(); }; }},
        {"wait for the next",
         [](auto actor) -> Act {
             actor->read_all();
             return [actor] { (void)actor->subscriber.next(1ms); };
         }},
        {"join",
         [name = factory.name()](auto actor) -> Act {
             return [actor, name, joined = kept(std::optional<Subscriber>())] { joined->emplace(name); };
         }},
        {"leave with a loan and a message in hand", [factory](auto actor) -> Act { return factory.leave(actor); }},
        {"recover", recover},
    };
}

Scenario scenario_of(const ProcessFactory<TopicActor>& factory, const Named& named, const Start& start) {
    Scenario scenario = factory.scenario("topic", named, start.what);
    scenario.build = factory.building([start](TopicActor& actor) { actor.publish_some(start.published); });
    if (start.dead_third) scenario.third = factory.attached(hold_everything);
    scenario.recoverer = factory.attached(recover);
    scenario.others = {
        factory.working([](TopicActor& actor) { actor.publish_one(); }),
        factory.working([](TopicActor& actor) { actor.publish_some(topic_history + 2); }),
        factory.working([](TopicActor& actor) {
            for (int lap = 0; lap < 12; ++lap) {
                actor.publish_some(3);
                actor.read_all();
            }
        }),
        factory.working([](TopicActor& actor) {
            const auto first = actor.next(), second = actor.next();
            actor.publish_some(2 * topic_history);
        }),
    };
    scenario.audit = [factory] { return audit_topic(factory.name(), factory.log()); };
    return scenario;
}

}  // namespace

std::vector<Scenario> topic_scenarios(const std::string& name, OperationLog& log) {
    const ProcessFactory<TopicActor> factory(name, log);
    std::vector<Scenario> scenarios;
    for (const auto& named : operations_of(factory))
        for (const Start& start : starts) scenarios.push_back(scenario_of(factory, named, start));
    return scenarios;
}

}  // namespace handoff::prove
