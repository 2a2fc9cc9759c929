#include "sender/playlist.hpp"

#include "sender/picture_source.hpp"
#include "sender/video_source.hpp"

#include <utility>

namespace handoff::apps::sender {

Playlist::Playlist(std::vector<Input> inputs, bool loop, Pixels pixels)
    : inputs_(std::move(inputs)), loop_(loop), pixels_(pixels) {}

std::unique_ptr<FrameSource> Playlist::open(const Input& input) const {
    if (input.kind == InputKind::video) return std::make_unique<VideoSource>(input.path, input.name);
    return std::make_unique<PictureSource>(input.path, input.name, pixels_, input.kind == InputKind::pages);
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
        close();
        ++at_;
    }
    return false;
}

void Playlist::read_into(Loan& loan) {
    try {
        current_->read_into(loan);
    } catch (const Unreadable&) {
        if (inputs_[at_].kind == InputKind::picture) drop_current();  // others may go on behind a bad frame
        throw;
    }
}

std::optional<Remark> Playlist::take_remark() {
    if (left_.empty()) return current_ ? current_->take_remark() : std::nullopt;
    Remark first = std::move(left_.front());
    left_.pop_front();
    return first;
}

void Playlist::leave_out(const std::string& name) {
    std::erase_if(inputs_, [&](const Input& input) { return input.name == name; });
}

void Playlist::close() {
    if (!current_) return;
    while (auto remark = current_->take_remark()) left_.push_back(std::move(*remark));
    current_.reset();
}

void Playlist::drop_current() {
    close();
    inputs_.erase(inputs_.begin() + static_cast<std::ptrdiff_t>(at_));
}

}  // namespace handoff::apps::sender
