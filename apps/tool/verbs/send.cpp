// send and recv: shell scripts take part.
#include "common/output.hpp"
#include "common/patience.hpp"
#include "common/stopped.hpp"
#include "common/units.hpp"
#include "tool/input.hpp"
#include "tool/verbs.hpp"
#include "tool/words.hpp"

#include <handoff/channel.hpp>
#include <handoff/inspect.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

using inspect::Kind;

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

bool exists(const std::string& name) {
    const auto found = inspect::find(name);
    return std::any_of(found.begin(), found.end(), [&](const auto& file) { return file.name == name; });
}

/// What is there already decides; otherwise --kind.
Kind kind_of(const Invocation& invocation) {
    const std::string& name = invocation.operands.front();
    if (exists(name)) return inspect::Observer(name).kind();
    const std::string word = invocation.arguments.text("kind");
    for (const Kind kind : {Kind::channel, Kind::topic, Kind::latest})
        if (word == to_string(kind)) return kind;
    throw UsageError("--kind: '" + word + "' is none of channel, topic, latest");
}

Deadline deadline_for(const Arguments& arguments) {
    return arguments.given("timeout") ? Deadline(in(arguments.duration("timeout"))) : Deadline::never();
}

/// Calls wait(Deadline) in slices, so that Ctrl-C is noticed.
template <class Wait>
auto patiently(const Arguments& arguments, Wait wait) {
    const auto until =
        arguments.given("timeout") ? in(arguments.duration("timeout")) : Clock::now() + std::chrono::hours(24 * 3650);
    return wait_in_slices(until, wait);
}

// ---- send -----------------------------------------------------------------------------------------------------------

/// Where messages go.
class Outlet {
public:
    virtual ~Outlet() = default;
    virtual void put(std::span<const std::byte> message) = 0;
};

/// Waits for the receivers of a channel. Throws Error, which says so if they are stopped.
template <class Wait>
auto answered_in_time(const Arguments& arguments, const std::string& channel, Wait wait) {
    auto answer = patiently(arguments, wait);
    if (answer) return std::move(answer).value();
    const Failure& failure = answer.error();
    if (!(failure == Errc::timed_out)) throw Error(failure);
    throw Error(Errc::timed_out, failure.sentence() + stopped_receivers(channel));
}

class ChannelOutlet final : public Outlet {
public:
    ChannelOutlet(const std::string& name, const Arguments& arguments, std::size_t payload_bytes)
        : name_(name),
          arguments_(arguments),
          asks_(arguments.flag("request")),
          sender_(name, options(arguments, payload_bytes)) {}

    void put(std::span<const std::byte> message) override {
        auto loan = answered_in_time(arguments_, name_, [&](Deadline deadline) { return sender_.loan(deadline); });
        loan.resize(message.size()).value();
        std::copy(message.begin(), message.end(), loan.payload().begin());
        if (!asks_) return sender_.send(std::move(loan)).value();
        auto pending = sender_.request_async(std::move(loan)).value();
        const auto answer =
            answered_in_time(arguments_, name_, [&](Deadline deadline) { return pending.wait(deadline); });
        const auto reply = answer.reply();
        std::cout.write(reinterpret_cast<const char*>(reply.data()), static_cast<std::streamsize>(reply.size()));
        if (arguments_.flag("lines")) std::cout << '\n';
        try {
            flush_output();
        } catch (const OutputFailed& failed) {  // whoever left did not see the end: the rest would go unsent, silently
            throw Error(Errc::system, "the last answer is lost: " + std::string(failed.what()));
        }
    }

private:
    static ChannelOptions options(const Arguments& arguments, std::size_t payload_bytes) {
        ChannelOptions options;
        options.payload_bytes = payload_bytes;
        options.reply_bytes = payload_bytes;
        options.slots = static_cast<std::uint32_t>(arguments.number("slots", 1, 65'535));
        if (arguments.flag("persistent")) options.lifetime = Lifetime::persistent;
        return options;
    }
    std::string name_;
    const Arguments& arguments_;
    bool asks_;
    Sender sender_;
};

class TopicOutlet final : public Outlet {
public:
    TopicOutlet(const std::string& name, const Arguments& arguments, std::size_t payload_bytes)
        : publisher_(name, options(arguments, payload_bytes)) {}

    void put(std::span<const std::byte> message) override {
        auto loan = publisher_.loan().value();
        loan.resize(message.size()).value();
        std::copy(message.begin(), message.end(), loan.payload().begin());
        (void)publisher_.publish(std::move(loan)).value();
    }

private:
    static TopicOptions options(const Arguments& arguments, std::size_t payload_bytes) {
        TopicOptions options;
        options.payload_bytes = payload_bytes;
        options.history = static_cast<std::uint32_t>(arguments.number("slots", 1, 16'384));
        if (arguments.flag("persistent")) options.lifetime = Lifetime::persistent;
        return options;
    }
    Publisher publisher_;
};

class LatestOutlet final : public Outlet {
public:
    LatestOutlet(const std::string& name, const Arguments& arguments, std::size_t payload_bytes)
        : latest_(name, options(arguments, payload_bytes)) {}
    void put(std::span<const std::byte> message) override { (void)latest_.write(message).value(); }

private:
    static LatestOptions options(const Arguments& arguments, std::size_t payload_bytes) {
        LatestOptions options;
        options.capacity_bytes = payload_bytes;
        if (arguments.flag("persistent")) options.lifetime = Lifetime::persistent;
        return options;
    }
    LatestBytes latest_;
};

/// 0 where it exists already: attach to it as it is.
std::size_t payload_to_ask_for(const Invocation& invocation, std::size_t least) {
    if (exists(invocation.operands.front())) return 0;
    return std::max<std::size_t>(invocation.arguments.size("payload-bytes"), least);
}

std::unique_ptr<Outlet> outlet_for(const Invocation& invocation, std::size_t largest) {
    const std::string& name = invocation.operands.front();
    const Kind kind = kind_of(invocation);
    if (invocation.arguments.flag("request") && kind != Kind::channel)
        throw UsageError("--request: only a channel answers, '" + name + "' is a " + to_string(kind));
    const std::size_t bytes = payload_to_ask_for(invocation, largest);
    if (kind == Kind::topic) return std::make_unique<TopicOutlet>(name, invocation.arguments, bytes);
    if (kind == Kind::latest) return std::make_unique<LatestOutlet>(name, invocation.arguments, bytes);
    return std::make_unique<ChannelOutlet>(name, invocation.arguments, bytes);
}

/// What one message can have: never more is read. Without --payload-bytes, all of stdin decides how large a message of
/// a new segment can be, up to a size that people mean.
Input::Limit limit_for(const Invocation& invocation) {
    constexpr std::size_t most_unasked = 64 << 20;
    const auto& arguments = invocation.arguments;
    const std::string& name = invocation.operands.front();
    if (exists(name))
        return {inspect::Observer(name).report().payload_bytes, "which is what a message of '" + name + "' can have"};
    if (arguments.given("payload-bytes") || arguments.flag("lines"))
        return {std::max<std::size_t>(arguments.size("payload-bytes"), 1), "which is what --payload-bytes allows"};
    return {most_unasked, "which is what is taken without --payload-bytes"};
}

/// When the next message goes out, and whether one does. Without --rate at once; a moment that was missed, because
/// nothing was there or nobody took it, is not made up for.
class Schedule {
public:
    Schedule(const Arguments& arguments, std::uint64_t most) : left_(most) {
        if (arguments.given("rate"))
            period_ =
                std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / arguments.rate("rate")));
        if (arguments.given("count")) left_ = arguments.number("count", 1, UINT64_MAX);
    }

    bool wants_more() const { return left_ > 0 && !stop_requested(); }
    /// False if the program is asked to end meanwhile.
    bool wait() {
        while (!stop_requested() && Clock::now() < due_)
            std::this_thread::sleep_for(std::min<Clock::duration>(due_ - Clock::now(), slice));
        due_ = std::max(due_ + period_, Clock::now());
        --left_;
        return !stop_requested();
    }

private:
    Clock::duration period_{0};
    Clock::time_point due_ = Clock::now();
    std::uint64_t left_;
};

void send_lines(const Invocation& invocation, std::uint64_t& sent) {
    Input input(limit_for(invocation));
    Schedule schedule(invocation.arguments, UINT64_MAX);
    const auto outlet = outlet_for(invocation, 1);
    while (schedule.wants_more()) {
        const auto line = input.line();
        if (!line || !schedule.wait()) return;
        outlet->put(bytes_of(*line));
        ++sent;
    }
}

void send_all(const Invocation& invocation, std::uint64_t& sent) {
    Schedule schedule(invocation.arguments, invocation.arguments.given("rate") ? UINT64_MAX : 1);
    const auto message = Input(limit_for(invocation)).all();
    if (!message) return;
    const auto outlet = outlet_for(invocation, std::max<std::size_t>(message->size(), 1));
    while (schedule.wants_more() && schedule.wait()) {
        outlet->put(bytes_of(*message));
        ++sent;
    }
}

ExitCode run_send(const Invocation& invocation) {
    std::uint64_t sent = 0;
    const auto tell = [&] { std::cerr << counted(sent, "message") << " sent\n"; };
    try {
        (invocation.arguments.flag("lines") ? send_lines : send_all)(invocation, sent);
    } catch (...) {
        if (sent > 0) tell();  // before the sentence about the one that was not
        throw;
    }
    if (!invocation.arguments.flag("quiet")) tell();
    return ExitCode::ok;
}

void add_send_options(po::options_description& options) {
    options.add_options()("lines", po::bool_switch(), "each line is a message; without: all of stdin is one")(
        "rate", value("X"),
        "messages a second: with --lines of the lines; without, stdin's message again and again until Ctrl-C")(
        "count", value("N"), "end after N messages; without --lines: send stdin's message so often")(
        "request", po::bool_switch(), "of a channel: wait for each answer and write it to stdout")(
        "kind", value("KIND", "channel"), "channel, topic or latest, if it does not exist yet")(
        "payload-bytes", value("SIZE", "64Ki"), "largest message, if it does not exist yet")(
        "slots", value("N", "8"), "messages that can exist at once (a topic's history), if it does not exist yet")(
        "persistent", po::bool_switch(), "it stays when everybody has left, if it does not exist yet")(
        "timeout", value("D"), "give up after so long without a free slot or an answer")("quiet", po::bool_switch(),
                                                                                         "errors only");
}

// ---- recv -----------------------------------------------------------------------------------------------------------

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

/// The pixels of a picture help nobody on a terminal, and steer it.
void refuse_image_on_terminal(const Image& image, const std::string& name, const char* what_becomes_of_it) {
    if (!image.is_image() || isatty(STDOUT_FILENO) == 0) return;
    throw Error(Errc::invalid_argument, "'" + name + "' holds images (" + image_in_words(image) +
                                            ") and stdout is a terminal: nothing was written" + what_becomes_of_it +
                                            ". To look at the newest one, type `handoff snap " + name + " " + name +
                                            ".png`; for the bytes, redirect stdout to a file or a pipe");
}

/// Before anything is taken. What is sent later is looked at when it comes.
void refuse_unread_images_on_terminal(const std::string& name) {
    for (const auto& slot : inspect::Observer(name).report().slots)
        if (slot.state == inspect::SlotState::ready) refuse_image_on_terminal(slot.image, name, ", and nothing taken");
}

ExitCode receive_from_channel(const Invocation& invocation) {
    const std::string& name = invocation.operands.front();
    refuse_unread_images_on_terminal(name);
    std::cerr << "taking messages of '" << name
              << "' for good: no other receiver gets them, and who waits for an answer gets an empty one\n";
    ChannelOptions options;
    options.attach_deadline = deadline_for(invocation.arguments);
    Receiver receiver(name, options);
    Printer printer(invocation);
    while (printer.wants_more()) {
        auto request = patiently(invocation.arguments, [&](Deadline deadline) { return receiver.receive(deadline); });
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
        const auto message =
            patiently(invocation.arguments, [&](Deadline deadline) { return subscriber.next(deadline); });
        if (!message) return Printer::end_with(message.error());
        if (message->lost() > 0) std::cerr << counted(message->lost(), "message") << " lost\n";
        refuse_image_on_terminal(message->image(), name, "");
        printer.print(message->payload());
    }
    return ExitCode::ok;
}

ExitCode receive_from_latest(const Invocation& invocation) {
    LatestOptions options;
    options.read_only = true;
    LatestBytes latest(invocation.operands.front(), options);
    std::vector<std::byte> buffer(latest.info().capacity_bytes);
    Printer printer(invocation);
    while (printer.wants_more()) {
        const auto reading =
            patiently(invocation.arguments, [&](Deadline deadline) { return latest.wait_newer(buffer, deadline); });
        if (!reading) return Printer::end_with(reading.error());
        printer.print(std::span(buffer).first(reading->size));
    }
    return ExitCode::ok;
}

/// Waits for a segment to appear, where the user gave it time. Who waits leaves no trace in shared memory: it is said.
void wait_for_segment(const Invocation& invocation) {
    const std::string& name = invocation.operands.front();
    const auto until =
        invocation.arguments.given("timeout") ? in(invocation.arguments.duration("timeout")) : Clock::now();
    bool has_said = false;
    while (Clock::now() < until && !stop_requested()) {
        if (!inspect::find(name).empty()) return;
        if (!std::exchange(has_said, true))
            std::cerr << "waiting for '" << name << "' to be created" << inspect::did_you_mean(name) << std::endl;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

ExitCode run_recv(const Invocation& invocation) {
    wait_for_segment(invocation);
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

const Verb send{
    "send",
    "NAME",
    1,
    1,
    Operand::segment,
    "bytes or lines from stdin",
    "Sends to a channel, publishes on a topic, or writes a latest value: whatever NAME is, or is to become.\n"
    "With --request each answer goes to stdout; with --rate 10 the message goes out ten times a second.",
    add_send_options,
    run_send};
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
