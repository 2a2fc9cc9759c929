// Looks at every frame it can get, checks it, and counts what it lost. Several readers neither wait for each other nor
// take frames away from each other.
#include "../program.hpp"
#include "wall.hpp"

#include <handoff/topic.hpp>

#include <map>
#include <vector>

namespace {

struct Options {
    std::string name;
    std::int64_t count = 0, delay_ms = 0, wait_s = 0;
    bool copy = false, stay = false, strict = false, json = false;
};

struct Summary {
    std::uint64_t frames = 0, lost = 0, wrong = 0;
    std::map<std::string, std::uint64_t> cameras;

    void add(std::span<const std::byte> pixels, const handoff::Image& image, std::uint64_t lost_before) {
        ++frames;
        lost += lost_before;
        if (video_wall::stamp_of(pixels).number == 0) ++wrong;
        ++cameras[std::string(image.frame())];
    }

    void print(bool as_json) const {
        const char* separator = "";
        std::cout << (as_json ? "{\"frames\": " : "frames ") << frames << (as_json ? ", \"lost\": " : ", lost ") << lost
                  << (as_json ? ", \"wrong\": " : ", wrong checksums ") << wrong
                  << (as_json ? ", \"cameras\": {" : "; ");
        for (const auto& [camera, seen] : cameras) {
            std::cout << separator << (as_json ? "\"" + camera + "\": " : camera + " ") << seen;
            separator = ", ";
        }
        std::cout << (as_json ? "}}" : "") << std::endl;
    }
};

class Reader {
public:
    /// A reader that copies needs no pin: any number of them may look.
    explicit Reader(const Options& options)
        : subscriber_(options.name, video_wall::topic_shape(), {.pins = options.copy ? 0U : 1U}),
          buffer_(options.copy ? video_wall::frame_bytes : 0),
          delay_(options.delay_ms) {}

    handoff::result<void> look_at_next(Summary& summary, const handoff::Wait& wait) {
        if (!buffer_.empty()) {
            const auto copied = subscriber_.copy_next(buffer_, wait);
            if (!copied) return copied.error();
            summary.add(std::span(buffer_).first(copied->size), copied->image, copied->lost);
            example::sleep_until(example::Clock::now() + delay_);
        } else {
            const auto message = subscriber_.next(wait);
            if (!message) return message.error();
            example::sleep_until(example::Clock::now() + delay_);  // with the frame in hand: it must stay whole
            summary.add(message->payload(), message->image(), message->lost());
        }
        return handoff::success();
    }

private:
    handoff::Subscriber subscriber_;
    std::vector<std::byte> buffer_;
    std::chrono::milliseconds delay_;
};

int read_frames(const Options& options) {
    Reader reader(options);
    std::cerr << "reading '" << options.name << "'\n";
    Summary summary;
    int exit_code = example::ok;
    while (options.count == 0 || summary.frames < static_cast<std::uint64_t>(options.count)) {
        const auto looked = reader.look_at_next(summary, example::stoppable_wait(std::chrono::seconds(options.wait_s)));
        if (looked) continue;
        if (looked.error() == handoff::Errc::stopped) break;
        if (looked.error() == handoff::Errc::end_of_stream) {
            if (options.stay) continue;
            break;
        }
        if (looked.error() != handoff::Errc::timed_out) throw handoff::Error(looked.error());
        std::cerr << "no frame for " << options.wait_s << " s; start video_wall_writer, or wait longer with --wait\n";
        exit_code = example::timed_out;
        break;
    }
    summary.print(options.json);
    if (summary.wrong > 0) return example::failed;
    return options.strict && summary.lost > 0 ? example::lost : exit_code;
}

}  // namespace

int main(int argc, char** argv) {
    Options given;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&given.name)->default_value("video_wall"), "of the topic");
    add("count", example::number(given.count, 0, INT64_MAX, 0), "frames; 0: until the last writer has left");
    add("delay", example::number(given.delay_ms, 0, 1'000'000, 0), "milliseconds to spend on each frame");
    add("wait", example::number(given.wait_s, 0, 1'000'000, 10), "seconds to wait for a frame");
    add("copy", example::po::bool_switch(&given.copy), "copy the frames instead of pinning them");
    add("stay", example::po::bool_switch(&given.stay), "wait for new writers when the last one has left");
    add("strict", example::po::bool_switch(&given.strict), "end with exit code 5 if a frame was lost");
    add("json", example::po::bool_switch(&given.json), "print the summary as one JSON object");
    return example::run(argc, argv,
                        "Reads the frames of video_wall writers and prints at the end how many it saw and lost.",
                        options, [&] { return read_frames(given); });
}
