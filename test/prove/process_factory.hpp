// What the scenarios of all patterns need.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "platform/shm_file.hpp"
#include "prove/scenario.hpp"
#include "segment/name.hpp"

namespace handoff::prove {

inline void remove_segment(const std::string& name) {
    detail::platform::remove_name(detail::segment::segment_path(name));
}

/// Clears the log and removes the segment of that name.
inline void reset_segment(const std::string& name, OperationLog& log) {
    remove_segment(name);
    std::memset(static_cast<void*>(&log), 0, sizeof log);
}

/// Held by an operation, until its process is killed.
template <class T>
std::shared_ptr<T> kept(T&& value) {
    return std::make_shared<T>(std::move(value));
}

/// Processes of one kind on one segment: an Actor is made of the segment's name and the log.
template <class Actor>
class ProcessFactory {
public:
    /// The stepped operation of an attached actor.
    using Operation = std::function<Act(std::shared_ptr<Actor>)>;
    struct Named {
        const char* what;
        Operation operation;
    };

    ProcessFactory(std::string name, OperationLog& log) : name_(std::move(name)), log_(log) {}

    Prepare attached(const Operation& operation) const {
        return [name = name_, &log = log_, operation] { return operation(std::make_shared<Actor>(name, log)); };
    }
    std::function<void()> working(const std::function<void(Actor&)>& work) const {
        return [name = name_, &log = log_, work] {
            Actor actor(name, log);
            work(actor);
        };
    }
    /// A segment in which an actor has worked and has left.
    std::function<void()> building(const std::function<void(Actor&)>& work) const {
        return [name = name_, &log = log_, work] {
            reset_segment(name, log);
            Actor actor(name, log);
            work(actor);
        };
    }
    /// Another actor joins, and leaves while it holds a loan and a message.
    Act leave(const std::shared_ptr<Actor>& actor) const {
        auto leaving = kept(std::make_unique<Actor>(name_, log_));
        auto hands = kept((*leaving)->loan_and_message());
        return [actor, leaving, hands] {
            hands->first.reset();
            hands->second.reset();
            leaving->reset();
        };
    }
    Scenario scenario(const char* pattern, const Named& named, const char* start) const {
        Scenario scenario;
        scenario.pattern = pattern;
        scenario.operation = named.what;
        scenario.start = start;
        scenario.name = name_;
        scenario.target = attached(named.operation);
        return scenario;
    }

    const std::string& name() const noexcept { return name_; }
    OperationLog& log() const noexcept { return log_; }

private:
    std::string name_;
    OperationLog& log_;
};

}  // namespace handoff::prove
