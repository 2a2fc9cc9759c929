// handoff: a slot on loan from a channel or a topic: write the message into it, then send or publish it.
#pragma once

#include <handoff/error.hpp>
#include <handoff/export.hpp>
#include <handoff/image.hpp>
#include <handoff/lender_ptr.hpp>
#include <handoff/optional_image.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace handoff {

namespace detail::slot {
class Lender;
struct Held;
}  // namespace detail::slot

/// A slot on loan. If it is destroyed without being sent or published, the slot is given back.
class HANDOFF_EXPORT Loan {
public:
    /// Holds nothing: a place in a batch.
    Loan() noexcept = default;
    Loan(Loan&& other) noexcept
        : lender_(std::move(other.lender_)),
          word_(other.word_),
          slot_(other.slot_),
          payload_(std::exchange(other.payload_, {})),
          size_(std::exchange(other.size_, 0)),
          image_(other.image_) {}
    Loan& operator=(Loan&& other) noexcept;
    ~Loan() {
        if (lender_ != nullptr) give_back();
    }

    /// The whole payload area of the slot, in shared memory. Empty if moved from.
    std::span<std::byte> payload() const noexcept { return payload_; }
    /// Bytes that will be sent: all of payload(), unless resize() or describe() set another size.
    std::size_t size() const noexcept { return size_; }
    /// Sends only the first `bytes`. Errors: too_large, invalid_handle.
    result<void> resize(std::size_t bytes);
    /// Describes the payload as this image, or array, and sends only its bytes. Errors: invalid_argument, too_large,
    /// invalid_handle.
    result<void> describe(const Image& image);
    result<void> describe(const Array& array) { return describe(array.description()); }
    /// The description given so far (Encoding::none: plain bytes).
    const Image& image() const noexcept { return image_.get(); }

private:
    friend class Sender;
    friend class Publisher;
    void open(const detail::slot::Held& held, std::span<std::byte> payload) noexcept;
    void give_back() noexcept;

    detail::slot::LenderPtr<detail::slot::Lender> lender_;
    std::uint64_t word_ = 0;
    std::uint32_t slot_ = 0;
    std::span<std::byte> payload_;
    std::size_t size_ = 0;
    detail::OptionalImage image_;
};

}  // namespace handoff
