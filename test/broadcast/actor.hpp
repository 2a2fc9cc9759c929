// Several actors in one thread: each stops before every look at a shared word, and before and after every change of
// one, so that a test decides who goes on, and who dies there.
//
// Needs a library with HANDOFF_CRASH_POINTS; the executable's crash_point() and look_point() are those of actor.cpp.
#pragma once

#include <functional>
#include <memory>

namespace handoff::test {

class Actor {
public:
    explicit Actor(std::function<void()> function);
    Actor(Actor&&) noexcept;
    Actor& operator=(Actor&&) noexcept;
    /// An actor that has not ended is dead: nothing of it runs any more, not even its destructors.
    ~Actor();

    /// Runs to the next stop. False: the function has returned. Throws what it threw.
    bool step();
    /// Runs over `stops` stops. False: the function has returned before.
    bool pass(int stops);
    void finish() {
        while (step()) {
        }
    }
    bool has_ended() const noexcept;

    /// One more stop, where no shared word is touched. Does nothing outside of an actor.
    static void pause();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace handoff::test
