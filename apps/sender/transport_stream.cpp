#include "sender/transport_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <vector>

namespace handoff::apps::sender {

namespace {

constexpr std::size_t packet_bytes = 188;
constexpr char sync_byte = 'G';

/// The packets of one video. A frame's last one is filled up with an adaptation field. Each has the number of the one
/// before plus 1, modulo 16; one that is repeated has the same.
struct Video {
    bool begun = false;
    bool last_is_full = false;
    bool may_jump = true;  ///< tables came in between: another film may begin (cat a.ts b.ts)
    unsigned number = 0;
    unsigned full_ends = 0;
    unsigned filled_ends = 0;
};

class Packets {
public:
    void take(const unsigned char* packet) {
        const unsigned id = (packet[1] & 0x1FU) << 8U | packet[2];
        const bool has_payload = (packet[3] & 0x10U) != 0;
        const bool has_adaptation = (packet[3] & 0x20U) != 0;
        if (!has_payload) return;
        if (id == 0 && !has_adaptation) return take_programs(packet);
        if (awaits_map_) ++(id == map_id_ ? maps_at_once_ : maps_later_);
        awaits_map_ = false;
        Video& video = videos_[id];
        const bool is_announced = has_adaptation && packet[4] > 0 && (packet[5] & 0x80U) != 0;
        has_hole_ = has_hole_ || (video.begun && !is_announced && jumps(video, packet[3] & 0x0fU));
        video.may_jump = false;
        video.number = packet[3] & 0x0fU;
        if ((packet[1] & 0x40U) != 0) begin(video, packet, has_adaptation ? 5U + packet[4] : 4U);
        video.last_is_full = !has_adaptation;
    }

    bool end_within_a_frame() const {
        constexpr unsigned enough = 5;
        return std::ranges::any_of(videos_, [](const auto& entry) {
            const Video& video = entry.second;
            return video.begun && video.last_is_full && video.full_ends == 0 && video.filled_ends >= enough;
        });
    }

    bool have_a_hole() const { return has_hole_; }
    bool end_within_tables() const {
        constexpr unsigned enough = 2;
        return awaits_map_ && maps_at_once_ >= enough && maps_later_ == 0;
    }

private:
    /// The table of programs, which names the packets of the map of its program. Most writers let that follow at once.
    void take_programs(const unsigned char* packet) {
        const std::size_t at = 5U + packet[4] + 8U;
        if ((packet[1] & 0x40U) == 0 || at + 4 > packet_bytes) return;
        map_id_ = (packet[at + 2] & 0x1fU) << 8U | packet[at + 3];
        awaits_map_ = true;
        for (auto& [id, video] : videos_) video.may_jump = true;
    }
    static bool jumps(const Video& video, unsigned number) {
        return !video.may_jump && number != video.number && number != ((video.number + 1U) & 0x0fU);
    }
    static void begin(Video& video, const unsigned char* packet, std::size_t at) {
        const bool is_video = at + 4 <= packet_bytes && packet[at] == 0 && packet[at + 1] == 0 && packet[at + 2] == 1 &&
                              (packet[at + 3] & 0xF0U) == 0xE0U;
        if (!is_video) return;
        if (video.begun) ++(video.last_is_full ? video.full_ends : video.filled_ends);
        video.begun = true;
    }

    std::map<unsigned, Video> videos_;
    unsigned map_id_ = 0;
    bool awaits_map_ = false;
    bool has_hole_ = false;
    unsigned maps_at_once_ = 0;
    unsigned maps_later_ = 0;
};

}  // namespace

std::string_view why_transport_stream_incomplete(const std::string& path) {
    constexpr std::uint64_t enough_packets = 20'000;
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return "";
    const auto size = static_cast<std::uint64_t>(file.tellg());
    const std::uint64_t packets = size / packet_bytes;
    const std::uint64_t first = packets - std::min(packets, enough_packets);
    std::vector<char> bytes((packets - first) * packet_bytes);
    file.seekg(static_cast<std::streamoff>(first * packet_bytes));
    if (bytes.empty() || !file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return "";
    Packets seen;
    for (std::size_t at = 0; at < bytes.size(); at += packet_bytes) {
        if (bytes[at] != sync_byte) return "";
        seen.take(reinterpret_cast<const unsigned char*>(bytes.data()) + at);
    }
    if (seen.have_a_hole()) return "packets are missing in its last part";
    if (size % packet_bytes != 0) return "the file ends in the middle of a packet";
    if (seen.end_within_tables()) return "the file ends within the tables that begin its next part";
    return seen.end_within_a_frame() ? "the file seems to end in the middle of a frame" : "";
}

}  // namespace handoff::apps::sender
