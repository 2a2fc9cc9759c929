// A file of arbitrary bytes is opened as a recording and read to its end, twice.
//
// The first byte of an input selects what follows the file's bytes: nothing, or a hole so large that any length that
// stands in the file is there.
#include "mcap/reader.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "fuzz/input.hpp"

using namespace handoff;
using namespace handoff::test;
using namespace handoff::apps::mcap;

namespace {

constexpr off_t hole_bytes = off_t{1} << 46;  // more than any machine has memory

/// A file without a name that costs no disk.
class File {
public:
    File() : fd_(::memfd_create("handoff-fuzz-recording", MFD_CLOEXEC)) { require(fd_ >= 0, "there is a file"); }
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
    void write(std::span<const std::uint8_t> bytes, bool with_hole) {
        require(::ftruncate(fd_, 0) == 0, "the file can be emptied");
        require(::pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "it was written");
        if (with_hole) require(::ftruncate(fd_, hole_bytes) == 0, "the file may have a hole");
    }

private:
    int fd_;
};

/// True if some record has more bytes than an input can have and fewer than no machine could read: that is a large
/// file, no lie, and reading it takes its time.
bool is_honestly_large(InputFile& file, std::uint64_t start, std::uint64_t end) {
    constexpr std::uint64_t large = 1 << 20, absurd = std::uint64_t{1} << 43;
    constexpr std::uint64_t chunk_head_bytes = 40;  // without compression; its last number is the length inside
    Cursor cursor(file, start, end);
    while (const auto record = cursor.next()) {
        if (record->length > large && record->length < absurd) return true;
        if (record->opcode == Opcode::chunk && record->length > chunk_head_bytes) {  // as it claims to be, unpacked
            const std::uint64_t unpacked = ByteReader(file.peek(record->at + 2 * 8, 8)).u64();
            if (unpacked > large && unpacked < absurd) return true;
        }
        if (record->opcode != Opcode::chunk || record->length < chunk_head_bytes) continue;
        const std::uint64_t at = record->at + chunk_head_bytes;
        const std::uint64_t length = ByteReader(file.peek(at - 8, 8)).u64();
        if (length > large && length < absurd) return true;
        if (length <= record->length - chunk_head_bytes && is_honestly_large(file, at, at + length)) return true;
    }
    return false;
}

/// Messages and refusals until the end, which comes: each takes bytes of the file, packed or not.
std::uint64_t read_to_the_end(Reader& reader, std::uint64_t most) {
    std::uint64_t messages = 0;
    for (std::uint64_t refusals = 0;;) {
        const auto message = reader.next();
        if (!message) {
            touch(message.error().message());
            require(++refusals <= most, "refusals end");
            continue;
        }
        if (!*message) return messages;
        touch((*message)->channel.topic);
        touch((*message)->data);
        require(++messages <= most, "messages end");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static File file;
    Input input(data, size);
    const bool with_hole = (input.next<std::uint8_t>() & 1) != 0;
    file.write(input.rest(), with_hole);
    const std::uint64_t most = std::uint64_t{size + 1} * (128 * 1024 / 4);  // no compression is denser
    try {
        InputFile opened(file.path());
        if (opened.size() > magic.size() && is_honestly_large(opened, magic.size(), opened.size())) return 0;
        Reader reader(file.path());
        touch(reader.cut_off());
        for (const auto& [id, content] : reader.channels()) touch(content.channel.topic);
        const std::uint64_t messages = read_to_the_end(reader, most);
        reader.rewind();
        require(read_to_the_end(reader, most) == messages, "the second reading finds what the first one found");
    } catch (const Error& refusal) {
        require(!refusal.failure().message().empty(), "a refusal says why");
    }
    return 0;
}
