#include "tool/recording_fixture.hpp"

#include "cli/new_file.hpp"
#include "mcap/reader.hpp"
#include "mcap/writer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include <sys/mman.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace handoff::apps::mcap;

namespace recording_test {

Folder::Folder() : path_(fs::temp_directory_path() / ("handoff-test-" + std::to_string(std::random_device{}()))) {
    fs::create_directories(path_);
}

std::string Folder::partial() const {
    for (const auto& entry : fs::directory_iterator(path_))
        if (handoff::apps::is_partial_file(entry.path())) return entry.path().string();
    return "";
}

std::uintmax_t Folder::partial_bytes() const {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(partial(), error);
    return error ? 0 : bytes;
}

Folder::~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

MemoryFile::MemoryFile() : fd_(::memfd_create("handoff-test", MFD_CLOEXEC)) {
    BOOST_REQUIRE_GE(fd_, 0);
}

MemoryFile::~MemoryFile() {
    ::close(fd_);
}

void MemoryFile::write(Bytes bytes) {
    BOOST_REQUIRE_EQUAL(::ftruncate(fd_, 0), 0);
    BOOST_REQUIRE_EQUAL(::pwrite(fd_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
}

std::vector<std::byte> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file, "cannot read " << path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

void write_file(const std::string& path, Bytes bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    BOOST_REQUIRE_MESSAGE(file.flush(), "cannot write " << path);
}

std::size_t place_of(Bytes wanted, Bytes bytes) {
    const auto found = std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end());
    BOOST_REQUIRE_MESSAGE(found != bytes.end(), "these bytes are not in the file");
    return static_cast<std::size_t>(found - bytes.begin());
}

std::vector<std::byte> noise(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::byte> bytes(count);
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random()); });
    return bytes;
}

bool operator==(const Entry& left, const Entry& right) {
    return left.channel == right.channel && left.head.sequence == right.head.sequence &&
           left.head.log_time_ns == right.head.log_time_ns && left.head.publish_time_ns == right.head.publish_time_ns &&
           left.data == right.data;
}

std::ostream& operator<<(std::ostream& out, const Entry& entry) {
    return out << entry.channel.topic << " message " << entry.head.sequence << " of " << entry.data.size() << " bytes";
}

Channel plain_channel(const std::string& topic) {
    return {topic, "application/octet-stream", {}, {{"kind", "topic"}, {"payload_bytes", "4096"}}};
}

std::vector<Entry> plain_entries(std::size_t count, std::size_t most_bytes) {
    std::vector<Entry> entries;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Channel channel = plain_channel("plain-" + std::to_string(i % 3));
        const std::uint64_t time_ns = 1'700'000'000'000'000'000 + i * 1'000'003ull;
        entries.push_back({channel, {0, i, time_ns + 17, time_ns}, noise((i * 7919u) % (most_bytes + 1), i)});
    }
    return entries;
}

std::vector<Compression> compressions() {
    std::vector<Compression> all{Compression::none, Compression::lz4, Compression::zstd};
    std::erase_if(all, [](Compression compression) { return !is_built_in(compression); });
    return all;
}

void write_recording(const std::string& path, const std::vector<Entry>& entries, std::size_t per_chunk,
                     Compression compression) {
    Writer writer(path, {.replace = true, .compression = compression});
    std::size_t in_chunk = 0;
    for (const Entry& entry : entries) {
        MessageHead head = entry.head;
        head.channel = writer.channel(entry.channel);
        const std::size_t half = entry.data.size() / 2;
        writer.add(head, Bytes(entry.data).first(half), Bytes(entry.data).subspan(half));
        if (++in_chunk % per_chunk == 0) writer.flush();
    }
    writer.close({{"lost.plain-0", "0"}});
    BOOST_TEST(writer.messages() == entries.size());
}

namespace {

using Declared = std::set<std::pair<Opcode, std::uint16_t>>;

/// Schemas and channels that the chunk declares.
void add_declared(InputFile& file, const Record& chunk, Declared& declared) {
    std::vector<std::byte> bytes(chunk.length), records;
    file.read(chunk.at, bytes);
    ByteReader head(bytes);
    head.u64();
    head.u64();
    const std::uint64_t size = head.u64();
    head.u32();
    const auto compression = compression_with_name_in_file(head.text()).value();
    const Bytes packed = head.bytes(head.u64());
    records.assign(packed.begin(), packed.end());
    if (compression != Compression::none) decompress(compression, packed, size, records).value();
    for (ByteReader in(records); !in.rest().empty();) {
        const auto opcode = static_cast<Opcode>(in.u8());
        ByteReader content(in.bytes(in.u64()));
        if (opcode == Opcode::schema || opcode == Opcode::channel) declared.emplace(opcode, content.u16());
    }
}

}  // namespace

void check_index(const std::string& path) {
    InputFile file(path);
    Cursor cursor(file, magic.size(), file.size());
    using Place = std::pair<std::uint64_t, std::uint64_t>;  // offset and length
    std::vector<Place> there, told;
    Declared declared, summarized;
    while (const auto record = cursor.next()) {
        if (record->opcode == Opcode::chunk) {
            there.emplace_back(record->start(), record->end() - record->start());
            add_declared(file, *record, declared);
        }
        if (record->opcode == Opcode::schema || record->opcode == Opcode::channel)
            summarized.emplace(record->opcode, ByteReader(file.peek(record->at, 2)).u16());
        if (record->opcode != Opcode::chunk_index) continue;
        ByteReader in(file.peek(record->at, 32));
        in.u64();  // the times
        in.u64();
        const std::uint64_t offset = in.u64();
        told.emplace_back(offset, in.u64());
    }
    BOOST_TEST((there == told), there.size() << " chunks, " << told.size() << " in the index");
    BOOST_TEST((declared == summarized),
               declared.size() << " schemas and channels in the chunks, " << summarized.size() << " in the summary");
}

ReadBack read_recording(const std::string& path) {
    ReadBack read;
    Reader reader(path);
    for (;;) {
        const auto message = reader.next();
        if (!message) {
            read.problems.push_back(message.error().message());
            continue;
        }
        if (!*message) break;
        const auto& found = **message;
        read.entries.push_back({found.channel, found.head, {found.data.begin(), found.data.end()}});
    }
    read.cut_off = reader.cut_off();
    return read;
}

}  // namespace recording_test
