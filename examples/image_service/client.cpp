// Sends a picture to the image service, once or many times, several at once, and saves the last answer.
#include "../program.hpp"

#include <handoff/opencv.hpp>

#include <deque>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace {

struct Options {
    std::string name, input, output;
    std::int64_t count = 0, in_flight = 0, wait_s = 0;
    std::chrono::seconds timeout() const { return std::chrono::seconds(wait_s); }
};

cv::Mat picture_of(const std::string& path) {
    if (!path.empty()) {
        cv::Mat picture = cv::imread(path, cv::IMREAD_COLOR);
        if (picture.empty()) throw std::runtime_error("'" + path + "' cannot be read as a picture");
        return picture;
    }
    cv::Mat picture(480, 640, CV_8UC3, cv::Scalar(40, 40, 40));
    cv::circle(picture, {320, 240}, 150, cv::Scalar(0, 200, 255), cv::FILLED);
    return picture;
}

/// The service makes the channel, because it knows how large pictures may be.
handoff::Sender connect(const Options& options) {
    return handoff::Sender(options.name, {.attach_timeout = options.timeout(), .attach_stop = example::stop_token()});
}

class Client {
    handoff::Wait stoppable_wait() const { return example::stoppable_wait(options_.timeout()); }

public:
    explicit Client(const Options& options) : options_(options), sender_(connect(options)) {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    /// Requests that are not answered by then are withdrawn.
    ~Client() {
        for (auto& pending : pending_) (void)pending.withdraw();
    }

    void send(const cv::Mat& picture) {
        if (pending_.size() == static_cast<std::size_t>(options_.in_flight)) collect();
        auto loan = sender_.loan(stoppable_wait()).value();
        handoff::opencv::copy_to(loan, picture);  // a camera would write into as_mat(loan, ...) instead
        pending_.push_back(sender_.request_async(std::move(loan)).value());
    }

    void collect_all() {
        while (!pending_.empty()) collect();
    }

    std::uint64_t answers() const { return answers_; }
    const cv::Mat& last() const { return last_; }

private:
    void collect() {
        const auto processed = pending_.front().wait(stoppable_wait()).value();
        pending_.pop_front();
        const cv::Mat answer = handoff::opencv::as_mat(processed);
        answer.copyTo(last_);  // the slot is free again when `processed` goes
        ++answers_;
    }

    const Options& options_;
    handoff::Sender sender_;
    std::deque<handoff::Pending> pending_;
    std::uint64_t answers_ = 0;
    cv::Mat last_;
};

/// The name always holds a whole picture: the new one or the older one.
void write(const std::string& path, const cv::Mat& picture) {
    std::vector<unsigned char> bytes;
    if (!cv::imencode(std::filesystem::path(path).extension().string(), picture, bytes))
        throw std::runtime_error("cannot write '" + path + "' as a picture");
    const std::string partial = path + ".partial";
    std::ofstream file(partial, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
        std::error_code ignored;
        std::filesystem::remove(partial, ignored);
        throw std::runtime_error("cannot write '" + path + "': is the disk full, and may you write there?");
    }
    std::filesystem::rename(partial, path);
}

int send_pictures(const Options& options) {
    const cv::Mat picture = picture_of(options.input);
    Client client(options);
    for (std::int64_t i = 0; i < options.count && !example::stop_requested(); ++i) client.send(picture);
    client.collect_all();
    std::cout << client.answers() << " answers";
    if (!client.last().empty())
        std::cout << " of " << client.last().cols << "x" << client.last().rows << ", "
                  << cv::countNonZero(client.last()) << " pixels on edges";
    std::cout << std::endl;
    if (!options.output.empty() && !client.last().empty()) write(options.output, client.last());
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    Options given;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&given.name)->default_value("image_service"), "of the channel");
    add("input", example::po::value(&given.input), "picture to send; without: one that is drawn");
    add("output", example::po::value(&given.output), "file for the last answer, such as edges.png");
    add("count", example::number(given.count, 1, INT64_MAX, 1), "times to send it");
    add("in-flight", example::number(given.in_flight, 1, 65'535, 4), "pictures sent and not yet answered");
    add("wait", example::number(given.wait_s, 0, 1'000'000, 10), "seconds to wait for the service");
    return example::run(argc, argv, "Lets the image service find the edges in a picture.", options,
                        [&] { return send_pictures(given); });
}
