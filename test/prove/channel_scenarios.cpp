#include "prove/channel_scenarios.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>

#include "process/message.hpp"
#include "prove/channel_actor.hpp"
#include "prove/stage_hand.hpp"

namespace handoff::prove {
namespace {

using namespace std::chrono_literals;

using Operation = Troupe<ChannelActor>::Operation;
using Named = Troupe<ChannelActor>::Named;

struct Start {
    const char* what;
    int queued;
    int laps;
    bool dead_third;
};
constexpr Start starts[] = {
    {"empty", 0, 0, false},
    {"half full", 3, 0, false},
    {"all slots but one in use", channel_slots - 1, 0, false},
    {"wrapped", 3, 45, false},
    {"a third one dead", 2, 5, true},
};

/// It dies with a loan, a request in its hands, and one of its own that it waits for.
Act hold_everything(std::shared_ptr<ChannelActor> actor) {
    auto loan = std::make_shared<std::optional<Loan>>(actor->loan());
    auto taken = std::make_shared<std::optional<Request>>(actor->take());
    auto own = actor->loan();
    auto pending = std::make_shared<std::optional<Pending>>();
    if (own) *pending = actor->request(std::move(*own));
    return [actor, loan, taken, pending] {};
}

/// The pending one is answered, by a receiver that lives in the same process.
std::shared_ptr<Pending> answered_request(ChannelActor& actor) {
    while (actor.serve_one()) {
    }
    auto loan = actor.loan();
    if (!loan) throw std::runtime_error("no slot");
    auto pending = kept(actor.request(std::move(*loan)).value());
    actor.serve_one();
    return pending;
}

/// Takes all there is; whoever finds nothing looks for the dead.
Act recover(std::shared_ptr<ChannelActor> actor) {
    auto hands = kept(std::vector<Request>());
    hands->reserve(2 * channel_slots);
    return [actor, hands] {
        while (auto request = actor->take()) hands->push_back(std::move(*request));
    };
}

Operation with_loan(std::function<void(ChannelActor&, Loan)> act) {
    return [act](std::shared_ptr<ChannelActor> actor) -> Act {
        auto loan = actor->loan();
        if (!loan) return nullptr;
        return [actor, act, loan = kept(std::move(*loan))] { act(*actor, std::move(*loan)); };
    };
}

Operation with_request(bool awaited, std::function<void(ChannelActor&, Request&)> act) {
    return [awaited, act](std::shared_ptr<ChannelActor> actor) -> Act {
        std::shared_ptr<Pending> pending;
        if (awaited) {
            while (actor->serve_one()) {
            }
            auto loan = actor->loan();
            if (!loan) return nullptr;
            pending = kept(actor->request(std::move(*loan)).value());
        }
        auto request = kept(actor->some_request());
        return [actor, act, pending, request] { act(*actor, *request); };
    };
}

Operation with_pending(std::function<void(ChannelActor&, Pending&, std::uint64_t)> act) {
    return [act](std::shared_ptr<ChannelActor> actor) -> Act {
        auto loan = actor->loan();
        if (!loan) return nullptr;
        const std::uint64_t message = test::id_of(loan->payload());
        auto pending = kept(actor->request(std::move(*loan)).value());
        return [actor, act, pending, message] { act(*actor, *pending, message); };
    };
}

std::vector<Named> sender_operations(Testimony& testimony) {
    return {
        {"loan",
         [](auto actor) -> Act { return [actor, loan = kept(std::optional<Loan>())] { *loan = actor->loan(); }; }},
        {"give a loan back", with_loan([](ChannelActor&, Loan loan) { const Loan gone = std::move(loan); })},
        {"send", with_loan([](ChannelActor& actor, Loan loan) { actor.send(std::move(loan)); })},
        {"request, out of time", with_loan([&testimony](ChannelActor& actor, Loan loan) {
             const std::uint64_t message = test::id_of(loan.payload());
             testimony.say(message, sending);
             testimony.say(message, withdrawing);
             const auto processed = actor.sender.request(std::move(loan), 1ms);
             if (!processed && processed.error() != Errc::timed_out) testimony.refused.fetch_add(1);
         })},
        {"read an answer and free it",
         [](auto actor) -> Act {
             return [actor, pending = answered_request(*actor)] { (void)pending->wait(1s).value(); };
         }},
        {"withdraw", with_pending([](ChannelActor& actor, Pending& pending, std::uint64_t message) {
             actor.withdraw(pending, message);
         })},
        {"drop a pending request",
         with_pending([](ChannelActor&, Pending& pending, std::uint64_t) { const Pending gone = std::move(pending); })},
    };
}

std::vector<Named> receiver_operations(const Troupe<ChannelActor>& troupe) {
    return {
        {"receive",
         [](auto actor) -> Act {
             return [actor, request = kept(std::optional<Request>())] { *request = actor->take(); };
         }},
        {"wait and receive", [](auto actor) -> Act { return [actor] { (void)actor->receiver.receive(1ms); }; }},
        {"processed", with_request(false, [](ChannelActor& actor, Request& request) { actor.process(request); })},
        {"processed, awaited",
         with_request(true, [](ChannelActor& actor, Request& request) { actor.process(request); })},
        {"failed, awaited", with_request(true, [](ChannelActor& actor, Request& request) { actor.fail(request); })},
        {"give back",
         with_request(false, [](ChannelActor&, Request& request) { const Request gone = std::move(request); })},
        {"join",
         [name = troupe.name()](auto actor) -> Act {
             return [actor, joined = kept(std::optional<Sender>()), name] { joined->emplace(name); };
         }},
        {"leave with a loan and a request in hand", [troupe](auto actor) -> Act { return troupe.leave(actor); }},
        {"recover", recover},
    };
}

Scenario scenario_of(const Troupe<ChannelActor>& troupe, const Named& named, const Start& start) {
    Scenario scenario = troupe.scenario("channel", named, start.what);
    scenario.build = troupe.building([start](ChannelActor& actor) {
        actor.laps(start.laps);
        for (int i = 0; i < start.queued; ++i) actor.send_one();
    });
    if (start.dead_third) scenario.third = troupe.attached(hold_everything);
    scenario.recoverer = troupe.attached(recover);
    scenario.others = {
        troupe.working([](ChannelActor& actor) { actor.serve_one() && actor.serve_one(); }),
        troupe.working([](ChannelActor& actor) { actor.send_one(); }),
        troupe.working([](ChannelActor& actor) { actor.laps(40); }),
        troupe.working([](ChannelActor& actor) {
            while (actor.serve_one()) {
            }
            actor.laps(3);
        }),
    };
    scenario.audit = [troupe] { return audit_channel(troupe.name(), troupe.testimony()); };
    return scenario;
}

}  // namespace

std::vector<Scenario> channel_scenarios(const std::string& name, Testimony& testimony) {
    const Troupe<ChannelActor> troupe(name, testimony);
    std::vector<Scenario> scenarios;
    auto operations = sender_operations(testimony);
    for (auto& operation : receiver_operations(troupe)) operations.push_back(std::move(operation));
    for (const auto& named : operations)
        for (const Start& start : starts) scenarios.push_back(scenario_of(troupe, named, start));
    return scenarios;
}

}  // namespace handoff::prove
