// Sends lines to the log server, one after the other, each only when the one before is safely in the log. While there
// is no server it waits.
#include "../program.hpp"
#include "input.hpp"
#include "line.hpp"

#include <handoff/channel.hpp>

#include <unistd.h>

namespace {

/// Waits as long as it takes, and prints that once.
template <class Operation>
auto wait_for_server(Operation operation) {
    auto answer = operation(example::stoppable_wait(std::chrono::seconds(2)));
    if (answer || answer.error() != handoff::Errc::timed_out) return answer;
    std::cerr << "no answer from the log server yet; waiting for it (Ctrl-C ends)\n";
    return operation(example::stop_token());
}

std::int64_t later_than(std::int64_t previous_ns) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::max<std::int64_t>(std::chrono::nanoseconds(now).count(), previous_ns + 1);
}

/// True once the line is in the log; false if the program was asked to end before.
bool log_line(handoff::Sender& sender, const spooler::Line& line) {
    auto loan = wait_for_server([&](const handoff::Wait& wait) { return sender.loan(wait); });
    if (!loan && loan.error() == handoff::Errc::stopped) return false;
    spooler::put(loan.value(), line);
    auto pending = sender.request_async(std::move(*loan)).value();
    const auto logged = wait_for_server([&](const handoff::Wait& wait) { return pending.wait(wait); });
    if (logged || logged.error() != handoff::Errc::stopped) return logged.value(), true;
    const bool withdrawn = pending.withdraw().value() == handoff::Withdrawn::taken_back;
    std::cerr << (withdrawn ? "the last line was not logged\n" : "the last line may or may not have been logged\n");
    return false;
}

int send_lines(const std::string& name, bool verbose) {
    handoff::Sender sender(name, spooler::channel_shape());
    spooler::Input input(spooler::most_text);
    const bool interactive = ::isatty(STDIN_FILENO) == 1;
    spooler::Line line{.pid = ::getpid()};
    std::uint64_t logged = 0, refused = 0;
    while (true) {
        if (interactive) std::cerr << "Please type a message: ";
        const auto text = input.next();
        if (!text) break;
        if (text->size() > spooler::most_text) {
            std::cerr << "line " << logged + ++refused << " is longer than " << spooler::most_text
                      << " bytes and was not sent; break it up\n";
            continue;
        }
        line.text = *text;
        line.time_ns = later_than(line.time_ns);
        if (!log_line(sender, line)) return example::failed;
        ++logged;
        if (verbose) std::cout << "logged " << *text << std::endl;
    }
    if (interactive) std::cerr << '\n';
    std::cerr << logged << " lines logged, " << refused << " refused\n";
    return refused == 0 ? example::ok : example::failed;
}

}  // namespace

int main(int argc, char** argv) {
    std::string name;
    bool verbose = false;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&name)->default_value("spooler"), "of the channel");
    add("verbose", example::po::bool_switch(&verbose), "print each line that is safely in the log");
    return example::run(argc, argv,
                        "Sends what is typed, or the lines on stdin, to the spooler's server. Lines have up to 4096 "
                        "bytes.",
                        options, [&] { return send_lines(name, verbose); });
}
