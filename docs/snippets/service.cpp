// A service that looks at frames until it is stopped, as README.md shows it.
#include <handoff/handoff.hpp>
#include <handoff/opencv.hpp>

#include <csignal>
#include <cstring>
#include <iostream>
#include <span>
#include <thread>

using namespace std::chrono_literals;

void serve() {
    handoff::Receiver receiver("frames", {.payload_bytes = 1920 * 1080 * 3, .reply_bytes = sizeof(double)});
    for (;;) {
        auto request = receiver.receive(handoff::stop_on_signals());
        if (!request && request.error() == handoff::Errc::stopped) return;          // Ctrl-C, or kill
        if (!request && request.error() == handoff::Errc::end_of_stream) continue;  // all senders left: the next ones
        const cv::Mat frame = handoff::opencv::as_mat(request.value());             // a view; throws if it is no image
        const double brightness = cv::mean(frame)[0];
        request->processed(std::as_bytes(std::span(&brightness, 1))).value();  // or failed("why not")
    }
}

int main() try {
    double brightness = 0;
    handoff::Sender sender("frames", {.payload_bytes = 1920 * 1080 * 3, .reply_bytes = sizeof(double)});  // stays
    std::jthread client([&] {
        auto loan = sender.loan(10s).value();
        handoff::opencv::as_mat(loan, 1080, 1920, CV_8UC3).setTo(cv::Scalar(7, 0, 0));
        const auto answer = sender.request(std::move(loan), 10s).value();
        std::memcpy(&brightness, answer.reply().data(), sizeof brightness);
        std::raise(SIGTERM);
    });
    serve();
    client.join();
    std::cout << "brightness " << brightness << '\n';
    return brightness == 7 ? 0 : 1;
} catch (const handoff::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
