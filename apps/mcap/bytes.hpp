// Little-endian integers and strings with their length in front, as MCAP and CDR have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace handoff::apps::mcap {

using Bytes = std::span<const std::byte>;

/// Appends to a vector.
class ByteWriter {
public:
    explicit ByteWriter(std::vector<std::byte>& out) : out_(out) {}

    void u8(std::uint8_t value) { put(value); }
    void u16(std::uint16_t value) { put(value); }
    void u32(std::uint32_t value) { put(value); }
    void u64(std::uint64_t value) { put(value); }
    void bytes(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    /// Its length, then its bytes.
    void text(std::string_view text) {
        u32(static_cast<std::uint32_t>(text.size()));
        bytes(std::as_bytes(std::span(text)));
    }
    std::size_t size() const noexcept { return out_.size(); }

private:
    template <class Integer>
    void put(Integer value) {
        for (std::size_t i = 0; i < sizeof value; ++i)
            out_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }

    std::vector<std::byte>& out_;
};

/// Takes from the front. What is not there reads as zero and empty, and ok() is false from then on.
class ByteReader {
public:
    explicit ByteReader(Bytes bytes) noexcept : rest_(bytes) {}

    std::uint8_t u8() noexcept { return get<std::uint8_t>(); }
    std::uint16_t u16() noexcept { return get<std::uint16_t>(); }
    std::uint32_t u32() noexcept { return get<std::uint32_t>(); }
    std::uint64_t u64() noexcept { return get<std::uint64_t>(); }
    Bytes bytes(std::uint64_t count) noexcept {
        if (count > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const Bytes taken = rest_.first(static_cast<std::size_t>(count));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    std::string_view text() noexcept {
        const Bytes taken = bytes(u32());
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }
    Bytes rest() const noexcept { return rest_; }
    bool ok() const noexcept { return ok_; }

private:
    template <class Integer>
    Integer get() noexcept {
        std::uint64_t value = 0;
        const Bytes taken = bytes(sizeof(Integer));
        for (std::size_t i = 0; i < taken.size(); ++i) value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
        return static_cast<Integer>(value);
    }

    Bytes rest_;
    bool ok_ = true;
};

}  // namespace handoff::apps::mcap
