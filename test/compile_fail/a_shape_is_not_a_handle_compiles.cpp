// Braces say by the names of the fields whether a shape or the options of the handle is meant.
#include <handoff/handoff.hpp>

using namespace std::chrono_literals;

struct Pose {
    double x, y;
};

void channels(int count, std::uint32_t exact) {
    handoff::Sender both("x", {.slot_count = 8, .payload_bytes = 100}, {.wait = handoff::WaitPolicy::sleep});
    handoff::Sender shape("x",
                          {.slot_count = exact, .payload_bytes = sizeof(Pose), .in_place = true, .group = "video"});
    handoff::Sender narrowed("x",
                             {.participants = static_cast<unsigned>(count), .lifetime = handoff::Lifetime::persistent});
    handoff::Sender handle("x", {.open = handoff::Open::attach, .prefault = true});
    handoff::Receiver plain("x");
    handoff::Receiver patient("x", {.attach_timeout = 1s});
    handoff::Receiver any_shape("x", {}, {.attach_timeout = std::chrono::nanoseconds::max()});
    const handoff::ChannelShape stored_shape{.payload_bytes = 100};
    const handoff::HandleOptions stored_handle{.attach_timeout = 10ms};
    handoff::Sender one("x", stored_shape), two("x", stored_handle), three("x", stored_shape, stored_handle);
    handoff::TypedSender<Pose, int> typed("x"), typed_shape("x", {.slot_count = 2}),
        typed_handle("x", {.attach_timeout = 1s});
    handoff::TypedReceiver<Pose, int> answers("x"), patient_answers("x", {.attach_timeout = 1s});
}

void topics() {
    handoff::Publisher publisher("x", {.history = 4, .payload_bytes = 100}), handle("x", {.attach_timeout = 1s});
    handoff::Subscriber plain("x"), flat("x", {.attach_timeout = 1s, .pins = 2});
    handoff::Subscriber both("x", {.history = 4}, {.pins = 0, .start = handoff::Start::oldest, .read_only = true});
    handoff::TypedPublisher<Pose> typed("x"), typed_shape("x", {.history = 2});
    handoff::TypedSubscriber<Pose> seen("x"), typed_flat("x", {.pins = 3}),
        typed_both("x", {.history = 2}, {.pins = 3});
}

void latest_values() {
    handoff::LatestBytes bytes("x", {.capacity_bytes = 100}), plain("x"), reader("x", {.read_only = true});
    handoff::Latest<Pose> pose("x"), small("x", {.participants = 2}),
        seen("x", {.attach_timeout = 1s, .read_only = true});
}
