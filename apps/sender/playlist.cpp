#include "sender/playlist.hpp"

#include "sender/picture_source.hpp"
#include "sender/video_source.hpp"

#include <utility>

namespace handoff::apps::sender {

Playlist::Playlist(std::vector<Input> inputs, bool loop) : inputs_(std::move(inputs)), loop_(loop) {}

std::unique_ptr<FrameSource> Playlist::open(const Input& input) const {
    if (input.kind == InputKind::picture) return std::make_unique<PictureSource>(input.path, input.name);
    return std::make_unique<VideoSource>(input.path, input.name);
}

bool Playlist::next() {
    while (!inputs_.empty()) {
        if (at_ == inputs_.size()) {
            if (!loop_) return false;
            at_ = 0;
        }
        try {
            if (!current_) current_ = open(inputs_[at_]);
            if (current_->next()) return true;
        } catch (const Unreadable&) {
            drop_current();
            throw;
        }
        current_.reset();
        ++at_;
    }
    return false;
}

void Playlist::read_into(Loan& loan) {
    try {
        current_->read_into(loan);
    } catch (const Unreadable&) {
        if (inputs_[at_].kind == InputKind::picture) drop_current();  // a video may go on behind a bad frame
        throw;
    }
}

void Playlist::drop_current() {
    current_.reset();
    inputs_.erase(inputs_.begin() + static_cast<std::ptrdiff_t>(at_));
}

}  // namespace handoff::apps::sender
