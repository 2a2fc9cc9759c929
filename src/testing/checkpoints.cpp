#include <handoff/testing.hpp>

#include "testing/checkpoint_line.hpp"

#include <unistd.h>
#include <cerrno>

namespace handoff::testing {

using namespace detail::testing;
using Kind = Mailbox::Kind;

void Checkpoints::Line::await_permission() {
    char permission = 0;
    ssize_t got = -1;
    do got = ::read(permissions_.read_end.get(), &permission, 1);
    while (got == -1 && errno == EINTR);
    if (got != 1) ::_exit(1);
}

void Checkpoints::Line::permit() {
    if (::write(permissions_.write_end.get(), "", 1) != 1) fail("telling a child to go on");
}

void Checkpoints::reach(std::string_view point) {
    line_.mailbox.put(Kind::reached, point);
}

void Checkpoints::stop_at(std::string_view point) {
    line_.mailbox.put(Kind::stopping, point);
    line_.await_permission();
}

void Checkpoints::report(std::string_view line) {
    line_.mailbox.put(Kind::line, line);
}

}  // namespace handoff::testing
