// Finds edges in pictures: the service that image_service_client asks.
#include "../program.hpp"
#include "service.hpp"

#include <opencv2/imgproc.hpp>

namespace {

void find_edges(const cv::Mat& picture, cv::Mat& answer) {
    constexpr double weak = 50, strong = 150;
    cv::Mat gray = picture;
    if (picture.type() == CV_8UC3)
        cv::cvtColor(picture, gray, cv::COLOR_BGR2GRAY);
    else if (picture.type() != CV_8UC1)
        throw std::invalid_argument("pictures must be bgr8 or mono8, this one is " + cv::typeToString(picture.type()));
    cv::Canny(gray, answer, weak, strong);
}

int serve(const image_service::Options& options) {
    image_service::ImageService service(options, find_edges);
    std::cerr << "serving '" << options.name << "' with " << options.workers << " workers\n";
    const std::stop_callback end(example::stop_token(), [&service] { service.stop(); });
    service.wait();
    std::cerr << service.processed() << " pictures processed, " << service.failed() << " refused\n";
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    image_service::Options given;
    std::int64_t workers = 0, slots = 0, most_pixels = 0;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&given.name)->default_value("image_service"), "of the channel");
    add("workers", example::number(workers, 1, 256, 2), "threads that process pictures");
    add("slots", example::number(slots, 1, 65'535, 8), "pictures that can wait or be worked on");
    add("pixels", example::number(most_pixels, 1, 1'000'000'000, 1920 * 1080), "of the largest picture");
    return example::run(argc, argv, "Finds edges in the pictures that image_service clients send.", options, [&] {
        given.workers = static_cast<unsigned>(workers);
        given.slot_count = static_cast<std::uint32_t>(slots);
        given.most_pixels = static_cast<std::size_t>(most_pixels);
        return serve(given);
    });
}
