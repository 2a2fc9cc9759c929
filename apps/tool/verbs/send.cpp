// send: shell scripts take part.
#include "cli/output.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "tool/input.hpp"
#include "tool/verbs.hpp"
#include "tool/wait_option.hpp"

#include <handoff/channel.hpp>
#include <handoff/inspect.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
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
    constexpr std::array kinds{Kind::channel, Kind::topic, Kind::latest};
    return kinds[invocation.arguments.choice("kind", {"channel", "topic", "latest"})];
}

/// What the segment must have. Of one that exists, only what was given on the command line.
struct Wanted {
    bool is_new;
    std::optional<std::size_t> payload_bytes;
    std::optional<std::uint32_t> slots;
};

Wanted wanted(const Invocation& invocation, std::size_t least_bytes, std::uint32_t most_slots) {
    const Arguments& arguments = invocation.arguments;
    const bool is_new = !exists(invocation.operands.front());
    const std::size_t payload_bytes = arguments.size("payload-bytes");
    const auto slots = static_cast<std::uint32_t>(arguments.number("slots", 1, most_slots));
    Wanted wanted{is_new, {}, {}};
    if (is_new) wanted.payload_bytes = std::max(payload_bytes, least_bytes);
    if (!is_new && arguments.given("payload-bytes")) wanted.payload_bytes = payload_bytes;
    if (is_new || arguments.given("slots")) wanted.slots = slots;
    return wanted;
}

/// Where messages go.
class Outlet {
public:
    virtual ~Outlet() = default;
    virtual void put(std::span<const std::byte> message) = 0;
};

/// The result of a wait for a receiver. Throws Error, after Ctrl-C with `interrupted`.
template <class T>
T unless_stopped(result<T> answer, const char* interrupted) {
    if (!answer && answer.error() == Errc::stopped) throw Error(Errc::stopped, interrupted);
    return std::move(answer).value();
}

class ChannelOutlet final : public Outlet {
public:
    ChannelOutlet(const std::string& name, const Arguments& arguments, const Wanted& wanted)
        : name_(name),
          arguments_(arguments),
          asks_(arguments.flag("request")),
          sender_(name, shape(arguments, wanted)) {}

    void put(std::span<const std::byte> message) override {
        auto loan = unless_stopped(sender_.loan(wait_from(arguments_)),
                                   "interrupted while it waited for a free slot: the last message was not sent");
        loan.resize(message.size()).value();
        std::copy(message.begin(), message.end(), loan.payload().begin());
        if (!asks_) return sender_.send(std::move(loan)).value();
        auto pending = sender_.request_async(std::move(loan)).value();
        const auto answer = unless_stopped(pending.wait(wait_from(arguments_)),
                                           "interrupted while it waited for an answer: the message was sent");
        const auto reply = answer.reply();
        std::cout.write(reinterpret_cast<const char*>(reply.data()), static_cast<std::streamsize>(reply.size()));
        if (arguments_.flag("lines")) std::cout << '\n';
        try {
            flush_output();
        } catch (const OutputFailed& failed) {  // the reader did not see the end: the rest would silently stay unsent
            throw Error(Errc::system, "the last answer is lost: " + std::string(failed.what()));
        }
    }

private:
    static ChannelShape shape(const Arguments& arguments, const Wanted& wanted) {
        ChannelShape shape{.slot_count = wanted.slots, .payload_bytes = wanted.payload_bytes};
        if (wanted.is_new) shape.reply_bytes = wanted.payload_bytes;
        if (arguments.flag("persistent")) shape.lifetime = Lifetime::persistent;
        return shape;
    }
    std::string name_;
    const Arguments& arguments_;
    bool asks_;
    Sender sender_;
};

class TopicOutlet final : public Outlet {
public:
    TopicOutlet(const std::string& name, const Arguments& arguments, const Wanted& wanted)
        : publisher_(name, shape(arguments, wanted)) {}

    void put(std::span<const std::byte> message) override {
        auto loan = publisher_.loan().value();
        loan.resize(message.size()).value();
        std::copy(message.begin(), message.end(), loan.payload().begin());
        (void)publisher_.publish(std::move(loan)).value();
    }

private:
    static TopicShape shape(const Arguments& arguments, const Wanted& wanted) {
        TopicShape shape{.history = wanted.slots, .payload_bytes = wanted.payload_bytes};
        if (arguments.flag("persistent")) shape.lifetime = Lifetime::persistent;
        return shape;
    }
    Publisher publisher_;
};

class LatestOutlet final : public Outlet {
public:
    LatestOutlet(const std::string& name, const Arguments& arguments, const Wanted& wanted)
        : latest_(name, shape(arguments, wanted)) {}
    void put(std::span<const std::byte> message) override { (void)latest_.write(message).value(); }

private:
    static LatestShape shape(const Arguments& arguments, const Wanted& wanted) {
        LatestShape shape{.capacity_bytes = wanted.payload_bytes};
        if (arguments.flag("persistent")) shape.lifetime = Lifetime::persistent;
        return shape;
    }
    LatestBytes latest_;
};

std::unique_ptr<Outlet> outlet_for(const Invocation& invocation, std::size_t largest) {
    const std::string& name = invocation.operands.front();
    const Kind kind = kind_of(invocation);
    if (invocation.arguments.flag("request") && kind != Kind::channel)
        throw UsageError("--request: only a channel answers, '" + name + "' is a " + to_string(kind));
    const auto with = wanted(invocation, largest, kind == Kind::topic ? 16'384 : 65'535);
    if (kind == Kind::topic) return std::make_unique<TopicOutlet>(name, invocation.arguments, with);
    if (kind == Kind::latest) return std::make_unique<LatestOutlet>(name, invocation.arguments, with);
    return std::make_unique<ChannelOutlet>(name, invocation.arguments, with);
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
/// without input or without a free slot, is not made up for.
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
        sleep_until(due_);
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
    const auto print_count = [&] { std::cerr << counted(sent, "message") << " sent\n"; };
    try {
        (invocation.arguments.flag("lines") ? send_lines : send_all)(invocation, sent);
    } catch (...) {
        if (sent > 0) print_count();  // before the sentence about the one that was not
        throw;
    }
    if (!invocation.arguments.flag("quiet")) print_count();
    return ExitCode::ok;
}

void add_send_options(po::options_description& options) {
    options.add_options()("lines", po::bool_switch(), "each line is a message; without: all of stdin is one")(
        "rate", value("X"),
        "messages a second: with --lines of the lines; without, stdin's message again and again until Ctrl-C")(
        "count", value("N"), "end after N messages; without --lines: send stdin's message so often")(
        "request", po::bool_switch(), "of a channel: wait for each answer and write it to stdout")(
        "kind", value("KIND", "channel"), "channel, topic or latest, if it does not exist yet")(
        "payload-bytes", value("SIZE", "64Ki"), "largest message; what exists must hold one, too")(
        "slots", value("N", "8"), "messages that can exist at once (a topic's history); what exists must hold as many")(
        "persistent", po::bool_switch(), "it stays when all have left, if it does not exist yet")(
        "timeout", value("D"), "give up after so long without a free slot or an answer")("quiet", po::bool_switch(),
                                                                                         "errors only");
}

}  // namespace

const Verb send{"send",
                "NAME",
                1,
                1,
                Operand::segment,
                "bytes or lines from stdin",
                "Sends to a channel, publishes on a topic, or writes a latest value, by the kind of NAME (or --kind).\n"
                "With --request each answer goes to stdout; with --rate 10 the message goes out ten times a second.",
                add_send_options,
                run_send};

}  // namespace handoff::apps::tool
