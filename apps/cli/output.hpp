// stdout: what does not arrive there is told, unless whoever read it has simply seen enough.
#pragma once

#include <array>
#include <stdexcept>
#include <streambuf>

namespace handoff::apps {

/// stdout does not take what was written. Not a handoff::Error: those are told and survived here and there, and then a
/// program would go on writing to nobody.
class OutputFailed : public std::runtime_error {
public:
    /// An errno.
    explicit OutputFailed(int error_number);
    /// Nobody reads any more from the pipe that stdout is (`| head`): a reason to end, but no failure.
    bool reader_has_left() const noexcept { return reader_has_left_; }

private:
    bool reader_has_left_;
};

/// While it lives, std::cout writes to descriptor 1 through it: a stream alone does not remember why it failed.
/// Thread safety: one thread writes to std::cout at a time.
class Output final : public std::streambuf {
public:
    Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    /// Hands over what it still has; flush_output() before tells whether that went well.
    ~Output() override;

private:
    friend void flush_output();
    int_type overflow(int_type character) override;
    int sync() override;
    bool hand_over();

    std::streambuf* before_;
    int error_number_ = 0;
    std::array<char, 1 << 16> buffer_;
};

/// Hands over whatever was written to std::cout. Throws OutputFailed, also for what was written earlier.
void flush_output();
/// For those who may wait long for the first thing to print. Throws OutputFailed if stdout takes nothing at all.
void check_output();

}  // namespace handoff::apps
