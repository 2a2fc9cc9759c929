// recv: messages to stdout, for shell scripts.
#include "cli/output.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "tool/format.hpp"
#include "tool/verbs.hpp"
#include "tool/wait_option.hpp"

#include <handoff/channel.hpp>
#include <handoff/inspect.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <unistd.h>

#include <cstddef>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

using inspect::Kind;

std::chrono::nanoseconds attach_timeout(const Arguments& arguments) {
    return arguments.given("timeout") ? arguments.duration("timeout") : std::chrono::nanoseconds::max();
}

class Printer {
public:
    explicit Printer(const Invocation& invocation)
        : lines_(invocation.arguments.flag("lines")),
          most_(invocation.arguments.given("count") ? invocation.arguments.number("count", 1, UINT64_MAX)
                                                    : UINT64_MAX) {}
    void print(std::span<const std::byte> message) {
        std::cout.write(reinterpret_cast<const char*>(message.data()), static_cast<std::streamsize>(message.size()));
        if (lines_) std::cout << '\n';
        flush_output();
        ++count_;
    }
    bool wants_more() const { return count_ < most_ && !stop_requested(); }
    /// Ends the loop: true for the end of a stream and Ctrl-C, throws everything else.
    static ExitCode end_with(const Failure& failure) {
        if (failure == Errc::end_of_stream || stop_requested()) return ExitCode::ok;
        throw Error(failure);
    }

private:
    bool lines_;
    std::uint64_t most_;
    std::uint64_t count_ = 0;
};

/// The pixels of a picture are useless on a terminal, and would control it.
void refuse_image_on_terminal(const Image& image, const std::string& name, const char* what_becomes_of_it) {
    if (!image.is_image() || isatty(STDOUT_FILENO) == 0) return;
    throw Error(Errc::invalid_argument, "'" + name + "' holds images (" + format_description(image) +
                                            ") and stdout is a terminal: nothing was written" + what_becomes_of_it +
                                            ". To look at the newest one, type `handoff snap " + name + " " + name +
                                            ".png`; for the bytes, redirect stdout to a file or a pipe");
}

/// Before anything is taken. What is sent later is looked at when it comes.
void refuse_unread_images_on_terminal(const std::string& name) {
    for (const auto& slot : inspect::Observer(name).report().slot_list)
        if (slot.state == inspect::SlotState::ready) refuse_image_on_terminal(slot.image, name, ", and nothing taken");
}

ExitCode receive_from_channel(const Invocation& invocation) {
    const std::string& name = invocation.operands.front();
    refuse_unread_images_on_terminal(name);
    std::cerr << "taking messages of '" << name
              << "' for good: no other receiver gets them, and a sender that waits gets an empty answer\n";
    Receiver receiver(name, {.attach_timeout = attach_timeout(invocation.arguments)});
    Printer printer(invocation);
    while (printer.wants_more()) {
        auto request = receiver.receive(wait_from(invocation.arguments));
        if (!request) return Printer::end_with(request.error());
        refuse_image_on_terminal(request->image(), name, ", and the message goes to another receiver");
        try {
            printer.print(request->payload());
        } catch (const OutputFailed& failed) {
            throw Error(Errc::system, std::string(failed.what()) + ". The last message goes to another receiver");
        }
        request->processed().value();
    }
    return ExitCode::ok;
}

ExitCode receive_from_topic(const Invocation& invocation) {
    const std::string& name = invocation.operands.front();
    Subscriber subscriber(name);
    Printer printer(invocation);
    while (printer.wants_more()) {
        const auto message = subscriber.next(wait_from(invocation.arguments));
        if (!message) return Printer::end_with(message.error());
        if (message->lost() > 0) std::cerr << counted(message->lost(), "message") << " lost\n";
        refuse_image_on_terminal(message->image(), name, "");
        printer.print(message->payload());
    }
    return ExitCode::ok;
}

ExitCode receive_from_latest(const Invocation& invocation) {
    LatestBytes latest(invocation.operands.front(), {.read_only = true});
    std::vector<std::byte> buffer(latest.info().capacity_bytes);
    Printer printer(invocation);
    while (printer.wants_more()) {
        const auto reading = latest.wait_newer(buffer, wait_from(invocation.arguments));
        if (!reading) return Printer::end_with(reading.error());
        printer.print(std::span(buffer).first(reading->size));
    }
    return ExitCode::ok;
}

/// Waits for a segment to appear, if the user gave a timeout. Prints that it waits, since a waiter leaves no trace in
/// shared memory. False if the program was asked to end.
bool wait_for_segment(const Invocation& invocation) {
    const std::string& name = invocation.operands.front();
    if (!invocation.arguments.given("timeout") || !inspect::find(name).empty()) return true;
    std::cerr << "waiting for '" << name << "' to be created" << inspect::did_you_mean(name) << std::endl;
    try {
        // Takes no place, and leaves no trace in a segment of another kind.
        LatestBytes(name, {.attach_timeout = invocation.arguments.duration("timeout"),
                           .attach_stop = stop_token(),
                           .read_only = true});
    } catch (const Error& error) {
        return error.code() != Errc::stopped;  // of another kind, or never created: the caller finds out
    }
    return true;
}

ExitCode run_recv(const Invocation& invocation) {
    if (!wait_for_segment(invocation)) return ExitCode::ok;
    switch (inspect::Observer(invocation.operands.front()).kind()) {
        case Kind::topic:
            return receive_from_topic(invocation);
        case Kind::latest:
            return receive_from_latest(invocation);
        case Kind::channel:
            break;
    }
    return receive_from_channel(invocation);
}

void add_recv_options(po::options_description& options) {
    options.add_options()("lines", po::bool_switch(), "a newline after each message")(
        "count", value("N"), "end after N messages")("timeout", value("D"),
                                                     "give up after so long without a message (exit code 4)");
}

}  // namespace

const Verb recv{
    "recv",
    "NAME",
    1,
    1,
    Operand::segment,
    "messages to stdout",
    "Takes from a channel, listens to a topic, or follows a latest value. Ends when all senders have left.\n"
    "What it takes from a channel is gone for good: no other receiver gets it, and each request is\n"
    "answered, empty, when it was written. To look without taking: echo, snap. Images are not written to\n"
    "a terminal.",
    add_recv_options,
    run_recv};

}  // namespace handoff::apps::tool
