// Whether a person is looking at stderr.
#pragma once

namespace handoff::apps {

/// Columns of the terminal behind stderr; 0 if stderr is not a terminal, or one that cannot go back in a line (TERM is
/// "dumb", or not set).
int terminal_columns() noexcept;

}  // namespace handoff::apps
