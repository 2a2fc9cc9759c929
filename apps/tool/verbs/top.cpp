#include "cli/arguments.hpp"
#include "cli/waits.hpp"
#include "tool/monitor.hpp"
#include "tool/top/model.hpp"
#include "tool/top/page.hpp"
#include "tool/top/screen.hpp"
#include "tool/verbs.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace handoff::apps::tool {

namespace {

using namespace std::chrono_literals;

void add_options(boost::program_options::options_description& options) {
    options.add_options()("interval", value("DURATION", "1s"), "between two looks, from 100ms to 1h");
}

std::chrono::nanoseconds interval_of(const Arguments& arguments) {
    const auto interval = arguments.duration("interval");
    if (interval < 100ms || interval > 1h)
        throw UsageError("--interval: '" + arguments.text("interval") + "' is not between 100ms and 1h");
    return interval;
}

/// Looks, draws, and handles keys, until the user quits.
void live(Monitor& monitor, Model& model) {
    model.show(monitor.look());
    Screen screen;
    auto looked = Clock::now();
    while (!stop_requested() && !Screen::quit_requested()) {
        const Page page = page_of(model, screen.columns(), screen.rows());
        model.scroll_at_most(page.most_scrolled);
        screen.draw(page);
        Press press{};
        auto event = Screen::Event::none;
        while (event == Screen::Event::none && !stop_requested() && !Screen::quit_requested()) {
            if (!model.is_paused() && Clock::now() >= looked + model.interval()) {
                looked = Clock::now();
                model.show(monitor.look());
                break;
            }
            event = screen.wait(slice, press);
        }
        if (event == Screen::Event::key && !model.press(press.key, press.character, page.body)) return;
    }
}

ExitCode run(const Invocation& invocation) {
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0)
        throw UsageError("top draws on a terminal, and stdin or stdout is none here: use 'handoff ls --json'");
    Monitor monitor(invocation.operands.empty() ? "*" : invocation.operands.front());
    Model model(interval_of(invocation.arguments));
    live(monitor, model);
    return ExitCode::ok;
}

}  // namespace

const Verb top{
    .name = "top",
    .operands = "[GLOB]",
    .least_operands = 0,
    .most_operands = 1,
    .completes = Operand::segment,
    .summary = "all segments, live",
    .description =
        "Shows a line for each segment, again and again: slots in use, live and dead participants, messages and\n"
        "bytes per second, delay, losses, age of the newest message. Red: dead participants, and channels\n"
        "that are full while nothing is taken. Yellow: full channels, stopped participants. Magenta:\n"
        "subscribers that are losing messages. Keys: q quits; s, S and arrows choose the column to sort by,\n"
        "r reverses; / filters by name; Enter shows participants and slots, Esc goes back; p pauses; + and -\n"
        "change the interval. Below the list: the findings of info for the selected one.\n"
        "NO_COLOR is respected. It takes no lock and holds no slot.",
    .add_options = add_options,
    .run = run};

}  // namespace handoff::apps::tool
