#include "common/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace handoff::apps {

int terminal_columns() noexcept {
    if (isatty(STDERR_FILENO) == 0) return 0;
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace handoff::apps
