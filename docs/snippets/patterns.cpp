// The three patterns, as README.md shows them.
#include <handoff/handoff.hpp>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <thread>

using namespace std::chrono_literals;
using handoff::Loan;

constexpr std::size_t frame_bytes = 640 * 480 * 3;
struct Pose {
    double x, y, heading;
};

void draw(std::span<std::byte> pixels) {
    std::ranges::fill(pixels, std::byte{7});
}

void channel() {
    handoff::Sender sender("work", {.slot_count = 8, .payload_bytes = frame_bytes, .reply_bytes = 64});
    std::jthread worker([] {
        handoff::Receiver receiver("work");  // another process, or ten: each request goes to one
        while (auto request = receiver.receive(10s)) request->processed(request->payload().first(1)).value();
    });
    Loan loan = sender.loan(1s).value();  // waits while all slots are in use
    draw(loan.payload());                 // in shared memory: nothing is copied later
    auto answer = sender.request(std::move(loan), 1s).value();
    std::cout << answer.reply().size() << " byte answered\n";
}

void topic() {
    handoff::Publisher publisher("camera", {.history = 4, .payload_bytes = frame_bytes});
    handoff::Subscriber subscriber("camera");  // another process, or sixty: each sees every frame
    Loan loan = publisher.loan().value();      // never waits: the oldest frame is overwritten
    draw(loan.payload());
    publisher.publish(std::move(loan)).value();
    const auto frame = subscriber.next(1s).value();  // stays whole and in place while it is held
    std::cout << frame.payload().size() << " bytes seen, " << frame.lost() << " frames lost\n";
}

void latest() {
    handoff::Latest<Pose> pose("pose"), seen("pose");  // another process, or sixty
    pose.write({1.0, 2.0, 0.5}).value();
    std::cout << "x is " << seen.read().value().value.x << '\n';  // the newest, never half of one
}

int main() {
    channel();
    topic();
    latest();
}
