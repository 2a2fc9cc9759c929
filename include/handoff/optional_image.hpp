// The description of a message that may have none. Nothing here is for users.
#pragma once

#include <handoff/image.hpp>

namespace handoff::detail {

/// An Image, or "plain bytes": then the 64 bytes are neither written nor copied.
class OptionalImage {
public:
    OptionalImage() noexcept {}  // NOLINT: leaves `image_` unset
    OptionalImage(const OptionalImage& other) noexcept { set(other); }
    OptionalImage& operator=(const OptionalImage& other) noexcept {
        set(other);
        return *this;
    }
    OptionalImage& operator=(const Image& image) noexcept {
        described_ = image.is_described();
        if (described_) image_ = image;
        return *this;
    }
    void reset() noexcept { described_ = false; }
    bool is_described() const noexcept { return described_; }
    const Image& get() const noexcept { return described_ ? image_ : none(); }

private:
    void set(const OptionalImage& other) noexcept {
        described_ = other.described_;
        if (described_) image_ = other.image_;
    }
    static const Image& none() noexcept {
        static constexpr Image plain_bytes;
        return plain_bytes;
    }

    bool described_ = false;
    union {
        Image image_;
    };
};

}  // namespace handoff::detail
