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

/// Nothing was said, and there is no segment of that name.
inline void begin_anew(const std::string& name, Testimony& testimony) {
    remove_segment(name);
    std::memset(static_cast<void*>(&testimony), 0, sizeof testimony);
}

/// In the hands of an operation, until its process is killed.
template <class T>
std::shared_ptr<T> kept(T&& value) {
    return std::make_shared<T>(std::move(value));
}

/// Processes of one kind on one segment: an Actor is made of the segment's name and the testimony.
template <class Actor>
class Troupe {
public:
    /// What is stepped, of one who is attached.
    using Operation = std::function<Act(std::shared_ptr<Actor>)>;
    struct Named {
        const char* what;
        Operation operation;
    };

    Troupe(std::string name, Testimony& testimony) : name_(std::move(name)), testimony_(testimony) {}

    Prepare attached(const Operation& operation) const {
        return [name = name_, &testimony = testimony_, operation] {
            return operation(std::make_shared<Actor>(name, testimony));
        };
    }
    std::function<void()> working(const std::function<void(Actor&)>& work) const {
        return [name = name_, &testimony = testimony_, work] {
            Actor actor(name, testimony);
            work(actor);
        };
    }
    /// A segment in which somebody has worked, who has left.
    std::function<void()> building(const std::function<void(Actor&)>& work) const {
        return [name = name_, &testimony = testimony_, work] {
            begin_anew(name, testimony);
            Actor actor(name, testimony);
            work(actor);
        };
    }
    /// Another one comes, and goes while it has a loan and a message in hand.
    Act leave(const std::shared_ptr<Actor>& actor) const {
        auto leaving = kept(std::make_unique<Actor>(name_, testimony_));
        auto hands = kept((*leaving)->both_hands_full());
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
        scenario.victim = attached(named.operation);
        return scenario;
    }

    const std::string& name() const noexcept { return name_; }
    Testimony& testimony() const noexcept { return testimony_; }

private:
    std::string name_;
    Testimony& testimony_;
};

}  // namespace handoff::prove
