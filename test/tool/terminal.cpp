#include "terminal.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace tool_test {

using handoff::testing::DeadlinePassed;
using handoff::testing::eventually;

namespace {

[[noreturn]] void become(const std::string& path, const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    unsetenv("NO_COLOR");
    for (const std::string& variable : environment)
        if (const auto equals = variable.find('='); equals != std::string::npos)
            setenv(variable.substr(0, equals).c_str(), variable.c_str() + equals + 1, 1);
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    execv(path.c_str(), words.data());
    _exit(127);
}

}  // namespace

Terminal::Terminal(const std::string& path, const std::vector<std::string>& arguments, int columns, int rows,
                   const std::vector<std::string>& environment) {
    winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
    if (openpty(&master_, &slave_, nullptr, nullptr, &size) != 0) throw std::runtime_error("openpty failed");
    fcntl(master_, F_SETFD, FD_CLOEXEC);
    fcntl(master_, F_SETFL, O_NONBLOCK);
    pid_ = fork();
    if (pid_ == 0) {
        login_tty(slave_);
        become(path, arguments, environment);
    }
}

Terminal::~Terminal() {
    if (!has_ended_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(master_);
    ::close(slave_);
}

void Terminal::type(std::string_view keys) {
    if (::write(master_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::runtime_error("the terminal does not take these keys");
}

void Terminal::resize(int columns, int rows) {
    const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
    ioctl(master_, TIOCSWINSZ, &size);  // the kernel sends SIGWINCH
}

void Terminal::read_some() {
    std::array<char, 4096> some;
    for (ssize_t count = 0; (count = ::read(master_, some.data(), some.size())) > 0;)
        text_.append(some.data(), static_cast<std::size_t>(count));
}

std::string Terminal::output() {
    read_some();
    return text_.substr(mark_);
}

void Terminal::mark() {
    read_some();
    mark_ = text_.size();
}

void Terminal::wait_for(std::string_view text) {
    if (eventually([&] { return output().find(text) != std::string::npos; })) return;
    std::string seen = output();
    std::replace(seen.begin(), seen.end(), '\x1b', '^');
    throw DeadlinePassed("'" + std::string(text) + "' did not come; there was: " + seen);
}

void Terminal::wait_for_drawn(std::string_view text) {
    const bool drawn = eventually([&] {
        mark();
        type("\f");
        return eventually([&] { return output().find(text) != std::string::npos; }, std::chrono::milliseconds(300));
    });
    if (!drawn) wait_for(text);
}

int Terminal::wait() {
    int status = 0;
    const bool ended = eventually([&] {
        read_some();
        return ::waitpid(pid_, &status, WNOHANG) == pid_;
    });
    if (!ended) throw DeadlinePassed("the program on the terminal does not end");
    has_ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void Terminal::wait_until_stopped() {
    const bool stopped = eventually([&] {
        read_some();
        int status = 0;
        return ::waitpid(pid_, &status, WNOHANG | WUNTRACED) == pid_ && WIFSTOPPED(status);
    });
    if (!stopped) throw DeadlinePassed("the program on the terminal does not stop");
}

termios Terminal::modes() const {
    termios modes{};
    tcgetattr(slave_, &modes);
    return modes;
}

bool operator==(const termios& left, const termios& right) {
    return left.c_iflag == right.c_iflag && left.c_oflag == right.c_oflag && left.c_cflag == right.c_cflag &&
           left.c_lflag == right.c_lflag && std::equal(left.c_cc, left.c_cc + NCCS, right.c_cc);
}

}  // namespace tool_test
