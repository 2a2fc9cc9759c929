// What client and server of the Asio example agree on.
#pragma once

#include <handoff/channel.hpp>

#include <cstdint>

namespace asio_loop {

struct Numbers {
    std::int64_t a, b;
};
using Sum = std::int64_t;

inline handoff::ChannelShape channel_shape() {
    return {.slot_count = 8, .payload_bytes = sizeof(Numbers), .reply_bytes = sizeof(Sum)};
}

}  // namespace asio_loop
