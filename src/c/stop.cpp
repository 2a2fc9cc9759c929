// What ends waits: a stop source, and a token that signals stop.
#include <handoff/c/common.h>
#include <handoff/wait.hpp>

#include <memory>
#include <optional>
#include <stop_token>

#include "c/abi_guard.hpp"

using namespace handoff;

struct handoff_stop {
    struct Request {
        std::stop_source& source;
        void operator()() const noexcept { source.request_stop(); }
    };
    std::stop_source source;
    std::optional<std::stop_callback<Request>> on_signal;  // after the source: it may call at once
};

namespace handoff::detail::c {

std::stop_token token(const handoff_stop* stop) noexcept {
    return stop == nullptr ? std::stop_token() : stop->source.get_token();
}

Wait wait(std::int64_t timeout_ns, const handoff_stop* stop) {
    return {deadline(timeout_ns), token(stop)};
}

}  // namespace handoff::detail::c

extern "C" {

handoff_status handoff_stop_new(handoff_stop** stop) {
    return detail::c::guarded([&] {
        detail::c::place(stop, "the stop");
        *stop = new handoff_stop;
        return HANDOFF_OK;
    });
}

handoff_status handoff_stop_on_signals(handoff_stop** stop) {
    return detail::c::guarded([&] {
        detail::c::place(stop, "the stop");
        auto made = std::make_unique<handoff_stop>();
        made->on_signal.emplace(stop_on_signals(), handoff_stop::Request{made->source});
        *stop = made.release();
        return HANDOFF_OK;
    });
}

handoff_status handoff_stop_request(handoff_stop* stop) {
    return detail::c::guarded([&] {
        detail::c::handle(stop, "stop").source.request_stop();
        return HANDOFF_OK;
    });
}

bool handoff_stop_requested(const handoff_stop* stop) {
    return stop != nullptr && stop->source.stop_requested();
}

void handoff_stop_drop(handoff_stop** stop) {
    detail::c::drop(stop);
}

}  // extern "C"
