#include <handoff/c/topic.h>
#include <handoff/topic.hpp>

#include "c/abi_guard.hpp"
#include "c/convert.hpp"
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

TopicShape shape_from(const handoff_topic_shape* shape) {
    const auto asked = detail::c::options_or(shape, handoff_topic_shape_init);
    TopicShape made;
    detail::described::each_topic_shape(detail::c::take_field, asked, made);
    return made;
}

SubscriberOptions subscriber_options(const handoff_handle_options* handle, const handoff_subscriber_options* options) {
    const auto asked = detail::c::options_or(options, handoff_subscriber_options_init);
    auto made = detail::c::handle_from<SubscriberOptions>(handle);
    detail::described::each_subscriber_options(detail::c::take_field, asked, made);
    return made;
}

handoff_status fill_info(const TopicInfo& info, handoff_topic_info* out) {
    handoff_topic_info filled;
    handoff_topic_info_init(&filled);
    detail::described::each_topic_info(detail::c::give_field, info, filled);
    return detail::c::fill(filled, out);
}

handoff_status fill_state(const TopicState& state, handoff_topic_state* out) {
    handoff_topic_state filled;
    handoff_topic_state_init(&filled);
    detail::described::each_topic_state(detail::c::give_field, state, filled);
    return detail::c::fill(filled, out);
}

handoff_status fill_message(const Copied& copied, handoff_message_info* info) {
    handoff_message_info filled;
    handoff_message_info_init(&filled);
    filled.bytes = copied.size;
    filled.sequence = copied.sequence;
    filled.lost = copied.lost;
    filled.published_ns = detail::c::ns_of(copied.published_at);
    filled.image = detail::c::image_of(copied.image);
    return detail::c::fill(filled, info);
}

handoff_status store_copied(const result<Copied>& copied, handoff_message_info* info) {
    if (!copied) return detail::c::refuse(copied.error());
    return info == nullptr ? HANDOFF_OK : fill_message(*copied, info);
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

handoff_status handoff_publisher_open(const char* name, const handoff_topic_shape* shape,
                                      const handoff_handle_options* handle, handoff_publisher** publisher) {
    return detail::c::guarded([&] {
        detail::c::place(publisher, "the publisher");
        *publisher = new handoff_publisher{Publisher(detail::c::text(name, "the name"), shape_from(shape),
                                                     detail::c::handle_from<HandleOptions>(handle))};
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

handoff_status handoff_subscriber_open(const char* name, const handoff_topic_shape* shape,
                                       const handoff_handle_options* handle, const handoff_subscriber_options* options,
                                       handoff_subscriber** subscriber) {
    return detail::c::guarded([&] {
        detail::c::place(subscriber, "the subscriber");
        *subscriber = new handoff_subscriber{
            Subscriber(detail::c::text(name, "the name"), shape_from(shape), subscriber_options(handle, options))};
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
        return fill_message(
            {value.payload().size(), value.image(), value.sequence(), value.lost(), value.published_at()},
            detail::c::place(info, "the struct to fill"));
    });
}

void handoff_message_drop(handoff_message** message) {
    detail::c::drop(message);
}

}  // extern "C"
