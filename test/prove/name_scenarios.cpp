// Operations that make and remove names: only the death of a real process shows what is left.
#include "prove/channel_actor.hpp"
#include "prove/channel_scenarios.hpp"
#include "prove/process_factory.hpp"

namespace handoff::prove {
namespace {

const ChannelShape shape = channel_shape(Lifetime::until_last_leaves);

/// The next one opens it, finds what was sent, and takes the name away when it leaves.
std::string audit_names(const std::string& name, OperationLog& log) {
    const std::string wrong = audit_channel(name, log, shape);
    if (!wrong.empty()) return wrong;
    if (detail::platform::name_exists(detail::segment::segment_path(name)))
        return detail::segment::segment_path(name) + " was left behind";
    return "";
}

Scenario scenario_of(const std::string& name, OperationLog& log, const char* operation, const char* start) {
    Scenario scenario;
    scenario.pattern = "names";
    scenario.operation = operation;
    scenario.start = start;
    scenario.name = name;
    scenario.lives_in_bytes = false;
    scenario.build = [name, &log] { reset_segment(name, log); };
    scenario.audit = [name, &log] { return audit_names(name, log); };
    return scenario;
}

}  // namespace

std::vector<Scenario> name_scenarios(const std::string& name, OperationLog& log) {
    Scenario creating = scenario_of(name, log, "create", "no such segment");
    creating.target = [name] {
        return [name, created = kept(std::optional<Sender>())] { created->emplace(name, shape, sleeping); };
    };

    Scenario leaving = scenario_of(name, log, "leave, the last one", "nothing unread");
    leaving.target = [name, &log] {
        auto actor = kept(std::make_unique<ChannelActor>(name, log, shape));
        return [actor] { actor->reset(); };
    };

    Scenario unread = scenario_of(name, log, "leave, the last one", "a message unread");
    unread.target = [name, &log] {
        auto actor = kept(std::make_unique<ChannelActor>(name, log, shape));
        (*actor)->send_one();
        return [actor] { actor->reset(); };
    };

    Scenario inheriting = scenario_of(name, log, "leave, the last one", "the one before is dead");
    inheriting.third = [name, &log] {
        auto actor = kept(ChannelActor(name, log, shape));
        actor->send_one();
        auto taken = kept(actor->take());
        return [actor, taken] {};
    };
    inheriting.target = leaving.target;

    return {creating, leaving, unread, inheriting};
}

}  // namespace handoff::prove
