// Where frames come from.
#pragma once

#include <handoff/channel.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace handoff::apps::sender {

/// An input that cannot be sent: reported, counted, skipped.
class Unreadable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Something about an input that is sent nevertheless.
struct Remark {
    enum class Kind : std::uint8_t {
        reduced,  ///< some of what it holds is left out: bits, alpha, pictures
        damaged,  ///< the decoder went on behind damage
        skipped,  ///< frames were passed over
    };
    Kind kind = Kind::reduced;
    std::string sentence;
    std::uint64_t count = 1;  ///< inputs, or frames passed over
};

/// next() and read_into() in turn. After Unreadable comes next() again.
class FrameSource {
public:
    FrameSource() = default;
    FrameSource(const FrameSource&) = delete;
    FrameSource& operator=(const FrameSource&) = delete;
    virtual ~FrameSource() = default;

    /// Makes the next frame ready; false if there is none. Throws Unreadable.
    virtual bool next() = 0;
    /// Bytes of the frame that next() found; 0 if that is known only after reading.
    virtual std::uint64_t frame_bytes() const = 0;
    /// Name of that frame: base name of the picture it becomes.
    virtual std::string name() const = 0;
    /// Writes it into the loan, straight from the decoder where possible, and describes it. Throws Unreadable, Error.
    virtual void read_into(Loan& loan) = 0;
    /// What the input just read lost, or what its decoder reported: once, also after the last frame.
    virtual std::optional<Remark> take_remark() { return {}; }
    /// The frame that next() found cannot be sent: its input is not tried again. True: only such frames are not.
    virtual bool drop_current() { return false; }
};

}  // namespace handoff::apps::sender
