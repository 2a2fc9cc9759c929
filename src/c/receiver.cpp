// The receiver's side of a channel: receiver, request.
#include "c/abi_guard.hpp"
#include "c/batch.hpp"
#include "c/channel.hpp"
#include "c/convert.hpp"
#include "c/image.hpp"

using namespace handoff;

struct handoff_receiver {
    Receiver value;
};
struct handoff_request {
    Request value;
};

namespace {

Receiver& receiver_of(handoff_receiver* receiver) {
    return detail::c::handle(receiver, "receiver").value;
}
const Receiver& receiver_of(const handoff_receiver* receiver) {
    return detail::c::handle(receiver, "receiver").value;
}
Request& request_of(handoff_request* request) {
    return detail::c::handle(request, "request").value;
}

}  // namespace

extern "C" {

// ---- receiver ---------------------------------------------------------------------------------------------------

handoff_status handoff_receiver_open(const char* name, const handoff_channel_shape* shape,
                                     const handoff_handle_options* handle, handoff_receiver** receiver) {
    return detail::c::guarded([&] {
        detail::c::place(receiver, "the receiver");
        *receiver = new handoff_receiver{Receiver(detail::c::text(name, "the name"), detail::c::shape_from(shape),
                                                  detail::c::handle_from<HandleOptions>(handle))};
        return HANDOFF_OK;
    });
}

void handoff_receiver_close(handoff_receiver** receiver) {
    detail::c::drop(receiver);
}

handoff_status handoff_receiver_receive(handoff_receiver* receiver, int64_t timeout_ns, const handoff_stop* stop,
                                        handoff_request** request) {
    return detail::c::guarded([&] {
        detail::c::place(request, "the request");
        return detail::c::deliver(receiver_of(receiver).receive(detail::c::wait(timeout_ns, stop)), request);
    });
}

handoff_status handoff_receiver_try_receive(handoff_receiver* receiver, handoff_request** request) {
    return detail::c::guarded([&] {
        detail::c::place(request, "the request");
        return detail::c::deliver(receiver_of(receiver).try_receive(), request);
    });
}

handoff_status handoff_receiver_receive_batch(handoff_receiver* receiver, int64_t timeout_ns, const handoff_stop* stop,
                                              handoff_request** requests, size_t most, size_t* received) {
    return detail::c::guarded([&] {
        if (most > 0) detail::c::place(requests, "the requests");
        detail::c::place(received, "the number of requests");
        Receiver& from = receiver_of(receiver);
        auto batch = detail::c::places_for<Request>(most, from.info().slot_count);
        const auto count = from.receive(batch, detail::c::wait(timeout_ns, stop));
        if (count) detail::c::hand_out(batch, *count, requests);
        return detail::c::store(count, received);
    });
}

handoff_status handoff_receiver_processed_batch(handoff_receiver* receiver, handoff_request** requests, size_t count) {
    return detail::c::guarded([&] {
        auto batch = detail::c::take_all<Request>(requests, count, "request");
        return detail::c::status_of(receiver_of(receiver).processed(batch));
    });
}

handoff_status handoff_receiver_waitable(const handoff_receiver* receiver, handoff_waitable** waitable) {
    return detail::c::deliver_waitable(waitable, [&]() -> const Receiver& { return receiver_of(receiver); });
}

handoff_status handoff_receiver_descriptor(const handoff_receiver* receiver, int* descriptor) {
    return detail::c::store_descriptor(descriptor, [&]() -> const Receiver& { return receiver_of(receiver); });
}

handoff_status handoff_receiver_info(const handoff_receiver* receiver, handoff_channel_info* info) {
    return detail::c::guarded([&] { return detail::c::fill_info(receiver_of(receiver).info(), info); });
}

handoff_status handoff_receiver_state(const handoff_receiver* receiver, handoff_channel_state* state) {
    return detail::c::guarded([&] { return detail::c::fill_state(receiver_of(receiver).state(), state); });
}

handoff_status handoff_receiver_who_holds(const handoff_receiver* receiver, char* buffer, size_t buffer_bytes) {
    return detail::c::guarded(
        [&] { return detail::c::fill_text(receiver_of(receiver).who_holds(), buffer, buffer_bytes); });
}

// ---- request ----------------------------------------------------------------------------------------------------

const void* handoff_request_payload(const handoff_request* request, size_t* bytes) {
    return detail::c::bytes_of(request == nullptr ? std::span<const std::byte>() : request->value.payload(), bytes);
}

handoff_status handoff_request_editable(handoff_request* request, void** data, size_t* bytes) {
    return detail::c::guarded([&] {
        detail::c::place(data, "the data");
        auto editable = request_of(request).editable();
        if (!editable) return detail::c::refuse(std::move(editable).error());
        *data = editable->data();
        if (bytes != nullptr) *bytes = editable->size();
        return handoff_status{HANDOFF_OK};
    });
}

handoff_status handoff_request_describe(handoff_request* request, const handoff_image* image) {
    return detail::c::guarded([&] {
        return detail::c::status_of(
            request_of(request).describe(detail::c::image_of(*detail::c::place(image, "the image"))));
    });
}

void* handoff_request_reply(const handoff_request* request, size_t* capacity) {
    const auto area = request == nullptr ? std::span<std::byte>() : request->value.reply();
    if (capacity != nullptr) *capacity = area.size();
    return area.data();
}

handoff_status handoff_request_describe_reply(handoff_request* request, const handoff_image* image) {
    return detail::c::guarded([&] {
        return detail::c::status_of(
            request_of(request).describe_reply(detail::c::image_of(*detail::c::place(image, "the image"))));
    });
}

handoff_status handoff_request_about(const handoff_request* request, handoff_request_info* info) {
    return detail::c::guarded([&] {
        const Request& value = detail::c::handle(request, "request").value;
        handoff_request_info filled;
        handoff_request_info_init(&filled);
        filled.sender = value.sender().value;
        filled.sequence = value.sequence();
        filled.deliveries = value.deliveries();
        filled.awaited = value.awaited() ? 1 : 0;
        filled.sent_ns = detail::c::ns_of(value.sent_at());
        filled.taken_ns = detail::c::ns_of(value.taken_at());
        filled.image = detail::c::image_of(value.image());
        return detail::c::fill(filled, info);
    });
}

handoff_status handoff_request_processed(handoff_request** request, size_t reply_bytes) {
    return detail::c::guarded([&] {
        auto outcome = request_of(*detail::c::place(request, "the request")).processed(reply_bytes);
        if (outcome || !(outcome.error() == Errc::too_large)) detail::c::drop(request);
        return detail::c::status_of(std::move(outcome));
    });
}

handoff_status handoff_request_failed(handoff_request** request, const char* reason) {
    return detail::c::guarded([&] {
        Request taken = detail::c::take(request, "request");
        return detail::c::status_of(taken.failed(reason == nullptr ? "" : reason));
    });
}

void handoff_request_drop(handoff_request** request) {
    detail::c::drop(request);
}

}  // extern "C"
