#include "sender/tiff_probe.hpp"

#include <set>

namespace handoff::apps::sender {

namespace {

using Bytes = std::span<const std::byte>;

/// A picture with more pages is read to here: no list of bytes makes us walk for ever.
constexpr std::size_t most_pages = 100'000;

class Tiff {
public:
    explicit Tiff(Bytes bytes) : bytes_(bytes), little_(bytes[0] == std::byte{'I'}), big_(number(2, 2) == 43) {}

    std::uint64_t first_directory() const { return big_ ? number(8, 8) : number(4, 4); }

    /// The page at `at`; `next` is where the following directory begins, 0 behind the last.
    bool read(std::uint64_t at, TiffPage& page, std::uint64_t& next) {
        if (!inside(at, count_bytes())) return false;
        const std::uint64_t count = number(at, count_bytes());
        const std::uint64_t entries = at + count_bytes();
        if (count > bytes_.size() / entry_bytes() || !inside(entries, count * entry_bytes() + offset_bytes()))
            return false;
        is_smaller_copy_ = false;
        photometric_ = 0;
        for (std::uint64_t entry = 0; entry < count; ++entry) take(entries + entry * entry_bytes(), page);
        const bool is_grey = photometric_ <= 1;
        page.has_alpha = (is_grey && page.samples == 2) || (photometric_ == rgb && page.samples == 4);
        next = number(entries + count * entry_bytes(), offset_bytes());
        return true;
    }

    bool is_smaller_copy() const { return is_smaller_copy_; }

private:
    static constexpr std::uint32_t rgb = 2;

    std::uint64_t count_bytes() const { return big_ ? 8 : 2; }
    std::uint64_t entry_bytes() const { return big_ ? 20 : 12; }
    std::uint64_t offset_bytes() const { return big_ ? 8 : 4; }

    bool inside(std::uint64_t at, std::uint64_t length) const {
        return at <= bytes_.size() && length <= bytes_.size() - at;
    }

    std::uint64_t number(std::uint64_t at, std::uint64_t length) const {
        if (!inside(at, length)) return 0;
        std::uint64_t value = 0;
        for (std::uint64_t i = 0; i < length; ++i)
            value = value << 8U | std::to_integer<std::uint64_t>(bytes_[at + (little_ ? length - 1 - i : i)]);
        return value;
    }

    /// The first value of an entry: in the entry where all values fit there, else where the entry points.
    std::uint64_t value_of(std::uint64_t entry) const {
        constexpr std::uint64_t type_short = 3;
        constexpr std::uint64_t type_long = 4;
        const std::uint64_t type = number(entry + 2, 2);
        const std::uint64_t width = type == type_short ? 2 : type == type_long ? 4 : 8;
        const std::uint64_t at = entry + 4 + offset_bytes();
        const std::uint64_t count = number(entry + 4, offset_bytes());
        const bool fits = count <= offset_bytes() / width;
        return number(fits ? at : number(at, offset_bytes()), width);
    }

    void take(std::uint64_t entry, TiffPage& page) {
        const auto value = static_cast<std::uint32_t>(value_of(entry));
        constexpr std::uint32_t ieee_float = 3;
        switch (number(entry, 2)) {
            case 254:
                is_smaller_copy_ = (value & 1U) != 0;
                break;
            case 256:
                page.size.width = value;
                break;
            case 257:
                page.size.height = value;
                break;
            case 262:
                photometric_ = value;
                break;
            case 258:
                page.bits = value;
                break;
            case 277:
                page.samples = value;
                break;
            case 339:
                page.is_float = value == ieee_float;
                break;
            default:
                break;
        }
    }

    Bytes bytes_;
    bool little_;
    bool big_;
    bool is_smaller_copy_ = false;
    std::uint32_t photometric_ = 0;
};

}  // namespace

bool is_tiff(Bytes bytes) noexcept {
    if (bytes.size() < 16) return false;
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
    if (at(0) == 'I' && at(1) == 'I') return (at(2) == 42 || at(2) == 43) && at(3) == 0;
    return at(0) == 'M' && at(1) == 'M' && at(2) == 0 && (at(3) == 42 || at(3) == 43);
}

std::vector<TiffPage> tiff_pages(Bytes bytes) {
    std::vector<TiffPage> pages;
    if (!is_tiff(bytes)) return pages;
    Tiff tiff(bytes);
    std::set<std::uint64_t> seen;
    std::uint64_t at = tiff.first_directory();
    while (at != 0 && seen.size() < most_pages && seen.insert(at).second) {
        TiffPage page;
        page.index = static_cast<int>(seen.size()) - 1;
        if (!tiff.read(at, page, at)) break;
        if (page.index == 0 || !tiff.is_smaller_copy()) pages.push_back(page);
    }
    return pages;
}

}  // namespace handoff::apps::sender
