// Pictures and videos one after the other, once or for ever.
#pragma once

#include "sender/frame_source.hpp"
#include "sender/inputs.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace handoff::apps::sender {

class Playlist : public FrameSource {
public:
    Playlist(std::vector<Input> inputs, bool loop, Pixels pixels = Pixels::automatic);

    /// A picture that threw Unreadable is not tried again, nor a video that ended with it.
    bool next() override;
    std::uint64_t frame_bytes() const override { return current_->frame_bytes(); }
    std::string name() const override { return current_->name(); }
    void read_into(Loan& loan) override;
    std::optional<Remark> take_remark() override;
    bool drop_current() override;
    /// Before the first next(): the input of that name is not sent.
    void leave_out(const std::string& name);

private:
    void close();
    void remove_current();

    std::vector<Input> inputs_;
    bool loop_;
    Pixels pixels_;
    std::deque<Remark> left_;  ///< remarks of an input that is behind us
    std::size_t at_ = 0;
    std::shared_ptr<FrameSource> current_;
};

}  // namespace handoff::apps::sender
