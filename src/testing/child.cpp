#include "testing/checkpoint_line.hpp"
#include "testing/checks.hpp"
#include "testing/process.hpp"
#include "testing/timer.hpp"

#include <handoff/testing.hpp>

#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>

namespace handoff::testing {

using namespace detail::testing;

namespace {

[[noreturn]] void live_as_child(int parent_pid, Checkpoints::Line& line, const Child::Function& function) noexcept {
    Process::begin_child(parent_pid);
    line.begin_child();
    Checkpoints checkpoints(line);
    const bool good = run_reporting_to(line.mailbox, [&] { function(checkpoints); });
    std::cout.flush();
    std::fflush(nullptr);
    ::_exit(good ? 0 : 1);
}

std::string listed(const std::vector<std::string>& texts, const char* separator) {
    std::string list;
    for (const auto& text : texts) list += (list.empty() ? "" : separator) + text;
    return list;
}

}  // namespace

class Child::Impl {
public:
    explicit Impl(const Function& function) : process_(start(function)) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl();

    Process& process() noexcept { return process_; }
    const std::vector<std::string>& lines() const noexcept { return lines_; }
    /// Checks the process and reads its letters.
    bool has_ended();
    void wait_for(const std::string& point, Timer timer);
    std::string next_line(Timer timer);
    void wait(Timer timer);
    void go_on();
    /// Throws ChildFailed if the child has done anything wrong so far.
    void judge();

private:
    Process start(const Function& function);
    template <class Arrived>
    void await(const std::string& what, Timer timer, Arrived arrived);
    bool has_failed() const;
    std::string state() const;
    [[noreturn]] void throw_failed(const std::string& what);

    Checkpoints::Line line_;
    Process process_;
    std::vector<std::string> points_;
    std::map<std::string, std::ptrdiff_t> awaited_;  // how often wait_for() was called, by point
    std::vector<std::string> lines_;
    std::size_t lines_taken_ = 0;
    std::vector<std::string> failures_;
    std::string stopping_point_;
    unsigned stops_ = 0;
    unsigned permissions_ = 0;
    bool returned_ = false;
    bool judged_ = false;
};

Process Child::Impl::start(const Function& function) {
    const int parent_pid = ::getpid();
    const int pid = Process::fork();
    if (pid == 0) live_as_child(parent_pid, line_, function);
    return Process(pid, "child " + std::to_string(pid));
}

Child::Impl::~Impl() {
    if (!process_.is_ours()) return;
    process_.kill();
    has_ended();
    if (has_failed() && !judged_) fail_test_case(process_.name() + " failed, and it was not waited for: " + state());
}

bool Child::Impl::has_ended() {
    const bool ended = process_.poll().has_value();  // before the letters: then these are all of them
    for (auto& letter : line_.mailbox.take()) {
        switch (letter.kind) {
            case Mailbox::Kind::stopping:
                ++stops_;
                stopping_point_ = letter.text;
                [[fallthrough]];
            case Mailbox::Kind::reached:
                points_.push_back(std::move(letter.text));
                break;
            case Mailbox::Kind::line:
                lines_.push_back(std::move(letter.text));
                break;
            case Mailbox::Kind::failure:
                failures_.push_back(std::move(letter.text));
                break;
            case Mailbox::Kind::returned:
                returned_ = true;
                break;
        }
    }
    return ended;
}

bool Child::Impl::has_failed() const {
    const auto& exit = process_.exit();
    return !failures_.empty() || (exit && !process_.was_killed_by_us() && !(returned_ && exit->ok()));
}

std::string Child::Impl::state() const {
    std::string text = "it ";
    if (process_.exit())
        text += process_.exit()->text() + (returned_ ? "" : " before its function returned");
    else if (process_.is_stopped())
        text += "is stopped";
    else if (stops_ > permissions_)
        text += "is blocked in stop_at(\"" + stopping_point_ + "\")";
    else
        text += "is running";
    text += points_.empty() ? "; it reached no point" : "; it reached: " + listed(points_, ", ");
    if (!failures_.empty()) text += "; its failures:\n  " + listed(failures_, "\n  ");
    return text;
}

void Child::Impl::throw_failed(const std::string& what) {
    judged_ = true;
    throw ChildFailed(process_.name() + " " + what + ": " + state(), process_.exit().value_or(Exit{}));
}

void Child::Impl::judge() {
    if (has_failed()) throw_failed("failed");
}

template <class Arrived>
void Child::Impl::await(const std::string& what, Timer timer, Arrived arrived) {
    while (true) {
        const bool ended = has_ended();
        if (arrived()) return;
        if (ended) throw_failed("ended before it " + what);
        if (timer.passed())
            throw DeadlinePassed(process_.name() + " has not " + what + " within " + timer.text() + ": " + state());
        line_.mailbox.wait(timer.next_pause());
    }
}

void Child::Impl::wait_for(const std::string& point, Timer timer) {
    const auto times = awaited_[point] + 1;
    const std::string what = "reached \"" + point + "\"" + (times > 1 ? " " + std::to_string(times) + " times" : "");
    await(what, timer, [&] { return std::count(points_.begin(), points_.end(), point) >= times; });
    awaited_[point] = times;
}

std::string Child::Impl::next_line(Timer timer) {
    await("reported line " + std::to_string(lines_taken_ + 1), timer, [&] { return lines_taken_ < lines_.size(); });
    return lines_[lines_taken_++];
}

void Child::Impl::wait(Timer timer) {
    await("ended", timer, [&] { return process_.exit().has_value(); });
    judge();
}

void Child::Impl::go_on() {
    has_ended();
    if (stops_ == permissions_)
        throw std::logic_error("go_on(): " + process_.name() + " has not arrived at a stop_at(): " + state());
    ++permissions_;
    line_.permit();
}

Child::Child(const Function& function) : impl_(std::make_unique<Impl>(function)) {}
Child::Child(Child&&) noexcept = default;
Child& Child::operator=(Child&&) noexcept = default;
Child::~Child() = default;

int Child::pid() const noexcept {
    return impl_->process().pid();
}

bool Child::is_running() {
    return !impl_->has_ended();
}

void Child::wait_for(std::string_view point, std::chrono::nanoseconds deadline) {
    impl_->wait_for(std::string(point), Timer(deadline));
}

std::string Child::next_line(std::chrono::nanoseconds deadline) {
    return impl_->next_line(Timer(deadline));
}

std::vector<std::string> Child::lines() {
    impl_->has_ended();
    return impl_->lines();
}

void Child::go_on() {
    impl_->go_on();
}

void Child::stop(std::chrono::nanoseconds deadline) {
    impl_->process().stop(deadline);
}

void Child::resume(std::chrono::nanoseconds deadline) {
    impl_->process().resume(deadline);
}

Exit Child::kill() {
    const Exit exit = impl_->process().kill();
    impl_->has_ended();
    impl_->judge();
    return exit;
}

void Child::wait(std::chrono::nanoseconds deadline) {
    impl_->wait(Timer(deadline));
}

bool Child::ends_within(std::chrono::nanoseconds deadline) {
    return impl_->process().ends_within(deadline);
}

void run_in_child(const Child::Function& function, std::chrono::nanoseconds deadline) {
    Child(function).wait(deadline);
}

}  // namespace handoff::testing
