// handoff: what the shared library shows to others.
#pragma once

#define HANDOFF_EXPORT __attribute__((visibility("default")))
