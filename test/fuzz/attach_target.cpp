// Opening a file whose every byte is the input's, as anything that there is.
#include <handoff/handoff.hpp>
#include <handoff/testing.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "channel/blueprint.hpp"
#include "fuzz/input.hpp"
#include "platform/shm_file.hpp"
#include "segment/name.hpp"
#include "topic/blueprint.hpp"

using namespace handoff;
using namespace handoff::test;
using detail::segment::SegmentHeader;

namespace {

constexpr std::size_t most_bytes = 64 * 1024;

/// How much help the input gets on its way past the checks.
struct Help {
    std::uint8_t bits;
    bool identity() const noexcept { return (bits & 1) != 0; }  ///< magic, version, kind, fingerprint
    bool places() const noexcept { return (bits & 2) != 0; }    ///< offsets that follow from its counts; file length
    std::uint32_t kind() const noexcept { return bits >> 2 & 3; }
};

struct Ground {
    testing::UniqueName name{"fuzz-attach"};
    std::string path = detail::segment::segment_path(name);
    std::array<SegmentHeader*, 3> whole{};  ///< a good header of each kind
    detail::segment::OpenRequest requests[3];

    Ground() {
        for (int kind = 0; kind < 3; ++kind) {
            const testing::UniqueName another("fuzz-attach-template");
            std::optional<Sender> sender;
            std::optional<Publisher> publisher;
            std::optional<LatestBytes> latest;
            if (kind == 0)
                sender.emplace(another, ChannelShape{.slot_count = 2, .payload_bytes = 64, .reply_bytes = 10});
            if (kind == 1) publisher.emplace(another, TopicShape{.payload_bytes = 64});
            if (kind == 2) latest.emplace(another, LatestShape{.capacity_bytes = 64});
            const detail::platform::Descriptor file =
                detail::platform::open_existing(detail::segment::segment_path(another));
            whole[kind] = static_cast<SegmentHeader*>(::operator new(sizeof(SegmentHeader)));
            require(
                pread(file.get(), static_cast<void*>(whole[kind]), sizeof(SegmentHeader), 0) == sizeof(SegmentHeader),
                "a new segment has a header");
        }
        requests[0] = detail::segment::request_for<detail::channel::Pattern>("x", {}, {});
        requests[1] = detail::segment::request_for<detail::topic::Pattern>("x", {}, {});
    }
    ~Ground() {
        for (SegmentHeader* header : whole) ::operator delete(header);
    }
};

/// Gives the file the header of a segment of these counts, and the length that it should have.
void help(std::vector<std::byte>& bytes, const Help& help, const Ground& ground) {
    if (!help.identity() || help.kind() > 2 || bytes.size() < sizeof(SegmentHeader)) return;
    SegmentHeader header{};
    const auto raw = [&header] { return static_cast<void*>(&header); };
    std::memcpy(raw(), bytes.data(), sizeof header);
    const SegmentHeader& good = *ground.whole[help.kind()];
    std::memcpy(raw(), static_cast<const void*>(&good), offsetof(SegmentHeader, segment_bytes));
    detail::segment::Geometry geometry;
    const auto& request = ground.requests[help.kind() == 0 ? 0 : 1];  // a latest value is shaped like a topic
    const auto blueprint = request.blueprint_of(
        {header.participant_count, header.slot_count, header.payload_bytes, header.reply_bytes, header.settings});
    if (help.places() && detail::segment::lay_out(blueprint, geometry) && geometry.segment_bytes <= most_bytes) {
        header.segment_bytes = geometry.segment_bytes;
        header.participants_offset = geometry.participants_offset;
        header.control_offset = geometry.control_offset;
        header.slots_offset = geometry.slots_offset;
        header.slot_stride = geometry.slot_stride;
        bytes.resize(geometry.segment_bytes);
    }
    std::memcpy(bytes.data(), raw(), sizeof header);
}

void write_file(const std::string& path, std::span<const std::byte> bytes) {
    const detail::platform::Descriptor file(
        open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
    require(pwrite(file.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "it is written");
}

template <class Action>
void attempt(Action&& action) try {
    action();
} catch (const Error& refusal) {
    require(!refusal.failure().message().empty(), "a refusal says why");
}

void open_as_everything(const testing::UniqueName& name) {
    std::array<std::byte, 256> buffer{};
    attempt([&] {
        Sender sender(name);
        touch(sender.who_holds());
        (void)sender.try_loan();
        Receiver receiver(name);
        (void)receiver.try_receive();
    });
    attempt([&] {
        Subscriber subscriber(name, {.pins = 0, .start = Start::oldest});
        (void)subscriber.copy_next(buffer, Deadline::now());
        Publisher publisher(name);
        (void)publisher.loan();
        (void)publisher.state();
    });
    attempt([&] { (void)Subscriber(name, {.read_only = true}).copy_newest(buffer, Deadline::now()); });
    attempt([&] {
        LatestBytes latest(name);
        (void)latest.read(buffer);
        (void)latest.write(std::span(buffer).first(1));
    });
    attempt([&] { (void)LatestBytes(name, {.read_only = true}).read(buffer); });
    // One that is too small for us is replaced if it is not in use.
    attempt([&] { Sender larger(name, {.slot_count = 1, .payload_bytes = 5000}); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Ground ground;
    Input input(data, size);
    const Help wanted{input.next<std::uint8_t>()};
    const auto rest = std::as_bytes(input.rest());
    std::vector<std::byte> bytes(rest.begin(), rest.end());
    help(bytes, wanted, ground);
    write_file(ground.path, bytes);
    open_as_everything(ground.name);
    return 0;
}
