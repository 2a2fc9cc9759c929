#include <handoff/latest.hpp>

#include <iostream>

using namespace std::chrono_literals;

struct Pose {
    double x, y, heading;
};

int main() {
    handoff::Latest<Pose> pose("snippet-pose");
    handoff::Latest<Pose> seen("snippet-pose");  // as well in another process, or in fifteen
    pose.write({1.0, 2.0, 0.5}).value();
    pose.write({1.5, 2.0, 0.5}).value();
    const auto newest = seen.wait_newer(1s).value();  // the second one, whole; the first was overwritten
    std::cout << "pose " << newest.sequence << ": x " << newest.value.x << '\n';
    return newest.sequence == 2 && newest.value.x == 1.5 ? 0 : 1;
}
