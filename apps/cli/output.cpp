#include "cli/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <string>
#include <system_error>

namespace handoff::apps {

OutputFailed::OutputFailed(int error_number)
    : std::runtime_error("cannot write to stdout: " + std::generic_category().message(error_number)),
      reader_has_left_(error_number == EPIPE) {}

Output::Output() {
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    before_ = std::cout.rdbuf(this);
}

Output::~Output() {
    std::cout.flush();
    std::cout.rdbuf(before_);
}

Output::int_type Output::overflow(int_type character) {
    if (!hand_over()) return traits_type::eof();
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    return sputc(traits_type::to_char_type(character));
}

int Output::sync() {
    return hand_over() ? 0 : -1;
}

bool Output::hand_over() {
    for (const char* from = pbase(); from != pptr();) {
        const ssize_t written = ::write(STDOUT_FILENO, from, static_cast<std::size_t>(pptr() - from));
        if (written < 0 && errno != EINTR) {
            error_number_ = errno;
            return false;
        }
        if (written > 0) from += written;
    }
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return true;
}

void flush_output() {
    if (std::cout.flush()) return;
    const auto* output = dynamic_cast<Output*>(std::cout.rdbuf());
    throw OutputFailed(output != nullptr ? output->error_number_ : EIO);
}

void check_output() {
    if (::write(STDOUT_FILENO, "", 0) < 0 && errno != EINTR) throw OutputFailed(errno);
}

}  // namespace handoff::apps
