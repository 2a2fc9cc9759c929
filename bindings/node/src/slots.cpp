// Loans, requests, processed requests and messages: their bytes, and what they say about themselves.
#include "fields.hpp"
#include "views.hpp"

namespace handoff::node {

namespace {

constexpr std::size_t payload = 0, reply = 1;  // the views of a slot

Area area_of(handoff_loan* loan, std::size_t) {
    return {handoff_loan_data(loan), handoff_loan_capacity(loan), true};
}

Area area_of(handoff_request* request, std::size_t which) {
    Area area{nullptr, 0, true};
    if (which == reply) {
        area.data = handoff_request_reply(request, &area.bytes);
        return area;
    }
    if (handoff_request_editable(request, &area.data, &area.bytes) == HANDOFF_OK) return area;
    area.is_writable = false;
    area.data = const_cast<void*>(handoff_request_payload(request, &area.bytes));
    return area;
}

Area area_of(handoff_processed* processed, std::size_t which) {
    Area area{nullptr, 0, false};
    const auto bytes_of = which == reply ? handoff_processed_reply : handoff_processed_payload;
    area.data = const_cast<void*>(bytes_of(processed, &area.bytes));
    return area;
}

Area area_of(handoff_message* message, std::size_t) {
    Area area{nullptr, 0, false};
    area.data = const_cast<void*>(handoff_message_payload(message, &area.bytes));
    return area;
}

template <class T>
bool found_buffer(const Call& call, napi_value& buffer) {
    auto* handle = handle_if<T>(call.env(), call[0]);
    if (handle == nullptr) return false;
    const std::size_t which = count_from(call.env(), call[1], "the view", reply);
    buffer = buffer_of(call.env(), *handle, which, area_of(handle->use(), which), handle->share());
    return true;
}

/// buffer(slot, which): the ArrayBuffer on its payload (0) or reply (1)
napi_value buffer(const Call& call) {
    napi_value found = nullptr;
    if (found_buffer<handoff_loan>(call, found) || found_buffer<handoff_request>(call, found) ||
        found_buffer<handoff_processed>(call, found) || found_buffer<handoff_message>(call, found))
        return found;
    refuse(HANDOFF_INVALID_ARGUMENT, "this handle has no bytes");
}

/// checkBytes(data): refuses what has no bytes, or none any more
napi_value check_bytes(const Call& call) {
    (void)bytes_from(call.env(), call[0], "the data");
    return undefined(call.env());
}

// ---- loans ----------------------------------------------------------------------------------------------------------

napi_value loan_bytes(const Call& call) {
    return count_of(call.env(), handoff_loan_bytes(handle_from<handoff_loan>(call.env(), call[0]).use()));
}

napi_value resize(const Call& call) {
    auto* loan = handle_from<handoff_loan>(call.env(), call[0]).use();
    check(handoff_loan_resize(loan, count_from(call.env(), call[1], "the size", SIZE_MAX)));
    return undefined(call.env());
}

/// describe(loan, image) answers the whole description
napi_value describe(const Call& call) {
    auto* loan = handle_from<handoff_loan>(call.env(), call[0]).use();
    const handoff_image image = image_from(call.env(), call[1]);
    check(handoff_loan_describe(loan, &image));
    return value_of(call.env(), image);
}

// ---- requests -------------------------------------------------------------------------------------------------------

napi_value about_request(const Call& call) {
    handoff_request_info info;
    handoff_request_info_init(&info);
    check(handoff_request_about(handle_from<handoff_request>(call.env(), call[0]).use(), &info));
    Told told(call.env());
    described::each_request_info(told, info);
    return told.object();
}

/// checkEditable(request): refuses where the payload belongs to the sender
napi_value check_editable(const Call& call) {
    void* data = nullptr;
    std::size_t bytes = 0;
    check(handoff_request_editable(handle_from<handoff_request>(call.env(), call[0]).use(), &data, &bytes));
    return undefined(call.env());
}

napi_value describe_payload(const Call& call) {
    auto* request = handle_from<handoff_request>(call.env(), call[0]).use();
    const handoff_image image = image_from(call.env(), call[1]);
    check(handoff_request_describe(request, &image));
    return value_of(call.env(), image);
}

napi_value describe_reply(const Call& call) {
    auto* request = handle_from<handoff_request>(call.env(), call[0]).use();
    const handoff_image image = image_from(call.env(), call[1]);
    check(handoff_request_describe_reply(request, &image));
    return value_of(call.env(), image);
}

/// processed(request, replyBytes)
napi_value processed(const Call& call) {
    auto& request = handle_from<handoff_request>(call.env(), call[0]);
    const auto bytes = count_from(call.env(), call[1], "the size of the reply", SIZE_MAX);
    check(request.use_up([&](auto** it) { return handoff_request_processed(it, bytes); }));
    return undefined(call.env());
}

/// failed(request, reason)
napi_value failed(const Call& call) {
    auto& request = handle_from<handoff_request>(call.env(), call[0]);
    const std::string reason = text_from(call.env(), call[1], "the reason");
    check(request.use_up([&](auto** it) { return handoff_request_failed(it, reason.c_str()); }));
    return undefined(call.env());
}

// ---- processed requests, messages -----------------------------------------------------------------------------------

napi_value about_processed(const Call& call) {
    handoff_processed_info info;
    handoff_processed_info_init(&info);
    check(handoff_processed_about(handle_from<handoff_processed>(call.env(), call[0]).use(), &info));
    Told told(call.env());
    described::each_processed_info(told, info);
    return told.object();
}

napi_value about_message(const Call& call) {
    handoff_message_info info;
    handoff_message_info_init(&info);
    check(handoff_message_about(handle_from<handoff_message>(call.env(), call[0]).use(), &info));
    Told told(call.env());
    described::each_message_info(told, info);
    return told.object();
}

}  // namespace

void export_slots(napi_env env, napi_value exports) {
    export_all(env, exports,
               {{"buffer", entry<buffer>},
                {"checkBytes", entry<check_bytes>},
                {"loanBytes", entry<loan_bytes>},
                {"resize", entry<resize>},
                {"describe", entry<describe>},
                {"aboutRequest", entry<about_request>},
                {"checkEditable", entry<check_editable>},
                {"describePayload", entry<describe_payload>},
                {"describeReply", entry<describe_reply>},
                {"processed", entry<processed>},
                {"failed", entry<failed>},
                {"aboutProcessed", entry<about_processed>},
                {"aboutMessage", entry<about_message>}});
}

}  // namespace handoff::node
