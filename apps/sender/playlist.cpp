#include "sender/playlist.hpp"

#include "cli/signals.hpp"
#include "sender/opening.hpp"

#include <utility>

namespace handoff::apps::sender {

Playlist::Playlist(std::vector<Input> inputs, bool loop, Pixels pixels)
    : inputs_(std::move(inputs)), loop_(loop), pixels_(pixels) {}

bool Playlist::next() {
    while (!inputs_.empty() && !stop_requested()) {
        if (at_ == inputs_.size()) {
            if (!loop_) return false;
            at_ = 0;
        }
        try {
            if (!current_) current_ = open_input(inputs_[at_], pixels_);
            if (stop_requested()) return false;  // what was copied until then is not whole
            if (current_->next()) return true;
        } catch (const Unreadable& why) {
            const std::string sentence = with_shown_name(inputs_[at_], why.what());
            remove_current();
            throw Unreadable(sentence);
        }
        close();
        ++at_;
    }
    return false;
}

void Playlist::read_into(Loan& loan) {
    try {
        current_->read_into(loan);
    } catch (const Unreadable& why) {
        const std::string sentence = with_shown_name(inputs_[at_], why.what());
        if (inputs_[at_].kind == InputKind::picture) remove_current();  // others may go on behind a bad frame
        throw Unreadable(sentence);
    }
}

std::optional<Remark> Playlist::take_remark() {
    if (left_.empty()) {
        auto remark = current_ ? current_->take_remark() : std::nullopt;
        if (remark) remark->sentence = with_shown_name(inputs_[at_], remark->sentence);
        return remark;
    }
    Remark first = std::move(left_.front());
    left_.pop_front();
    return first;
}

void Playlist::leave_out(const std::string& name) {
    std::erase_if(inputs_, [&](const Input& input) { return input.name == name; });
}

void Playlist::close() {
    if (!current_) return;
    while (auto remark = current_->take_remark()) {
        remark->sentence = with_shown_name(inputs_[at_], remark->sentence);
        left_.push_back(std::move(*remark));
    }
    current_.reset();
}

bool Playlist::drop_current() {
    if (current_ && current_->drop_current()) return true;
    remove_current();
    return false;
}

void Playlist::remove_current() {
    close();
    inputs_.erase(inputs_.begin() + static_cast<std::ptrdiff_t>(at_));
}

}  // namespace handoff::apps::sender
