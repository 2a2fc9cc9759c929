// The verbs, each in a file of its own under verbs/.
#pragma once

#include "tool/verb.hpp"

namespace handoff::apps::tool {

extern const Verb ls, info, ps, top, echo, hz, bw, lat, snap, send, recv, record, play, repair, plan, doctor, clean, rm,
    metrics, completion, man;

}  // namespace handoff::apps::tool
