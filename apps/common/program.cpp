#include "common/program.hpp"

#include "common/arguments.hpp"
#include "common/signals.hpp"

#include <handoff/error.hpp>
#include <handoff/truncation.hpp>

#include <iostream>

namespace handoff::apps {

namespace {

ExitCode ended_by(const std::string& name, const std::string& sentence, ExitCode code) {
    std::cerr << name << ": " << sentence << std::endl;
    return code;
}

ExitCode guarded(const std::string& name, const std::function<ExitCode()>& body) {
    try {
        return body();
    } catch (const UsageError& error) {
        return ended_by(name, std::string(error.what()) + "; '" + name + " --help' tells more", ExitCode::usage);
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
    catch_stop_signals();
    survive_truncation();  // somebody may cut a segment short: a sentence instead of SIGBUS
    return static_cast<int>(guarded(name, body));
}

}  // namespace handoff::apps
