#include "sender/opening.hpp"

#include "cli/signals.hpp"
#include "sender/addresses.hpp"
#include "sender/camera_source.hpp"
#include "sender/image_probe.hpp"
#include "sender/picture_source.hpp"
#include "sender/tiff_probe.hpp"
#include "sender/video_source.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {

constexpr std::size_t enough_for_a_signature = 4096;
constexpr std::size_t longest_look = 64U << 20U;  // of a picture behind which another one may come

std::uint32_t big_endian(std::span<const std::byte> bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t byte = 0; byte < 4; ++byte)
        number = number << 8U | std::to_integer<std::uint32_t>(bytes[at + byte]);
    return number;
}

/// MP4: its index `moov` may come before the frames or behind them; fragments bring theirs with them.
std::optional<Reading> reading_of_mp4(std::span<const std::byte> head, std::string_view text) {
    std::uint64_t at = 0;
    while (at + 8 <= head.size()) {
        const std::string_view type = text.substr(static_cast<std::size_t>(at) + 4, 4);
        if (type == "moov" || type == "moof") return Reading::as_it_comes;
        const std::uint32_t length = big_endian(head, static_cast<std::size_t>(at));
        if (type == "mdat" || length < 8) return Reading::from_a_copy;
        at += length;
    }
    return {};
}

/// One picture is copied, several are decoded as they come.
std::optional<Reading> reading_of_pictures(bool has_next, bool has_ended) {
    if (has_next) return Reading::as_it_comes;
    if (has_ended) return Reading::from_a_copy;
    return {};
}

bool has_more_behind_png(std::string_view text) {
    constexpr std::string_view end = "IEND\xae\x42\x60\x82";
    const auto at = text.find(end);
    return at != std::string_view::npos && text.size() > at + end.size();
}

Reading decide(ReadOnce& bytes) {
    for (std::size_t wanted = enough_for_a_signature; wanted < longest_look; wanted *= 2) {
        const auto head = bytes.look(wanted);
        if (const auto reading = reading_of(head, bytes.has_ended())) return *reading;
    }
    return Reading::as_it_comes;
}

void open_once(Input& input, Console* console) {
    const bool is_stdin = input.path == "/dev/stdin";
    if (is_stdin && std::exchange(input.used_up, true))
        throw Unreadable("stdin: was read, and cannot be read again: --loop needs a file");
    const std::string shown = is_stdin ? "stdin" : input.path;
    const auto bytes = is_stdin ? ReadOnce::standard_input(shown) : ReadOnce::pipe(input.path);
    if (console != nullptr && !bytes->came_soon()) console->info("waiting for bytes from " + shown + " ...");
    const bool is_empty = bytes->look(1).empty();
    if (is_empty && !stop_requested()) throw Unreadable(shown + ": it ended before anything came");
    if (decide(*bytes) == Reading::as_it_comes || stop_requested()) {
        input.opened = std::make_shared<VideoSource>(bytes, shown, input.name);
        return;
    }
    input.copy = std::make_shared<Copy>(*bytes, shown);
    input.path = input.copy->path();
    input.shown = shown;
    input.access = Access::file;
    input.kind = kind_of(input.path).value_or(InputKind::picture);
}

std::shared_ptr<FrameSource> open_camera(const std::string& path) {
    const std::string device = fs::canonical(path).filename().string();  // "video0"
    const std::string number = device.substr(std::min(device.size(), std::string_view("video").size()));
    if (number.empty() || number.size() > 4 ||
        !std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }))
        throw Unreadable(path + ": not a camera that sender knows: /dev/video0 and so on");
    return std::make_shared<CameraSource>(std::stoi(number));
}

/// What is no file. It becomes one that holds a copy, or a source that goes on from its first frame.
void open_for_good(Input& input, Console* console) {
    if (input.access == Access::address && console != nullptr)
        console->info("opening " + without_password(input.path) + " ...");
    if (input.access == Access::once) open_once(input, console);
    if (input.access == Access::address) input.opened = VideoSource::at_address(input.path, input.name);
    if (input.access == Access::camera) input.opened = open_camera(input.path);
}

}  // namespace

std::optional<Reading> reading_of(std::span<const std::byte> head, bool has_ended) {
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    if (head.size() < 16 && !has_ended) return {};
    std::optional<Reading> reading = Reading::as_it_comes;
    if (is_jpeg(head))
        reading = reading_of_pictures(ending_of(head).next_jpeg != 0, has_ended);
    else if (is_png(head))
        reading = reading_of_pictures(has_more_behind_png(text), has_ended);
    else if (is_tiff(head) || kind_by_signature(text) == InputKind::picture)
        reading = Reading::from_a_copy;
    else if (text.size() >= 12 && text.substr(4, 4) == "ftyp")
        reading = reading_of_mp4(head, text);
    if (!reading && has_ended) return Reading::from_a_copy;
    return reading;
}

void open_ahead(std::vector<Input>& inputs, Console& console) {
    for (Input& input : inputs) {
        if (stop_requested()) return;
        try {
            open_for_good(input, &console);
        } catch (const Unreadable& why) {
            input.problem = why.what();
        }
    }
}

std::shared_ptr<FrameSource> open_input(Input& input, Pixels pixels) {
    if (!input.problem.empty()) throw Unreadable(input.problem);
    if (!input.opened) open_for_good(input, nullptr);
    if (input.opened) return std::exchange(input.opened, nullptr);
    if (input.kind == InputKind::video) return std::make_shared<VideoSource>(input.path, input.name);
    return std::make_shared<PictureSource>(input.path, input.name, pixels, input.kind == InputKind::pages);
}

}  // namespace handoff::apps::sender
