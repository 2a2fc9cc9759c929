// How a signal ends a receiver, as docs/channel.md shows it.
#include <handoff/handoff.hpp>

#include <csignal>
#include <iostream>

using namespace std::chrono_literals;

int served = 0;

void serve(handoff::Request& request) {
    request.processed().value();
    ++served;
    std::raise(SIGTERM);
}

int main() {
    handoff::Sender sender("snippet-stop", {.payload_bytes = 64});
    sender.send(sender.loan(1s).value()).value();
    try {
        handoff::Receiver receiver("snippet-stop", {.attach_timeout = 1h, .attach_stop = handoff::stop_on_signals()});
        while (auto request = receiver.receive(handoff::stop_on_signals())) serve(*request);
    } catch (const handoff::Error& error) {  // of the constructor: Errc::stopped if Ctrl-C came before the channel
        std::cerr << error.what() << '\n';
    }
    std::cout << served << " served\n";
    return served == 1 ? 0 : 1;
}
