#include "harness/interrupt.hpp"

#include <csignal>

namespace bench {

namespace {

volatile std::sig_atomic_t has_come = 0;  // volatile is what a signal handler may write

void remember(int) {
    has_come = 1;
}

}  // namespace

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = remember;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

void check_interrupts() {
    if (has_come != 0) throw Interrupted();
}

}  // namespace bench
