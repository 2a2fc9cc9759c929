#include "sender/run.hpp"

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/report.hpp"
#include "cli/waits.hpp"
#include "pictures/output_folder.hpp"
#include "sender/camera_source.hpp"
#include "sender/inputs.hpp"
#include "sender/opening.hpp"
#include "sender/other_files.hpp"
#include "sender/pattern_source.hpp"
#include "sender/playlist.hpp"
#include "sender/publish_loop.hpp"
#include "sender/send_loop.hpp"
#include "sender/slot_size.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace fs = std::filesystem;

namespace handoff::apps::sender {

namespace {

struct Material {
    std::unique_ptr<FrameSource> source;
    std::uint64_t largest_frame_bytes = 0;
    std::optional<SlotSize> slot_size;  ///< of INPUT without --payload
    std::optional<std::uint64_t> total;
    std::vector<std::string> problems;
    OtherFiles others;

    std::uint64_t skipped() const {
        return problems.size() + others.pictures() + (slot_size ? slot_size->skipped() : 0);
    }
};

/// An input in the output folder would be overwritten by what became of it.
void refuse_saving_over(const std::vector<Input>& inputs, const OutputFolder* folder) {
    if (folder == nullptr) return;
    for (const Input& input : inputs) {
        std::error_code error;
        const fs::path parent = fs::path(input.path).parent_path();
        if (fs::equivalent(parent.empty() ? fs::path(".") : parent, folder->path(), error))
            throw UsageError("--save: " + folder->path().string() + " contains the input " + input.path +
                             ", which would be written over: choose another folder");
    }
}

Material material_of_inputs(const Options& options, const OutputFolder* folder, Console& console) {
    InputList list = list_inputs(options.inputs);
    refuse_saving_over(list.inputs, folder);
    Material material;
    material.problems = std::move(list.problems);
    material.others = std::move(list.others);
    std::deque<FrameSize> sizes;
    if (!options.payload_bytes) {
        open_ahead(list.inputs, console);
        sizes = frame_sizes(list.inputs, options.image_limit_bytes, options.pixels);
    }
    const bool pictures_only =
        std::ranges::all_of(list.inputs, [](const Input& input) { return input.kind == InputKind::picture; });
    if (pictures_only && !options.loop) material.total = list.inputs.size();
    auto playlist = std::make_unique<Playlist>(std::move(list.inputs), options.loop, options.pixels);
    if (!options.payload_bytes) material.slot_size.emplace(std::move(sizes), options.pixels, *playlist, console);
    material.source = std::move(playlist);
    return material;
}

Material material_of_camera(const Options& options) {
    Material material;
    material.source = std::make_unique<CameraSource>(*options.camera);
    material.largest_frame_bytes = material.source->frame_bytes();
    if (options.payload_bytes || stop_requested()) return material;
    if (material.largest_frame_bytes == 0)
        throw UsageError("--camera: the size of its frames is not known; give it with --payload");
    if (material.largest_frame_bytes > options.image_limit_bytes)
        throw UsageError("--camera: its frames of " + std::to_string(material.largest_frame_bytes) +
                         " bytes are larger than --image-limit; raise that");
    return material;
}

Material material_of_pattern(const Options& options) {
    Material material;
    material.source = std::make_unique<PatternSource>(*options.pattern);
    material.largest_frame_bytes = material.source->frame_bytes();
    return material;
}

Material material_for(const Options& options, const OutputFolder* folder, Console& console) {
    Material material = options.pattern  ? material_of_pattern(options)
                        : options.camera ? material_of_camera(options)
                                         : material_of_inputs(options, folder, console);
    if (options.count) material.total = std::min(*options.count, material.total.value_or(*options.count));
    return material;
}

/// What open(bytes of a frame) makes. Throws what it throws.
template <class Open>
auto open_for(Material& material, const Options& options, const Open& open) {
    if (material.slot_size) return material.slot_size->open(open);
    return open(options.payload_bytes.value_or(material.largest_frame_bytes));
}

ChannelShape channel_shape(const Options& options, std::uint64_t payload_bytes) {
    constexpr std::uint64_t small_reply = 4096;  // room for a checksum beside the smallest picture
    ChannelShape channel;
    channel.slot_count = options.slots;
    channel.payload_bytes = payload_bytes;
    const std::uint64_t automatic = options.in_place ? small_reply : std::max(payload_bytes, small_reply);
    channel.reply_bytes = options.reply_bytes.value_or(automatic);
    if (options.in_place) channel.in_place = true;
    channel.sync = options.sync;
    return channel;
}

/// False if the program is asked to end. Throws Error if nobody comes.
bool wait_for_receiver(const Options& options, Sender& sender, Console& console) {
    if (options.no_wait) return !stop_requested();
    auto came = sender.wait_for_receiver(Deadline::now());
    if (!came && came.error() == Errc::timed_out) {
        console.info("waiting for a receiver on channel '" + options.channel + "' ...");
        came = sender.wait_for_receiver(stoppable(in(options.wait_receiver)));
    }
    if (stop_requested()) return false;
    if (!came && came.error() == Errc::timed_out)
        throw Error(Errc::timed_out, "no receiver came within " + format_duration(options.wait_receiver) +
                                         "; start one with: receiver --channel " + options.channel);
    came.value();
    return true;
}

void print_shape(const ChannelInfo& info, Console& console) {
    console.info("channel '" + info.name + "': " + counted(info.slot_count, "slot") + " of " +
                 format_bytes(info.payload_bytes) + ", answers of " + format_bytes(info.reply_bytes) +
                 (info.in_place ? ", edited in place" : "") + (info.sync == Sync::boost ? ", sync boost" : ""));
}

void report_other_files(const OtherFiles& others, Console& console) {
    const std::string words = others.format();
    if (others.pictures() > 0)
        console.error(words);
    else if (!words.empty())
        console.info(words);
}

/// The program was asked to end before it knew how large a slot must be.
ExitCode report_nothing_sent(const Options& options, Console& console) {
    const bool topic = !options.topic.empty();
    const Reporter reporter = topic ? Reporter::publisher : Reporter::sender;
    console.info(format_report(reporter, {}, {}));
    if (options.json)
        std::cout << report_in_json(reporter, topic ? options.topic : options.channel, {}, {}) << std::endl;
    return ExitCode::ok;
}

/// No input can be sent: reports why for each, and creates no channel.
ExitCode report_all_problems(const Options& options, Material& material, Console& console) {
    while (!stop_requested()) {
        try {
            if (!material.source->next()) break;
            const std::uint64_t bytes = material.source->frame_bytes();
            console.error(material.source->name() +
                          (bytes == 0 ? ": its size is not known; give the size of its frames with --payload"
                                      : ": its pixels need " + std::to_string(bytes) +
                                            " bytes, more than --image-limit; to send it, raise that limit"));
            material.source->drop_current();
        } catch (const Unreadable& error) {
            console.error(error.what());
        }
    }
    if (stop_requested()) return report_nothing_sent(options, console);
    report_other_files(material.others, console);
    console.error("nothing to send: not one input can be read");
    return ExitCode::failed;
}

ExitCode send_all(const Options& options, Material& material, const OutputFolder* folder, Console& console) {
    Sender sender = open_for(
        material, options, [&](std::uint64_t bytes) { return Sender(options.channel, channel_shape(options, bytes)); });
    print_shape(sender.info(), console);
    SendLoop sending(options, sender, *material.source, folder, material.total, console);
    ExitCode code = ExitCode::ok;
    try {
        if (wait_for_receiver(options, sender, console)) sending.run();
    } catch (const Error& error) {
        console.error(error.what());
        code = exit_code_of(error.failure());
    }
    const auto elapsed = sending.elapsed();
    RunStatistics statistics = sending.statistics();
    statistics.skipped += material.skipped();
    console.info(format_report(Reporter::sender, statistics, elapsed));
    if (statistics.saved > 0) console.info("saved in " + folder->path().string());
    report_other_files(material.others, console);
    if (options.json) std::cout << report_in_json(Reporter::sender, options.channel, statistics, elapsed) << std::endl;
    return code == ExitCode::ok ? statistics.exit_code() : code;
}

/// False if the program is asked to end. Throws Error if nobody comes.
bool wait_for_subscriber(const Options& options, Publisher& publisher, Console& console) {
    if (!options.wait_for_subscriber) return !stop_requested();
    console.info("waiting for a subscriber of topic '" + options.topic + "' ...");
    const auto came = publisher.wait_for_subscriber(stoppable(in(options.wait_receiver)));
    if (stop_requested()) return false;
    if (!came && came.error() == Errc::timed_out)
        throw Error(Errc::timed_out, "no subscriber came within " + format_duration(options.wait_receiver) +
                                         "; start one with: receiver --topic " + options.topic);
    came.value();
    return true;
}

ExitCode publish_all(const Options& options, Material& material, Console& console) {
    Publisher publisher = open_for(material, options, [&](std::uint64_t bytes) {
        return Publisher(options.topic, {.history = options.history, .payload_bytes = bytes, .sync = options.sync});
    });
    console.info("topic '" + options.topic + "': the last " + counted(publisher.info().history, "frame") +
                 " of up to " + format_bytes(publisher.info().payload_bytes));
    PublishLoop publishing(options, publisher, *material.source, material.total, console);
    ExitCode code = ExitCode::ok;
    try {
        if (wait_for_subscriber(options, publisher, console)) publishing.run();
    } catch (const Error& error) {
        console.error(error.what());
        code = exit_code_of(error.failure());
    }
    const auto elapsed = publishing.elapsed();
    RunStatistics statistics = publishing.statistics();
    statistics.skipped += material.skipped();
    console.info(format_report(Reporter::publisher, statistics, elapsed));
    report_other_files(material.others, console);
    if (options.json) std::cout << report_in_json(Reporter::publisher, options.topic, statistics, elapsed) << std::endl;
    return code == ExitCode::ok ? statistics.exit_code() : code;
}

}  // namespace

ExitCode run_sender(const Options& options) {
    Console console("sender", options.quiet);
    std::optional<OutputFolder> folder;
    if (!options.save_folder.empty()) folder.emplace(options.save_folder);
    const OutputFolder* save_folder = folder ? &*folder : nullptr;
    try {
        Material material = material_for(options, save_folder, console);
        for (const std::string& problem : material.problems) console.error(problem);
        if (material.slot_size) material.largest_frame_bytes = material.slot_size->bytes();
        if (stop_requested()) return report_nothing_sent(options, console);
        if (!options.payload_bytes && material.largest_frame_bytes == 0)
            return report_all_problems(options, material, console);
        if (!options.topic.empty()) return publish_all(options, material, console);
        return send_all(options, material, save_folder, console);
    } catch (const Unreadable& error) {  // the camera
        console.error(error.what());
        return ExitCode::failed;
    }
}

}  // namespace handoff::apps::sender
