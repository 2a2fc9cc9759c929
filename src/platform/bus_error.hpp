// SIGBUS in a mapping: another process truncated the file, and a missing page was touched.
//
// After survive_bus_errors(), a touch of a missing page in a WatchedMapping maps private zeros there, from that page to
// the end, and marks the mapping as cut short; the touch then goes on.
//
// Signal safety: the handler reads the table, calls mmap and madvise, and writes two words; it takes no lock and
// allocates nothing.
#pragma once

namespace handoff::detail::platform {

/// Installs the handler, once. The previous handler gets every SIGBUS outside these mappings. Throws Error(system).
void survive_bus_errors();

}  // namespace handoff::detail::platform
