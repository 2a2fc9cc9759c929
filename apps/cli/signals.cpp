#include "cli/signals.hpp"

#include <csignal>

namespace handoff::apps {

namespace {
std::stop_token token;
}  // namespace

void catch_stop_signals() {
    token = stop_on_signals({SIGINT, SIGTERM, SIGHUP});
}

const std::stop_token& stop_token() noexcept {
    return token;
}

}  // namespace handoff::apps
