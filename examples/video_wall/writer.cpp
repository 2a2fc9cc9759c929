// Publishes frames of a moving pattern, 30 a second. It waits for no reader: a slow reader loses frames.
#include "../program.hpp"
#include "wall.hpp"

#include <handoff/topic.hpp>

namespace {

handoff::Image description(const std::string& camera) {
    auto image = handoff::Image::of(video_wall::width, video_wall::height, handoff::Encoding::bgr8);
    image.set_frame_id(camera);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    image.capture_time_ns = std::chrono::nanoseconds(now).count();
    return image;
}

int write_frames(const std::string& name, const std::string& camera, std::int64_t count, std::int64_t rate) {
    handoff::Publisher publisher(name, video_wall::topic_shape());
    std::cerr << "camera '" << camera << "' publishes on '" << name << "'\n";
    const auto interval = std::chrono::nanoseconds(std::chrono::seconds(1)) / rate;
    auto next = example::Clock::now();
    std::uint64_t written = 0;
    while ((count == 0 || written < static_cast<std::uint64_t>(count)) && !example::stop_requested()) {
        auto loan = publisher.loan().value();
        loan.describe(description(camera)).value();
        video_wall::draw(loan.payload().first(loan.size()), ++written);
        publisher.publish(std::move(loan)).value();
        next += interval;
        example::sleep_until(next);
    }
    std::cerr << written << " frames published\n";
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    std::string name, camera;
    std::int64_t count = 0, rate = 0;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&name)->default_value("video_wall"), "of the topic");
    add("camera", example::po::value(&camera)->default_value("camera"), "name in the frames, up to 31 bytes");
    add("count", example::number(count, 0, INT64_MAX, 0), "frames; 0: until Ctrl-C");
    add("rate", example::number(rate, 1, 1'000'000, 30), "frames per second");
    return example::run(argc, argv, "Publishes frames of 1280x720 for video_wall readers. Start two of them.", options,
                        [&] { return write_frames(name, camera, count, rate); });
}
