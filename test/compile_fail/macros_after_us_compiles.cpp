// The same macros behind our headers: what a program writes with handoff must not be one of them either, and templates
// are instantiated only now. The twin shows that the macros bite.
#include <handoff/handoff.h>
#include <handoff/asio.hpp>
#include <handoff/handoff.hpp>
#include <handoff/inspect.hpp>
#include <handoff/testing.hpp>
#include <handoff/typed.hpp>
#if __has_include(<opencv2/core.hpp>)
#include <handoff/opencv.hpp>
#endif

#define slots
#define signals public
#define emit
#define foreach(element, container) for (element : container)
#define forever for (;;)
#define Bool int
#define None 0L
#define Status int
#define Success 0
#define Always 2
#define True 1
#define False 0
#define Complex 0
#define CurrentTime 0L
#define major(device) (device)
#define minor(device) (device)
#define makedev(major_, minor_) (major_ + minor_)

struct Pose {
    double x, y;
};

double use(handoff::Latest<Pose>& pose, handoff::TypedSender<Pose, Pose>& sender) {
    handoff::ChannelShape shape{.slot_count = 8, .payload_bytes = 1920 * 1080 * 3, .sync = handoff::Sync::futex};
    handoff::Receiver receiver("macros", shape, {.open = handoff::Open::create, .wait = handoff::WaitPolicy::sleep});
    auto request = receiver.try_receive();
    if (request) request->failed("no").value();
    return pose.read().value().value.x + sender.request({1, 2}).value().x + receiver.info().slot_count;
}
