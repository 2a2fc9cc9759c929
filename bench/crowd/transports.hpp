// What hands a request over, each way as its documentation has it.
#pragma once

#include "crowd/requests.hpp"

namespace bench::crowd {

/// handoff with its default policy (balanced), and with sleepers.
Sides handoff_sides(const Task& task);
Sides sleeping_handoff_sides(const Task& task);
/// boost::interprocess::message_queue of four messages, and one for the answers to each client.
Sides message_queue_sides(const Task& task);
/// A named pipe that has room for four messages, and one for the answers to each client.
Sides pipe_sides(const Task& task);

}  // namespace bench::crowd
