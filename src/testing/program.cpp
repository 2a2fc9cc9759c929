#include "testing/process.hpp"
#include "testing/timer.hpp"

#include "testing/descriptor.hpp"

#include <handoff/testing.hpp>

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace handoff::testing {

using namespace detail::testing;

namespace {

std::string variable_name(const std::string& setting) {
    return setting.substr(0, setting.find('='));
}

std::vector<std::string> environment_with(const std::vector<std::string>& changes) {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const auto same_name = [name = variable_name(*entry)](const std::string& c) {
            return variable_name(c) == name;
        };
        if (std::none_of(changes.begin(), changes.end(), same_name)) environment.emplace_back(*entry);
    }
    for (const auto& change : changes)
        if (change.find('=') != std::string::npos) environment.push_back(change);
    return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// Everything that exec needs, made before the fork: between fork and exec nothing may allocate.
struct Launch {
    std::string path;
    std::string directory;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::vector<char*> argument_pointers;
    std::vector<char*> environment_pointers;
    Descriptor input = memory_file("stdin");
    Pipe refusal = make_pipe();  // closed by exec; else carries errno

    Launch(const std::string& program, const std::vector<std::string>& program_arguments, const ProgramOptions& options)
        : path(program), directory(options.working_directory), environment(environment_with(options.environment)) {
        if (path.find('/') != std::string::npos) path = std::filesystem::absolute(path).string();
        arguments.push_back(path);
        arguments.insert(arguments.end(), program_arguments.begin(), program_arguments.end());
        argument_pointers = pointers_to(arguments);
        environment_pointers = pointers_to(environment);
        const auto length = static_cast<ssize_t>(options.input.size());
        if (::write(input.get(), options.input.data(), options.input.size()) != length) fail("keeping the input");
        if (::lseek(input.get(), 0, SEEK_SET) != 0) fail("lseek");
    }
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;
};

[[noreturn]] void live_as_program(int parent_pid, const Launch& launch, int output, int errors) {
    Process::begin_child(parent_pid);
    const bool ready = ::dup2(launch.input.get(), STDIN_FILENO) != -1 && ::dup2(output, STDOUT_FILENO) != -1 &&
                       ::dup2(errors, STDERR_FILENO) != -1 &&
                       (launch.directory.empty() || ::chdir(launch.directory.c_str()) == 0);
    if (ready) ::execvpe(launch.path.c_str(), launch.argument_pointers.data(), launch.environment_pointers.data());
    const int reason = errno;
    [[maybe_unused]] const ssize_t told = ::write(launch.refusal.write_end.get(), &reason, sizeof reason);
    ::_exit(127);
}

}  // namespace

class Program::Impl {
public:
    Impl(const std::string& path, const std::vector<std::string>& arguments, const ProgramOptions& options)
        : process_(start(Launch(path, arguments, options))) {}

    Process& process() noexcept { return process_; }
    std::string output() const { return read_from(output_, 0); }
    std::string errors() const { return read_from(errors_, 0); }
    std::string all_it_wrote() const { return "; its stdout:\n" + output() + "\nits stderr:\n" + errors(); }
    template <class Read>
    void await(std::string_view text, Timer timer, Read read);

private:
    Process start(Launch launch);

    Descriptor output_ = memory_file("stdout");
    Descriptor errors_ = memory_file("stderr");
    Process process_;
};

Process Program::Impl::start(Launch launch) {
    const int parent_pid = ::getpid();
    const int pid = Process::fork();
    if (pid == 0) live_as_program(parent_pid, launch, output_.get(), errors_.get());

    launch.refusal.write_end.close();
    int reason = 0;
    const ssize_t got = ::read(launch.refusal.read_end.get(), &reason, sizeof reason);
    if (got == sizeof reason) {
        Process(pid, {}).kill();
        throw std::runtime_error("cannot start " + launch.path +
                                 (launch.directory.empty() ? "" : " in " + launch.directory) + ": " +
                                 std::strerror(reason));
    }
    return Process(pid, std::filesystem::path(launch.path).filename().string() + " (pid " + std::to_string(pid) + ")");
}

template <class Read>
void Program::Impl::await(std::string_view text, Timer timer, Read read) {
    const auto describe = [&](const char* how) {
        return process_.name() + " " + how + " \"" + std::string(text) + "\"";
    };
    while (true) {
        const auto exit = process_.poll();
        if (read().find(text) != std::string::npos) return;
        if (exit) throw ChildFailed(describe("did not write") + ", it " + exit->text() + all_it_wrote(), *exit);
        if (timer.passed())
            throw DeadlinePassed(describe("has not written") + " within " + timer.text() + all_it_wrote());
        timer.pause();
    }
}

Program::Program(const std::string& path, const std::vector<std::string>& arguments, const ProgramOptions& options)
    : impl_(std::make_unique<Impl>(path, arguments, options)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

int Program::pid() const noexcept {
    return impl_->process().pid();
}

bool Program::is_running() {
    return !impl_->process().poll();
}

std::string Program::output() const {
    return impl_->output();
}

std::string Program::errors() const {
    return impl_->errors();
}

void Program::wait_for_output(std::string_view text, std::chrono::nanoseconds deadline) {
    impl_->await(text, Timer(deadline), [this] { return impl_->output(); });
}

void Program::wait_for_errors(std::string_view text, std::chrono::nanoseconds deadline) {
    impl_->await(text, Timer(deadline), [this] { return impl_->errors(); });
}

void Program::signal(int number) {
    impl_->process().signal(number);
}

void Program::stop(std::chrono::nanoseconds deadline) {
    impl_->process().stop(deadline);
}

void Program::resume(std::chrono::nanoseconds deadline) {
    impl_->process().resume(deadline);
}

Exit Program::kill() {
    return impl_->process().kill();
}

Exit Program::wait(std::chrono::nanoseconds deadline) {
    Timer timer(deadline);
    while (!impl_->process().poll()) {
        if (timer.passed())
            throw DeadlinePassed(impl_->process().name() + " has not ended within " + timer.text() +
                                 impl_->all_it_wrote());
        timer.pause();
    }
    return *impl_->process().exit();
}

bool Program::ends_within(std::chrono::nanoseconds deadline) {
    return impl_->process().ends_within(deadline);
}

}  // namespace handoff::testing
