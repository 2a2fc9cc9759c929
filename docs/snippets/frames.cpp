#include <handoff/opencv.hpp>

#include <iostream>
#include <opencv2/imgproc.hpp>
#include <thread>

using namespace std::chrono_literals;

int main() {
    constexpr std::size_t frame_bytes = 1920 * 1080 * 3;
    handoff::Sender sender("snippet-frames",
                           {.slot_count = 3, .payload_bytes = frame_bytes, .reply_bytes = frame_bytes});

    std::jthread detector([] {  // as well in another process
        handoff::Receiver receiver("snippet-frames");
        while (auto request = receiver.receive(10s)) {
            const cv::Mat frame = handoff::opencv::as_mat(*request);  // a view: no copy
            cv::Mat gray = handoff::opencv::reply_mat(*request, frame.rows, frame.cols, CV_8UC1);
            cv::cvtColor(frame, gray, cv::COLOR_BGR2GRAY);  // written straight into the answer
            request->processed().value();
        }
    });

    handoff::Loan loan = sender.loan(1s).value();
    cv::Mat frame = handoff::opencv::as_mat(loan, 1080, 1920, CV_8UC3);
    frame.setTo(cv::Scalar(255, 0, 0));       // or camera.read(frame), then:
    handoff::opencv::ensure_in(loan, frame);  // copies if OpenCV gave the Mat other memory
    const auto processed = sender.request(std::move(loan), 5s).value();
    const cv::Mat answer = handoff::opencv::as_mat(processed);
    std::cout << answer.cols << " x " << answer.rows << " pixels, the first one is " << int{answer.at<uchar>(0, 0)}
              << '\n';
    { const handoff::Sender leaving = std::move(sender); }  // the detector hears the end of the stream
    return answer.at<uchar>(0, 0) == 29 ? 0 : 1;            // 0.114 * 255
}
