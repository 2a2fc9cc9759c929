#include "prove/topic_scenarios.hpp"

#include <chrono>
#include <stdexcept>

#include "prove/stage_hand.hpp"
#include "prove/topic_actor.hpp"

namespace handoff::prove {
namespace {

using namespace std::chrono_literals;
using Operation = Troupe<TopicActor>::Operation;
using Named = Troupe<TopicActor>::Named;

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

/// Reads what is new; whoever finds nothing looks for the dead.
Act recover(std::shared_ptr<TopicActor> actor) {
    actor->catch_up();
    return [actor] {
        while (actor->next()) {
        }
    };
}

std::vector<Named> operations_of(const Troupe<TopicActor>& troupe) {
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
         [name = troupe.name()](auto actor) -> Act {
             return [actor, name, joined = kept(std::optional<Subscriber>())] { joined->emplace(name); };
         }},
        {"leave with a loan and a message in hand", [troupe](auto actor) -> Act { return troupe.leave(actor); }},
        {"recover", recover},
    };
}

Scenario scenario_of(const Troupe<TopicActor>& troupe, const Named& named, const Start& start) {
    Scenario scenario = troupe.scenario("topic", named, start.what);
    scenario.build = troupe.building([start](TopicActor& actor) { actor.publish_some(start.published); });
    if (start.dead_third) scenario.third = troupe.attached(hold_everything);
    scenario.recoverer = troupe.attached(recover);
    scenario.others = {
        troupe.working([](TopicActor& actor) { actor.publish_one(); }),
        troupe.working([](TopicActor& actor) { actor.publish_some(topic_history + 2); }),
        troupe.working([](TopicActor& actor) {
            for (int lap = 0; lap < 12; ++lap) {
                actor.publish_some(3);
                actor.read_all();
            }
        }),
        troupe.working([](TopicActor& actor) {
            const auto first = actor.next(), second = actor.next();
            actor.publish_some(2 * topic_history);
        }),
    };
    scenario.audit = [troupe] { return audit_topic(troupe.name(), troupe.testimony()); };
    return scenario;
}

}  // namespace

std::vector<Scenario> topic_scenarios(const std::string& name, Testimony& testimony) {
    const Troupe<TopicActor> troupe(name, testimony);
    std::vector<Scenario> scenarios;
    for (const auto& named : operations_of(troupe))
        for (const Start& start : starts) scenarios.push_back(scenario_of(troupe, named, start));
    return scenarios;
}

}  // namespace handoff::prove
