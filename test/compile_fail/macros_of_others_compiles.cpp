// Qt, X11 and <sys/sysmacros.h> define common words as macros: no name of handoff is one of them.
// The twin shows that the macros bite.
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

#include <handoff/handoff.h>
#include <handoff/asio.hpp>
#include <handoff/handoff.hpp>
#include <handoff/inspect.hpp>
#include <handoff/testing.hpp>
#include <handoff/typed.hpp>
#if __has_include(<opencv2/core.hpp>)
#include <handoff/opencv.hpp>
#endif

handoff::ChannelShape eight_frames{.slot_count = 8, .payload_bytes = 1920 * 1080 * 3};
