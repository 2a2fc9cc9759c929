#include <handoff/channel.hpp>

#include <algorithm>
#include <iostream>
#include <numeric>

using namespace std::chrono_literals;

int main() {
    handoff::Sender sender("snippet-arrays", {.payload_bytes = 1024});
    handoff::Receiver receiver("snippet-arrays");  // as well in another process, in any language

    auto loan = sender.loan(1s).value();
    const auto boxes = handoff::Array::of<float>({2, 6}).value();  // two boxes of six numbers each
    loan.describe(boxes).value();
    const auto written = boxes.elements<float>(loan.payload()).value();
    std::fill(written.begin(), written.end(), 0.5F);
    sender.send(std::move(loan)).value();

    auto request = receiver.receive(1s).value();
    const auto seen = request.array().elements<const float>(request.payload()).value();  // a std::span<const float>
    const float sum = std::accumulate(seen.begin(), seen.end(), 0.0F);
    std::cout << request.array().shape()[0] << " boxes, sum " << sum << '\n';
    request.processed().value();
    return sum == 6.0F ? 0 : 1;
}
