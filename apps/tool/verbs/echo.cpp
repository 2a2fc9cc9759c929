#include "cli/output.hpp"
#include "cli/units.hpp"
#include "cli/waits.hpp"
#include "tool/filter.hpp"
#include "tool/message_json.hpp"
#include "tool/tap.hpp"
#include "tool/verbs.hpp"

#include <handoff/inspect.hpp>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace po = boost::program_options;

namespace handoff::apps::tool {

namespace {

constexpr std::chrono::milliseconds pause{1};

struct Options {
    std::string name;
    Payload payload = Payload::none;
    Filter filter;
    std::uint64_t count = UINT64_MAX;
    Clock::time_point until = Clock::time_point::max();
    std::optional<Clock::duration> silence_limit;  ///< with silence
};

class Echo {
public:
    explicit Echo(Options options) : options_(std::move(options)), observer_(options_.name) {}

    ExitCode run() {
        check_output();
        while (!is_over() && observer_.is_current()) {
            const std::uint64_t shown_before = shown_;
            const bool saw = observer_.kind() == inspect::Kind::channel ? look_at_channel() : copy_one();
            if (shown_ > shown_before) heard_at_ = Clock::now();
            if (is_silent()) return ExitCode::timed_out;
            if (!saw) std::this_thread::sleep_for(pause);
        }
        if (!is_over()) std::cerr << "'" << options_.name << "' is gone\n";
        if (missed_ > 0) std::cerr << missed_ << " messages passed faster than they could be looked at\n";
        if (left_out_ > 0) std::cerr << counted(left_out_, "message") << " did not fit\n";
        return ExitCode::ok;
    }

private:
    bool is_over() const { return stop_requested() || shown_ >= options_.count || Clock::now() >= options_.until; }

    /// Prints a message if no message came for too long.
    bool is_silent() const {
        if (!options_.silence_limit || Clock::now() - heard_at_ < *options_.silence_limit) return false;
        std::cerr << (options_.filter.is_empty() ? "no message passed in '" : "no message that fits passed in '")
                  << options_.name << "' for " << format_duration(*options_.silence_limit) << "; 'handoff info "
                  << options_.name << "' shows the participants\n";
        return true;
    }

    void show(const std::string& line) {
        if (!options_.filter.lets_pass(line)) {
            ++left_out_;
            return;
        }
        std::cout << line << '\n';
        flush_output();
        ++shown_;
    }

    /// A channel's messages belong to its receivers: only what is written beside them is shown.
    bool look_at_channel() {
        const auto report = observer_.report();
        const auto fresh = tap_.look(report);
        for (const Passed& message : fresh)
            if (!is_over()) show(message_json(report, message));
        missed_ = tap_.missed();
        return !fresh.empty();
    }

    bool copy_one() {
        const auto copied = observer_.copy_next(buffer_);
        if (copied) {
            missed_ += copied->lost;
            show(message_json(options_.name, *copied, {buffer_.data(), copied->size}, options_.payload));
            return true;
        }
        if (!(copied.error() == Errc::empty)) throw Error(copied.error());
        return false;
    }

    Options options_;
    inspect::Observer observer_;
    Tap tap_;
    std::vector<std::byte> buffer_;
    Clock::time_point heard_at_ = Clock::now();
    std::uint64_t shown_ = 0;
    std::uint64_t missed_ = 0;
    std::uint64_t left_out_ = 0;
};

Payload payload_named(const std::string& word) {
    if (word == "none") return Payload::none;
    if (word == "hex") return Payload::hex;
    if (word == "text") return Payload::text;
    throw UsageError("--payload: '" + word + "' is none of none, hex, text");
}

ExitCode run(const Invocation& invocation) {
    const auto& arguments = invocation.arguments;
    Options options;
    options.name = invocation.operands.front();
    options.payload = payload_named(arguments.text("payload"));
    options.filter = Filter(arguments.texts("filter"));
    if (options.filter.asks_for("payload") && options.payload == Payload::none)
        throw UsageError("--filter: for the payload, --payload hex or --payload text is needed, too");
    if (arguments.flag("once")) options.count = 1;
    if (arguments.given("timeout")) options.silence_limit = arguments.duration("timeout");
    if (arguments.given("count")) options.count = arguments.number("count", 1, UINT64_MAX);
    if (arguments.given("duration")) options.until = in(arguments.duration("duration"));
    return Echo(std::move(options)).run();
}

void add_options(po::options_description& options) {
    options.add_options()("payload", value("HOW", "none"), "the bytes, too: hex or text (not of a channel)")(
        "filter", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
        "only what fits: encoding=bgr8, frame_id='cam*'; several times: all of them")(
        "count", value("N"), "end after N messages")("once", po::bool_switch(), "end after one, as --count 1")(
        "timeout", value("D"), "end with exit code 4 when none passed for so long")(
        "duration", value("D"), "end after so long (250ms, 5s, 2min)");
}

}  // namespace

const Verb echo{
    "echo",
    "NAME",
    1,
    1,
    Operand::segment,
    "messages as they pass, one JSON object a line",
    "Prints each message that is published from now on, until Ctrl-C; docs/tool-json.md has the keys.\n"
    "Disturbs no participant: messages that pass faster than it polls are left out and counted. A channel's messages\n"
    "belong to its receivers: of those it shows sender, sequence, size and image, not the bytes.",
    add_options,
    run};

}  // namespace handoff::apps::tool
