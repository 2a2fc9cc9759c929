#include <handoff/c/topic.h>
#include <handoff/topic.hpp>

#include "c/border.hpp"
#include "c/image.hpp"
#include "c/loan.hpp"

using namespace handoff;

struct handoff_publisher {
    Publisher value;
};
struct handoff_subscriber {
    Subscriber value;
};
struct handoff_message {
    Message value;
};

namespace {

static_assert(HANDOFF_START_NEXT == static_cast<int>(Start::next));

TopicShape shape_from(const handoff_topic_options& asked) {
    TopicShape shape;
    shape.history = detail::c::given(asked.history);
    shape.payload_bytes = detail::c::given_capacity(asked.payload_bytes, "payload_bytes");
    shape.loans = detail::c::given(asked.loans);
    shape.pin_budget = detail::c::given(asked.pin_budget);
    shape.participants = detail::c::given(asked.participants);
    shape.sync = detail::c::given_enumerator(asked.sync, Sync::boost, "sync");
    shape.lifetime = detail::c::given_enumerator(asked.lifetime, Lifetime::persistent, "lifetime");
    shape.mode = detail::c::given(asked.mode);
    shape.group = detail::c::given_text(asked.group);
    return shape;
}

Publisher open_publisher(const char* name, const handoff_topic_options* options) {
    const auto asked = detail::c::options_or(options, handoff_topic_options HANDOFF_TOPIC_OPTIONS_INIT);
    auto handle = detail::c::handle_from<HandleOptions>(asked);
    handle.prefault = detail::c::flag(asked.prefault, "prefault");
    return {detail::c::text(name, "the name"), shape_from(asked), handle};
}

Subscriber open_subscriber(const char* name, const handoff_topic_options* options,
                           const handoff_subscriber_options* more) {
    const auto asked = detail::c::options_or(options, handoff_topic_options HANDOFF_TOPIC_OPTIONS_INIT);
    const auto subscriber_options =
        detail::c::options_or(more, handoff_subscriber_options HANDOFF_SUBSCRIBER_OPTIONS_INIT);
    auto handle = detail::c::handle_from<SubscriberOptions>(asked);
    handle.prefault = detail::c::flag(asked.prefault, "prefault");
    handle.pins = subscriber_options.pins;
    handle.start = detail::c::enumerator(subscriber_options.start, Start::next, "start");
    handle.read_only = detail::c::flag(subscriber_options.read_only, "read_only");
    return {detail::c::text(name, "the name"), shape_from(asked), handle};
}

handoff_status fill_info(const TopicInfo& info, handoff_topic_info* out) {
    handoff_topic_info filled = HANDOFF_TOPIC_INFO_INIT;
    filled.payload_bytes = info.payload_bytes;
    filled.history = info.history;
    filled.loans = info.loans;
    filled.pin_budget = info.pin_budget;
    filled.slot_count = info.slot_count;
    filled.participants = info.participants;
    filled.sync = static_cast<uint32_t>(info.sync);
    filled.lifetime = static_cast<uint32_t>(info.lifetime);
    detail::c::set_name(filled.name, info.name);
    return detail::c::fill(filled, out);
}

handoff_status fill_state(const TopicState& state, handoff_topic_state* out) {
    return detail::c::fill({sizeof(handoff_topic_state), state.free, state.loaned, state.published, state.pinned,
                            state.publishers, state.subscribers, state.newest},
                           out);
}

handoff_status store_copied(const result<Copied>& copied, handoff_message_info* info) {
    if (!copied) return detail::c::refuse(copied.error());
    if (info == nullptr) return HANDOFF_OK;
    return detail::c::fill({sizeof(handoff_message_info), copied->size, copied->sequence, copied->lost,
                            detail::c::ns_of(copied->published_at), detail::c::image_of(copied->image)},
                           info);
}

Publisher& publisher_of(handoff_publisher* publisher) {
    return detail::c::handle(publisher, "publisher").value;
}
const Publisher& publisher_of(const handoff_publisher* publisher) {
    return detail::c::handle(publisher, "publisher").value;
}
Subscriber& subscriber_of(handoff_subscriber* subscriber) {
    return detail::c::handle(subscriber, "subscriber").value;
}
const Subscriber& subscriber_of(const handoff_subscriber* subscriber) {
    return detail::c::handle(subscriber, "subscriber").value;
}

}  // namespace

extern "C" {

// ---- publisher --------------------------------------------------------------------------------------------------

handoff_status handoff_publisher_open(const char* name, const handoff_topic_options* options,
                                      handoff_publisher** publisher) {
    return detail::c::guarded([&] {
        detail::c::place(publisher, "the publisher");
        *publisher = new handoff_publisher{open_publisher(name, options)};
        return HANDOFF_OK;
    });
}

void handoff_publisher_close(handoff_publisher** publisher) {
    detail::c::drop(publisher);
}

handoff_status handoff_publisher_loan(handoff_publisher* publisher, handoff_loan** loan) {
    return detail::c::guarded([&] {
        detail::c::place(loan, "the loan");
        return detail::c::deliver(publisher_of(publisher).loan(), loan);
    });
}

handoff_status handoff_publisher_publish(handoff_publisher* publisher, handoff_loan** loan, uint64_t* sequence) {
    return detail::c::guarded([&] {
        Loan taken = detail::c::take(loan, "loan");
        return detail::c::store(publisher_of(publisher).publish(std::move(taken)), sequence);
    });
}

handoff_status handoff_publisher_publish_bytes(handoff_publisher* publisher, const void* data, size_t bytes,
                                               uint64_t* sequence) {
    return detail::c::guarded([&] {
        const auto message = detail::c::data_from(data, bytes);
        return detail::c::store(publisher_of(publisher).publish(message), sequence);
    });
}

handoff_status handoff_publisher_wait_for_subscriber(handoff_publisher* publisher, int64_t timeout_ns,
                                                     const handoff_stop* stop) {
    return detail::c::guarded([&] {
        return detail::c::status_of(publisher_of(publisher).wait_for_subscriber(detail::c::wait(timeout_ns, stop)));
    });
}

handoff_status handoff_publisher_info(const handoff_publisher* publisher, handoff_topic_info* info) {
    return detail::c::guarded([&] { return fill_info(publisher_of(publisher).info(), info); });
}

handoff_status handoff_publisher_state(const handoff_publisher* publisher, handoff_topic_state* state) {
    return detail::c::guarded([&] { return fill_state(publisher_of(publisher).state(), state); });
}

// ---- subscriber -------------------------------------------------------------------------------------------------

handoff_status handoff_subscriber_open(const char* name, const handoff_topic_options* options,
                                       const handoff_subscriber_options* subscriber_options,
                                       handoff_subscriber** subscriber) {
    return detail::c::guarded([&] {
        detail::c::place(subscriber, "the subscriber");
        *subscriber = new handoff_subscriber{open_subscriber(name, options, subscriber_options)};
        return HANDOFF_OK;
    });
}

void handoff_subscriber_close(handoff_subscriber** subscriber) {
    detail::c::drop(subscriber);
}

handoff_status handoff_subscriber_next(handoff_subscriber* subscriber, int64_t timeout_ns, const handoff_stop* stop,
                                       handoff_message** message) {
    return detail::c::guarded([&] {
        detail::c::place(message, "the message");
        return detail::c::deliver(subscriber_of(subscriber).next(detail::c::wait(timeout_ns, stop)), message);
    });
}

handoff_status handoff_subscriber_try_next(handoff_subscriber* subscriber, handoff_message** message) {
    return detail::c::guarded([&] {
        detail::c::place(message, "the message");
        return detail::c::deliver(subscriber_of(subscriber).try_next(), message);
    });
}

handoff_status handoff_subscriber_newest(handoff_subscriber* subscriber, int64_t timeout_ns, const handoff_stop* stop,
                                         handoff_message** message) {
    return detail::c::guarded([&] {
        detail::c::place(message, "the message");
        return detail::c::deliver(subscriber_of(subscriber).newest(detail::c::wait(timeout_ns, stop)), message);
    });
}

handoff_status handoff_subscriber_try_newest(handoff_subscriber* subscriber, handoff_message** message) {
    return detail::c::guarded([&] {
        detail::c::place(message, "the message");
        return detail::c::deliver(subscriber_of(subscriber).try_newest(), message);
    });
}

handoff_status handoff_subscriber_copy_next(handoff_subscriber* subscriber, void* buffer, size_t buffer_bytes,
                                            int64_t timeout_ns, const handoff_stop* stop, handoff_message_info* info) {
    return detail::c::guarded([&] {
        return store_copied(subscriber_of(subscriber)
                                .copy_next(detail::c::room(buffer, buffer_bytes), detail::c::wait(timeout_ns, stop)),
                            info);
    });
}

handoff_status handoff_subscriber_copy_newest(handoff_subscriber* subscriber, void* buffer, size_t buffer_bytes,
                                              int64_t timeout_ns, const handoff_stop* stop,
                                              handoff_message_info* info) {
    return detail::c::guarded([&] {
        return store_copied(subscriber_of(subscriber)
                                .copy_newest(detail::c::room(buffer, buffer_bytes), detail::c::wait(timeout_ns, stop)),
                            info);
    });
}

handoff_status handoff_subscriber_waitable(const handoff_subscriber* subscriber, handoff_waitable** waitable) {
    return detail::c::deliver_waitable(waitable, [&]() -> const Subscriber& { return subscriber_of(subscriber); });
}

handoff_status handoff_subscriber_descriptor(const handoff_subscriber* subscriber, int* descriptor) {
    return detail::c::store_descriptor(descriptor, [&]() -> const Subscriber& { return subscriber_of(subscriber); });
}

handoff_status handoff_subscriber_info(const handoff_subscriber* subscriber, handoff_topic_info* info) {
    return detail::c::guarded([&] { return fill_info(subscriber_of(subscriber).info(), info); });
}

handoff_status handoff_subscriber_state(const handoff_subscriber* subscriber, handoff_topic_state* state) {
    return detail::c::guarded([&] { return fill_state(subscriber_of(subscriber).state(), state); });
}

// ---- message ----------------------------------------------------------------------------------------------------

const void* handoff_message_payload(const handoff_message* message, size_t* bytes) {
    return detail::c::bytes_of(message == nullptr ? std::span<const std::byte>() : message->value.payload(), bytes);
}

handoff_status handoff_message_about(const handoff_message* message, handoff_message_info* info) {
    return detail::c::guarded([&] {
        const Message& value = detail::c::handle(message, "message").value;
        return detail::c::fill({sizeof(handoff_message_info), value.payload().size(), value.sequence(), value.lost(),
                                detail::c::ns_of(value.published_at()), detail::c::image_of(value.image())},
                               info);
    });
}

void handoff_message_drop(handoff_message** message) {
    detail::c::drop(message);
}

}  // extern "C"
