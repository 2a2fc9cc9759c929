#include "cli/program.hpp"

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "cli/printable.hpp"
#include "cli/signals.hpp"

#include <handoff/error.hpp>
#include <handoff/truncation.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>
#include <utility>

namespace handoff::apps {

namespace {

/// A file that is opened later must not become stdin, stdout or stderr: what is printed would be written into it, into
/// a picture or a socket. Each stand-in refuses what it is there for, so that nothing looks as if it had gone well.
void open_missing_streams() noexcept {
    for (const auto& [number, flags] :
         {std::pair{STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_RDONLY}})
        if (::fcntl(number, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", flags);  // the lowest free number
}

/// A pipe without a reader and a file that may not grow are errors with a message, not fatal signals.
void ignore_output_signals() noexcept {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

ExitCode ended_by(const std::string& name, const std::string& sentence, ExitCode code) {
    std::cerr << name << ": " << printable(sentence) << std::endl;
    return code;
}

/// Nothing has gone well before stdout has taken it. Where `| head` has seen enough, that is an end as with Ctrl-C.
ExitCode run_and_flush(const std::function<ExitCode()>& body) {
    ExitCode code = ExitCode::ok;
    try {
        code = body();
        flush_output();
    } catch (const OutputFailed& failed) {
        if (!failed.reader_has_left()) throw;
    }
    return code;
}

ExitCode guarded(const std::string& name, const std::function<ExitCode()>& body) {
    try {
        return run_and_flush(body);
    } catch (const UsageError& error) {
        return ended_by(name, std::string(error.what()) + "; see '" + name + " --help'", ExitCode::usage);
    } catch (const Error& error) {
        return ended_by(name, error.what(), exit_code_of(error.failure()));
    } catch (const std::bad_alloc&) {
        return ended_by(name, "not enough memory: try smaller frames or fewer slots", ExitCode::failed);
    } catch (const std::exception& error) {
        return ended_by(name, error.what(), ExitCode::failed);
    }
}

}  // namespace

int run_program(const std::string& name, const std::function<ExitCode()>& body) noexcept {
    open_missing_streams();
    ignore_output_signals();
    catch_stop_signals();
    handle_sigbus();  // if a segment is truncated: an error instead of SIGBUS
    const Output output;
    return static_cast<int>(guarded(name, body));
}

}  // namespace handoff::apps
