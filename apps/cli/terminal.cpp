#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace handoff::apps {

int terminal_columns() noexcept {
    if (isatty(STDERR_FILENO) == 0) return 0;
    const char* const type = std::getenv("TERM");
    if (type == nullptr || *type == '\0' || std::string_view(type) == "dumb") return 0;
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace handoff::apps
