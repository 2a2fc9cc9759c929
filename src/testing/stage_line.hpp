// handoff testing: both directions between a child and its parent.
#pragma once

#include "testing/descriptor.hpp"
#include "testing/mailbox.hpp"

#include <handoff/testing.hpp>

namespace handoff::testing {

class Stage::Line {
public:
    Mailbox mailbox;

    /// Child: the other end of the permissions becomes the parent's alone.
    void begin_child() noexcept { permissions_.write_end.close(); }
    /// Child: blocks until the parent permits one more step. Ends the child if the parent is gone.
    void await_permission();
    /// Parent.
    void permit();

private:
    Pipe permissions_ = make_pipe();
};

}  // namespace handoff::testing
