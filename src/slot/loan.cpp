#include <handoff/loan.hpp>

#include <utility>

#include "slot/fill.hpp"
#include "slot/lender.hpp"

namespace handoff {

void Loan::open(const detail::slot::Held& held, std::span<std::byte> payload) noexcept {
    word_ = held.word;
    slot_ = held.slot;
    payload_ = payload;
    size_ = payload.size();
    image_.reset();
}

Loan& Loan::operator=(Loan&& other) noexcept {
    if (this != &other) {
        give_back();
        lender_ = std::move(other.lender_);
        slot_ = other.slot_;
        word_ = other.word_;
        payload_ = std::exchange(other.payload_, {});
        size_ = std::exchange(other.size_, 0);
        image_ = other.image_;
    }
    return *this;
}

void Loan::give_back() noexcept {
    if (lender_ == nullptr) return;
    if (lender_->is_usable()) lender_->take_back({slot_, word_});
    lender_.reset();
}

Failure detail::slot::message_too_large(const std::string& name, std::size_t bytes, std::size_t capacity) {
    return {Errc::too_large, "the message has " + std::to_string(bytes) + " bytes, a slot of '" + name + "' holds " +
                                 std::to_string(capacity) + ". Create it with a larger payload"};
}

result<void> Loan::resize(std::size_t bytes) {
    if (lender_ == nullptr) return detail::slot::unusable();
    if (bytes > payload_.size()) return detail::slot::message_too_large(lender_->name(), bytes, payload_.size());
    size_ = bytes;
    return success();
}

result<void> Loan::describe(const Image& image) {
    if (lender_ == nullptr) return detail::slot::unusable();
    if (auto checked = check_description(image, payload_.size()); !checked) return checked;
    image_ = image;
    size_ = image.byte_count();
    return success();
}

namespace detail::slot {

void hold(Lender& lender) noexcept {
    lender.hold();
}
void let_go(Lender& lender) noexcept {
    lender.let_go();
}

Failure unusable(const Lender* lender) {
    if (lender != nullptr && lender->was_cut_short())
        return {Errc::damaged, "the file of '" + lender->name() +
                                   "' was cut short by some process: what was in it is lost. End all programs that use "
                                   "it and remove it"};
    return {Errc::invalid_handle,
            "this handle was moved from, is already finished, or was inherited through fork: open "
            "the segment again in the child process"};
}

Failure removed(const std::string& name) {
    return {Errc::removed, "'" + name +
                               "' was removed from /dev/shm while it was in use (rm, `handoff rm --force`, or logind "
                               "when a user logged out): new participants get another one. Open it again"};
}

}  // namespace detail::slot

}  // namespace handoff
