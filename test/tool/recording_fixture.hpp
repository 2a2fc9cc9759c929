// What the tests of recordings share: a folder of their own, and recordings of which every byte is known.
#pragma once

#include "mcap/compression.hpp"
#include "mcap/records.hpp"

#include <handoff/image.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace recording_test {

using handoff::apps::mcap::Bytes;
using handoff::apps::mcap::Channel;
using handoff::apps::mcap::Compression;
using handoff::apps::mcap::MessageHead;

/// A folder that goes away with the test.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string str() const { return path_.string(); }
    /// The recording in it that is not complete. Empty: there is none.
    std::string partial() const;
    /// How large that is; 0: there is none, or not any more.
    std::uintmax_t partial_bytes() const;

private:
    std::filesystem::path path_;
};

/// A file in memory, for tests that write thousands of files.
class MemoryFile {
public:
    MemoryFile();
    ~MemoryFile();
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
    void write(Bytes bytes);

private:
    int fd_;
};

std::vector<std::byte> read_file(const std::string& path);
void write_file(const std::string& path, Bytes bytes);
/// Where `wanted` begins. Fails the test if it is not there.
std::size_t place_of(Bytes wanted, Bytes bytes);
/// So many bytes that no two seeds have in common.
std::vector<std::byte> noise(std::size_t count, std::uint32_t seed);

/// A message as it goes into a recording and comes out of it.
struct Entry {
    Channel channel;
    MessageHead head;
    std::vector<std::byte> data;
    friend bool operator==(const Entry& left, const Entry& right);
};
std::ostream& operator<<(std::ostream& out, const Entry& entry);

Channel plain_channel(const std::string& topic);
/// `count` messages of 0 to `most_bytes` bytes on three channels.
std::vector<Entry> plain_entries(std::size_t count, std::size_t most_bytes);
/// Writes them, with a flush after every `per_chunk`.
void write_recording(const std::string& path, const std::vector<Entry>& entries, std::size_t per_chunk = 1'000'000,
                     Compression compression = Compression::none);
/// Those that this build has; "none" is the first.
std::vector<Compression> compressions();

/// Checks that the summary lists every chunk, channel and schema of the file, and no other.
void check_index(const std::string& path);

/// What a Reader gives, to the end.
struct ReadBack {
    std::vector<Entry> entries;
    std::vector<std::string> problems;
    std::string cut_off;
};
ReadBack read_recording(const std::string& path);

}  // namespace recording_test
