// stdout: a failed write is reported, unless the reader has closed the pipe.
#pragma once

#include <array>
#include <stdexcept>
#include <streambuf>

namespace handoff::apps {

/// stdout cannot be written. Not a handoff::Error: some callers report those and go on, and would then write to a
/// closed stdout.
class OutputFailed : public std::runtime_error {
public:
    /// An errno.
    explicit OutputFailed(int error_number);
    /// The reader has closed the pipe (`| head`): a reason to end, but not a failure.
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
    /// Writes what is still buffered; call flush_output() before to know whether that succeeded.
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

/// Flushes std::cout. Throws OutputFailed, also for earlier writes.
void flush_output();
/// For verbs that may wait long before they print. Throws OutputFailed if stdout cannot be written at all.
void check_output();

}  // namespace handoff::apps
