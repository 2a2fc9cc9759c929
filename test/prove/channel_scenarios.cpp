#include "prove/channel_scenarios.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>

#include "process/message.hpp"
#include "prove/channel_actor.hpp"
#include "prove/process_factory.hpp"

namespace handoff::prove {
namespace {

using namespace std::chrono_literals;

using Operation = ProcessFactory<ChannelActor>::Operation;
using Named = ProcessFactory<ChannelActor>::Named;

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

/// Takes all there is; a receive that finds nothing checks for the dead.
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

std::vector<Named> sender_operations(OperationLog& log) {
    return {
        {"loan",
         [](auto actor) -> Act { return [actor, loan = kept(std::optional<Loan>())] { *loan = actor->loan(); }; }},
        {"give a loan back", with_loan([](ChannelActor&, Loan loan) { const Loan gone = std::move(loan); })},
        {"send", with_loan([](ChannelActor& actor, Loan loan) { actor.send(std::move(loan)); })},
        {"request, out of time", with_loan([&log](ChannelActor& actor, Loan loan) {
             const std::uint64_t message = test::id_of(loan.payload());
             log.record(message, sending);
             log.record(message, withdrawing);
             const auto processed = actor.sender.request(std::move(loan), 1ms);
             if (!processed && processed.error() != Errc::timed_out) log.refused.fetch_add(1);
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

std::vector<Named> receiver_operations(const ProcessFactory<ChannelActor>& factory) {
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
         [name = factory.name()](auto actor) -> Act {
             return [actor, joined = kept(std::optional<Sender>()), name] { joined->emplace(name); };
         }},
        {"leave with a loan and a request in hand", [factory](auto actor) -> Act { return factory.leave(actor); }},
        {"recover", recover},
    };
}

Scenario scenario_of(const ProcessFactory<ChannelActor>& factory, const Named& named, const Start& start) {
    Scenario scenario = factory.scenario("channel", named, start.what);
    scenario.build = factory.building([start](ChannelActor& actor) {
        actor.laps(start.laps);
        for (int i = 0; i < start.queued; ++i) actor.send_one();
    });
    if (start.dead_third) scenario.third = factory.attached(hold_everything);
    scenario.recoverer = factory.attached(recover);
    scenario.others = {
        factory.working([](ChannelActor& actor) { actor.serve_one() && actor.serve_one(); }),
        factory.working([](ChannelActor& actor) { actor.send_one(); }),
        factory.working([](ChannelActor& actor) { actor.laps(40); }),
        factory.working([](ChannelActor& actor) {
            while (actor.serve_one()) {
            }
            actor.laps(3);
        }),
    };
    scenario.audit = [factory] { return audit_channel(factory.name(), factory.log()); };
    return scenario;
}

}  // namespace

std::vector<Scenario> channel_scenarios(const std::string& name, OperationLog& log) {
    const ProcessFactory<ChannelActor> factory(name, log);
    std::vector<Scenario> scenarios;
    auto operations = sender_operations(log);
    for (auto& operation : receiver_operations(factory)) operations.push_back(std::move(operation));
    for (const auto& named : operations)
        for (const Start& start : starts) scenarios.push_back(scenario_of(factory, named, start));
    return scenarios;
}

}  // namespace handoff::prove
