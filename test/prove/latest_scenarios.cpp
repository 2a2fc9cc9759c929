// The audit of a latest value stands here, too: there is little to it.
#include <handoff/latest.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>

#include "process/message.hpp"
#include "prove/process_factory.hpp"
#include "prove/topic_scenarios.hpp"

namespace handoff::prove {
namespace {

using namespace std::chrono_literals;
using Value = std::array<std::byte, 64>;

const LatestShape shape{.capacity_bytes = sizeof(Value), .participants = 8, .lifetime = Lifetime::persistent};

class LatestActor {
public:
    LatestActor(const std::string& name, OperationLog& log)
        : log_(log), bytes(name, shape, {.wait = WaitPolicy::sleep}) {}

    void write() {
        Value value;
        const std::uint64_t message = log_.next.fetch_add(1);
        test::fill(value, message);
        log_.record(message, sending);
        if (!bytes.write(value)) log_.refused.fetch_add(1);
        log_.record(message, sent);
    }
    /// The value's number, if there is one; throws if it is torn, was never written, or is older than the last.
    std::optional<std::uint64_t> read() {
        Value value;
        const auto reading = bytes.read(value);
        if (!reading && reading.error() == Errc::empty) return std::nullopt;
        const std::uint64_t sequence = reading.value().sequence;
        if (!test::is_whole(value)) throw std::runtime_error("a torn value");
        if (!log_.has(test::id_of(value), sending)) throw std::runtime_error("a value that was never written");
        if (sequence < seen_) throw std::runtime_error("an older value than before");
        seen_ = sequence;
        return test::id_of(value);
    }

private:
    OperationLog& log_;
    std::uint64_t seen_ = 0;

public:
    LatestBytes bytes;
};

using Named = ProcessFactory<LatestActor>::Named;
struct Start {
    const char* what;
    int written;
};
constexpr Start starts[] = {{"empty", 0}, {"one value", 1}, {"wrapped", 37}};

/// Looks for the dead, too.
Act wait_for_newer(std::shared_ptr<LatestActor> actor) {
    actor->read();
    return [actor] {
        Value value;
        (void)actor->bytes.wait_newer(value, 1ms);
    };
}

/// The newest value is one that was written, not older than the last whose write returned.
std::string audit(const std::string& name, OperationLog& log) {
    if (log.refused.load() != 0) return "an operation was refused";
    LatestActor auditor(name, log);
    Value value;
    const auto reading = auditor.bytes.read(value);
    std::uint64_t written = 0, begun = 0;
    for (std::uint64_t message = 0; message < OperationLog::most_messages; ++message) {
        if (log.has(message, sent)) ++written;
        if (log.has(message, sending)) ++begun;
    }
    const std::uint64_t sequence = reading ? reading->sequence : 0;
    if (sequence < written || sequence > begun) return "a write was lost, or counted twice";
    if (reading && !auditor.read()) return "the value went away";
    for (int lap = 0; lap < 40; ++lap) {
        auditor.write();
        if (auditor.read() != log.next.load() - 1) return "a new value was not read";
    }
    return "";
}

std::vector<Named> operations_of(const ProcessFactory<LatestActor>& factory) {
    return {
        {"write", [](auto actor) -> Act { return [actor] { actor->write(); }; }},
        {"read", [](auto actor) -> Act { return [actor] { actor->read(); }; }},
        {"wait for a newer one", wait_for_newer},
        {"join",
         [factory](auto actor) -> Act {
             return [actor, factory, joined = kept(std::unique_ptr<LatestActor>())] {
                 *joined = std::make_unique<LatestActor>(factory.name(), factory.log());
             };
         }},
        {"leave",
         [factory](auto actor) -> Act {
             auto leaving = kept(std::make_unique<LatestActor>(factory.name(), factory.log()));
             return [actor, leaving] { leaving->reset(); };
         }},
    };
}

Scenario scenario_of(const ProcessFactory<LatestActor>& factory, const Named& named, const Start& start) {
    Scenario scenario = factory.scenario("latest", named, start.what);
    scenario.build = factory.building([start](LatestActor& actor) {
        for (int i = 0; i < start.written; ++i) actor.write();
    });
    scenario.recoverer = factory.attached(wait_for_newer);
    for (const int count : {1, 2, 11, 40})
        scenario.others.push_back(factory.working([count](LatestActor& actor) {
            for (int i = 0; i < count; ++i) {
                actor.read();
                actor.write();
                actor.read();
            }
        }));
    scenario.audit = [factory] { return audit(factory.name(), factory.log()); };
    return scenario;
}

}  // namespace

std::vector<Scenario> latest_scenarios(const std::string& name, OperationLog& log) {
    const ProcessFactory<LatestActor> factory(name, log);
    std::vector<Scenario> scenarios;
    for (const auto& named : operations_of(factory))
        for (const Start& start : starts) scenarios.push_back(scenario_of(factory, named, start));
    return scenarios;
}

}  // namespace handoff::prove
