// handoff: the version of the library.
#pragma once

#define HANDOFF_VERSION_MAJOR 0
#define HANDOFF_VERSION_MINOR 1
#define HANDOFF_VERSION_PATCH 0
#define HANDOFF_VERSION "0.1.0"
