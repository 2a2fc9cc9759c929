// The sender's side of a channel: sender, pending, processed.
#include "c/abi_guard.hpp"
#include "c/batch.hpp"
#include "c/channel.hpp"
#include "c/convert.hpp"
#include "c/image.hpp"
#include "c/loan.hpp"

using namespace handoff;

struct handoff_sender {
    Sender value;
};
struct handoff_pending {
    Pending value;
};
struct handoff_processed {
    Processed value;
};

namespace {

Sender& sender_of(handoff_sender* sender) {
    return detail::c::handle(sender, "sender").value;
}
const Sender& sender_of(const handoff_sender* sender) {
    return detail::c::handle(sender, "sender").value;
}

bool is_to_be_tried_again(const Failure& failure) {
    return failure == Errc::timed_out || failure == Errc::stopped || failure == Errc::removed;
}
}  // namespace

extern "C" {

// ---- sender -----------------------------------------------------------------------------------------------------

handoff_status handoff_sender_open(const char* name, const handoff_channel_shape* shape,
                                   const handoff_handle_options* handle, handoff_sender** sender) {
    return detail::c::guarded([&] {
        detail::c::place(sender, "the sender");
        *sender = new handoff_sender{Sender(detail::c::text(name, "the name"), detail::c::shape_from(shape),
                                            detail::c::handle_from<HandleOptions>(handle))};
        return HANDOFF_OK;
    });
}

void handoff_sender_close(handoff_sender** sender) {
    detail::c::drop(sender);
}

handoff_status handoff_sender_loan(handoff_sender* sender, int64_t timeout_ns, const handoff_stop* stop,
                                   handoff_loan** loan) {
    return detail::c::guarded([&] {
        detail::c::place(loan, "the loan");
        return detail::c::deliver(sender_of(sender).loan(detail::c::wait(timeout_ns, stop)), loan);
    });
}

handoff_status handoff_sender_try_loan(handoff_sender* sender, handoff_loan** loan) {
    return detail::c::guarded([&] {
        detail::c::place(loan, "the loan");
        return detail::c::deliver(sender_of(sender).try_loan(), loan);
    });
}

handoff_status handoff_sender_send(handoff_sender* sender, handoff_loan** loan) {
    return detail::c::guarded([&] {
        Loan taken = detail::c::take(loan, "loan");
        return detail::c::status_of(sender_of(sender).send(std::move(taken)));
    });
}

handoff_status handoff_sender_loan_batch(handoff_sender* sender, int64_t timeout_ns, const handoff_stop* stop,
                                         handoff_loan** loans, size_t most, size_t* loaned) {
    return detail::c::guarded([&] {
        if (most > 0) detail::c::place(loans, "the loans");
        detail::c::place(loaned, "the number of loans");
        Sender& from = sender_of(sender);
        auto batch = detail::c::places_for<Loan>(most, from.info().slot_count);
        const auto count = from.loan(batch, detail::c::wait(timeout_ns, stop));
        if (count) detail::c::hand_out(batch, *count, loans);
        return detail::c::store(count, loaned);
    });
}

handoff_status handoff_sender_send_batch(handoff_sender* sender, handoff_loan** loans, size_t count) {
    return detail::c::guarded([&] {
        auto batch = detail::c::take_all<Loan>(loans, count, "loan");
        return detail::c::status_of(sender_of(sender).send(batch));
    });
}

handoff_status handoff_sender_request(handoff_sender* sender, handoff_loan** loan, int64_t timeout_ns,
                                      const handoff_stop* stop, handoff_processed** processed) {
    return detail::c::guarded([&] {
        Loan taken = detail::c::take(loan, "loan");
        detail::c::place(processed, "the processed");
        return detail::c::deliver(sender_of(sender).request(std::move(taken), detail::c::wait(timeout_ns, stop)),
                                  processed);
    });
}

handoff_status handoff_sender_request_async(handoff_sender* sender, handoff_loan** loan, handoff_pending** pending) {
    return detail::c::guarded([&] {
        Loan taken = detail::c::take(loan, "loan");
        detail::c::place(pending, "the pending");
        return detail::c::deliver(sender_of(sender).request_async(std::move(taken)), pending);
    });
}

handoff_status handoff_sender_send_bytes(handoff_sender* sender, const void* data, size_t bytes, int64_t timeout_ns,
                                         const handoff_stop* stop) {
    return detail::c::guarded([&] {
        const auto message = detail::c::data_from(data, bytes);
        return detail::c::status_of(sender_of(sender).send(message, detail::c::wait(timeout_ns, stop)));
    });
}

handoff_status handoff_sender_request_bytes(handoff_sender* sender, const void* data, size_t bytes, int64_t timeout_ns,
                                            const handoff_stop* stop, handoff_processed** processed) {
    return detail::c::guarded([&] {
        detail::c::place(processed, "the processed");
        const auto message = detail::c::data_from(data, bytes);
        return detail::c::deliver(sender_of(sender).request(message, detail::c::wait(timeout_ns, stop)), processed);
    });
}

handoff_status handoff_sender_wait_for_receiver(handoff_sender* sender, int64_t timeout_ns, const handoff_stop* stop) {
    return detail::c::guarded(
        [&] { return detail::c::status_of(sender_of(sender).wait_for_receiver(detail::c::wait(timeout_ns, stop))); });
}

handoff_status handoff_sender_waitable(const handoff_sender* sender, handoff_waitable** waitable) {
    return detail::c::deliver_waitable(waitable, [&]() -> const Sender& { return sender_of(sender); });
}

handoff_status handoff_sender_descriptor(const handoff_sender* sender, int* descriptor) {
    return detail::c::store_descriptor(descriptor, [&]() -> const Sender& { return sender_of(sender); });
}

handoff_status handoff_sender_id(const handoff_sender* sender, uint64_t* id) {
    return detail::c::guarded([&] {
        *detail::c::place(id, "the id") = sender_of(sender).id().value;
        return HANDOFF_OK;
    });
}

handoff_status handoff_sender_info(const handoff_sender* sender, handoff_channel_info* info) {
    return detail::c::guarded([&] { return detail::c::fill_info(sender_of(sender).info(), info); });
}

handoff_status handoff_sender_state(const handoff_sender* sender, handoff_channel_state* state) {
    return detail::c::guarded([&] { return detail::c::fill_state(sender_of(sender).state(), state); });
}

handoff_status handoff_sender_who_holds(const handoff_sender* sender, char* buffer, size_t buffer_bytes) {
    return detail::c::guarded(
        [&] { return detail::c::fill_text(sender_of(sender).who_holds(), buffer, buffer_bytes); });
}

// ---- pending ----------------------------------------------------------------------------------------------------

handoff_status handoff_pending_wait(handoff_pending** pending, int64_t timeout_ns, const handoff_stop* stop,
                                    handoff_processed** processed) {
    return detail::c::guarded([&] {
        const Wait until = detail::c::wait(timeout_ns, stop);
        detail::c::place(processed, "the processed");
        auto& held = detail::c::handle(*detail::c::place(pending, "the pending"), "pending");
        auto outcome = held.value.wait(until);
        if (outcome || !is_to_be_tried_again(outcome.error())) detail::c::drop(pending);
        return detail::c::deliver(std::move(outcome), processed);
    });
}

bool handoff_pending_was_answered(const handoff_pending* pending) {
    return pending != nullptr && pending->value.was_answered();
}

handoff_status handoff_pending_waitable(const handoff_pending* pending, handoff_waitable** waitable) {
    return detail::c::deliver_waitable(waitable,
                                       [&]() -> const Pending& { return detail::c::handle(pending, "pending").value; });
}

handoff_status handoff_pending_descriptor(const handoff_pending* pending, int* descriptor) {
    return detail::c::store_descriptor(descriptor,
                                       [&]() -> const Pending& { return detail::c::handle(pending, "pending").value; });
}

handoff_status handoff_pending_withdraw(handoff_pending** pending, bool* taken_back) {
    return detail::c::guarded([&] {
        Pending taken = detail::c::take(pending, "pending");
        auto found = taken.withdraw();
        return detail::c::store(found ? result<bool>(*found == Withdrawn::taken_back) : found.error(), taken_back);
    });
}

uint64_t handoff_pending_sequence(const handoff_pending* pending) {
    return pending == nullptr ? 0 : pending->value.sequence();
}

void handoff_pending_drop(handoff_pending** pending) {
    detail::c::drop(pending);
}

// ---- processed --------------------------------------------------------------------------------------------------

const void* handoff_processed_reply(const handoff_processed* processed, size_t* bytes) {
    return detail::c::bytes_of(processed == nullptr ? std::span<const std::byte>() : processed->value.reply(), bytes);
}

const void* handoff_processed_payload(const handoff_processed* processed, size_t* bytes) {
    return detail::c::bytes_of(processed == nullptr ? std::span<const std::byte>() : processed->value.payload(), bytes);
}

handoff_status handoff_processed_about(const handoff_processed* processed, handoff_processed_info* info) {
    return detail::c::guarded([&] {
        const Processed& value = detail::c::handle(processed, "processed").value;
        handoff_processed_info filled;
        handoff_processed_info_init(&filled);
        filled.sequence = value.sequence();
        filled.deliveries = value.deliveries();
        filled.round_trip_ns = value.round_trip().count();
        filled.image = detail::c::image_of(value.image());
        filled.reply_image = detail::c::image_of(value.reply_image());
        return detail::c::fill(filled, info);
    });
}

void handoff_processed_drop(handoff_processed** processed) {
    detail::c::drop(processed);
}

}  // extern "C"
