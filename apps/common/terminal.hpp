// Whether a person is looking at stderr.
#pragma once

namespace handoff::apps {

/// Columns of the terminal behind stderr; 0 if stderr is not a terminal.
int terminal_columns() noexcept;

}  // namespace handoff::apps
