// handoff testing: both directions between a child and its parent.
#pragma once

#include "testing/descriptor.hpp"
#include "testing/mailbox.hpp"

#include <handoff/testing.hpp>

namespace handoff::testing {

class Checkpoints::Line {
public:
    detail::testing::Mailbox mailbox;

    /// Child: closes its copy of the parent's end of the permissions.
    void begin_child() noexcept { permissions_.write_end.close(); }
    /// Child: blocks until the parent permits one more step. Ends the child if the parent is gone.
    void await_permission();
    /// Parent.
    void permit();

private:
    detail::testing::Pipe permissions_ = detail::testing::make_pipe();
};

}  // namespace handoff::testing
