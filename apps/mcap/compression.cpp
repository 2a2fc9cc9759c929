#include "mcap/compression.hpp"

#include <algorithm>
#include <array>
#include <memory>

#ifdef HANDOFF_LZ4
#include <lz4frame.h>
#endif
#ifdef HANDOFF_ZSTD
#include <zstd.h>
#endif

namespace handoff::apps::mcap {

namespace {

constexpr std::array all{Compression::none, Compression::lz4, Compression::zstd};
constexpr const char* contradiction = "its sizes contradict each other";

[[maybe_unused]] Failure unreadable(Compression compression) {
    return {Errc::damaged, "what is packed in it is no " + std::string(to_string(compression))};
}

#ifdef HANDOFF_LZ4
void compress_lz4(Bytes bytes, std::vector<std::byte>& out) {
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.blockSizeID = LZ4F_max4MB;
    preferences.frameInfo.contentSize = bytes.size();
    const std::size_t before = out.size();
    out.resize(before + LZ4F_compressFrameBound(bytes.size(), &preferences));
    const std::size_t size =
        LZ4F_compressFrame(out.data() + before, out.size() - before, bytes.data(), bytes.size(), &preferences);
    if (LZ4F_isError(size) != 0) throw Error(Errc::no_space, std::string("lz4: ") + LZ4F_getErrorName(size));
    out.resize(before + size);
}

result<void> decompress_lz4(Bytes packed, std::vector<std::byte>& out) {
    LZ4F_dctx* made = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&made, LZ4F_VERSION)) != 0)
        return Failure(Errc::no_space, "lz4 has no memory to unpack it");
    const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> context(made,
                                                                                       &LZ4F_freeDecompressionContext);
    std::size_t done = 0;
    std::size_t hint = 1;  // 0: the frame is complete
    while (hint != 0) {
        std::size_t written = out.size() - done, read = packed.size();
        hint = LZ4F_decompress(context.get(), out.data() + done, &written, packed.data(), &read, nullptr);
        if (LZ4F_isError(hint) != 0 || (read == 0 && written == 0 && hint != 0)) return unreadable(Compression::lz4);
        done += written;
        packed = packed.subspan(read);
    }
    if (done != out.size() || !packed.empty()) return Failure(Errc::damaged, contradiction);
    return success();
}
#endif

#ifdef HANDOFF_ZSTD
void compress_zstd(Bytes bytes, std::vector<std::byte>& out) {
    constexpr int fast = 1;  // 229 MB/s of a film's pixels, the standard level 126, whose files are a fifth smaller
    const std::size_t before = out.size();
    out.resize(before + ZSTD_compressBound(bytes.size()));
    const std::size_t size = ZSTD_compress(out.data() + before, out.size() - before, bytes.data(), bytes.size(), fast);
    if (ZSTD_isError(size) != 0) throw Error(Errc::no_space, std::string("zstd: ") + ZSTD_getErrorName(size));
    out.resize(before + size);
}

result<void> decompress_zstd(Bytes packed, std::vector<std::byte>& out) {
    const std::size_t size = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
    if (ZSTD_isError(size) != 0) return unreadable(Compression::zstd);
    if (size != out.size()) return Failure(Errc::damaged, contradiction);
    return success();
}
#endif

}  // namespace

std::string_view to_string(Compression compression) noexcept {
    return compression == Compression::none ? "none" : name_in_file(compression);
}

std::string_view name_in_file(Compression compression) noexcept {
    switch (compression) {
        case Compression::lz4:
            return "lz4";
        case Compression::zstd:
            return "zstd";
        case Compression::none:
            break;
    }
    return "";
}

std::optional<Compression> compression_with_name_in_file(std::string_view name) noexcept {
    const auto found = std::ranges::find(all, name, name_in_file);
    return found == all.end() ? std::nullopt : std::optional(*found);
}

bool is_built_in(Compression compression) noexcept {
    switch (compression) {
#ifdef HANDOFF_LZ4
        case Compression::lz4:
            return true;
#endif
#ifdef HANDOFF_ZSTD
        case Compression::zstd:
            return true;
#endif
        default:
            return compression == Compression::none;
    }
}

std::string how_to_build_in(Compression compression) {
    return "this program was built without " + std::string(to_string(compression)) + ": build it with lib" +
           std::string(to_string(compression)) + "-dev";
}

void compress(Compression compression, Bytes bytes, std::vector<std::byte>& out) {
    switch (compression) {
#ifdef HANDOFF_LZ4
        case Compression::lz4:
            return compress_lz4(bytes, out);
#endif
#ifdef HANDOFF_ZSTD
        case Compression::zstd:
            return compress_zstd(bytes, out);
#endif
        default:
            out.insert(out.end(), bytes.begin(), bytes.end());
    }
}

bool can_be(Compression compression, std::uint64_t packed_bytes, std::uint64_t bytes) noexcept {
    // The densest that each format knows: lz4 has a length byte for each 255 bytes, zstd a block of 4 bytes for 128
    // KiB.
    const std::uint64_t most_for_each = compression == Compression::lz4    ? 255
                                        : compression == Compression::zstd ? 128 * 1024 / 4
                                                                           : 1;
    return bytes / most_for_each <= packed_bytes;
}

result<void> decompress(Compression compression, Bytes packed, std::uint64_t bytes, std::vector<std::byte>& out) {
    if (!can_be(compression, packed.size(), bytes)) return Failure(Errc::damaged, contradiction);
    out.resize(static_cast<std::size_t>(bytes));
    switch (compression) {
#ifdef HANDOFF_LZ4
        case Compression::lz4:
            return decompress_lz4(packed, out);
#endif
#ifdef HANDOFF_ZSTD
        case Compression::zstd:
            return decompress_zstd(packed, out);
#endif
        default:
            return Failure(Errc::mismatch, how_to_build_in(compression));
    }
}

}  // namespace handoff::apps::mcap
