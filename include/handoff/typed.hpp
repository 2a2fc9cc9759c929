// handoff: a channel or a topic of one trivially copyable struct. Thin: every call is one call on the untyped handle.
//
//   struct Pose { double x, y, heading; };
//   handoff::TypedSender<Pose, bool> sender("poses");
//   auto loan = sender.loan(100ms).value();
//   *loan = {1, 2, 0.5};
//   bool accepted = sender.request(std::move(loan), 1s).value();
#pragma once

#include <handoff/channel.hpp>
#include <handoff/topic.hpp>
#include <handoff/transferable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace handoff {

/// Stands for "no answer".
struct NoReply {};

namespace detail {
template <class T>
T value_in(std::span<const std::byte> bytes) noexcept {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}
template <class T>
std::span<const std::byte> bytes_of(const T& value) noexcept {
    return std::as_bytes(std::span(&value, 1));
}
template <class T>
void put(Loan& loan, const T& value) noexcept {
    std::memcpy(loan.payload().data(), &value, sizeof value);
    (void)loan.resize(sizeof value);
}
template <class Reply>
result<Reply> reply_in(const result<Processed>& processed) {
    if (!processed) return processed.error();
    if constexpr (std::is_same_v<Reply, NoReply>) {
        return NoReply{};
    } else {
        if (processed->reply().size() != sizeof(Reply))
            return Failure(Errc::mismatch, "the answer has not the size of the expected type");
        return value_in<Reply>(processed->reply());
    }
}
template <class T, class Reply>
ChannelShape shape_for(ChannelShape shape) {
    shape.payload_bytes = sizeof(T);
    if constexpr (!std::is_same_v<Reply, NoReply>) shape.reply_bytes = sizeof(Reply);
    return shape;
}
template <class T>
TopicShape shape_for(TopicShape shape) {
    shape.payload_bytes = sizeof(T);
    return shape;
}
}  // namespace detail

/// A Loan whose payload is one T, value-initialised.
template <Transferable T>
class TypedLoan {
public:
    /// Takes a loan of at least sizeof(T) bytes, and constructs the T in it.
    explicit TypedLoan(Loan loan) : loan_(std::move(loan)), value_(::new (loan_.payload().data()) T{}) {}
    /// The value, in shared memory. Not after the loan was sent, published, released or moved from.
    T& operator*() const noexcept { return *value_; }
    T* operator->() const noexcept { return value_; }  ///< as operator*
    /// The untyped loan. Its size is its capacity: resize() it to sizeof(T) before it is sent.
    Loan release() && { return std::move(loan_); }

private:
    Loan loan_;
    T* value_;
};

/// A request in flight whose answer is a Reply, or NoReply{}. As Pending.
template <class Reply = NoReply>
class TypedPending {
public:
    explicit TypedPending(Pending pending) : pending_(std::move(pending)) {}  ///< whose answer is a Reply
    /// Errors as in Pending::wait(); mismatch if the answer is no Reply.
    result<Reply> wait(const Wait& wait = {}) { return detail::reply_in<Reply>(pending_.wait(wait)); }
    bool was_answered() const noexcept { return pending_.was_answered(); }   ///< as Pending::was_answered
    result<Withdrawn> withdraw() { return pending_.withdraw(); }             ///< as Pending::withdraw
    std::uint64_t sequence() const noexcept { return pending_.sequence(); }  ///< as Pending::sequence
    Waitable waitable() const { return pending_.waitable(); }                ///< as Pending::waitable
    int descriptor() const { return pending_.descriptor(); }                 ///< as Pending::descriptor
    Pending& untyped() noexcept { return pending_; }  ///< the untyped handle, for everything else

private:
    Pending pending_;
};

/// A Sender of T, answered by a Reply. Errors as in Sender; an answer that is no Reply is `mismatch`.
template <Transferable T, class Reply = NoReply>
class TypedSender {
    static_assert(std::is_same_v<Reply, NoReply> || Transferable<Reply>);

public:
    /// As Sender::Sender. T and Reply give the sizes: it may also create without a shape.
    TypedSender(std::string_view name, const ChannelShape& shape, const HandleOptions& handle = {})
        : sender_(name, detail::shape_for<T, Reply>(shape), handle) {}
    /// The same with the defaults of ChannelShape.
    explicit TypedSender(std::string_view name, const HandleOptions& handle = {})
        : TypedSender(name, ChannelShape{}, handle) {}

    result<TypedLoan<T>> loan(const Wait& wait = {}) { return typed(sender_.loan(wait)); }  ///< as Sender::loan
    result<TypedLoan<T>> try_loan() { return typed(sender_.try_loan()); }                   ///< as Sender::try_loan
    result<void> send(TypedLoan<T> loan) { return sender_.send(sized(std::move(loan))); }   ///< as Sender::send

    /// Copies the value into a loan, waiting for a free slot, and sends it.
    result<void> send(const T& value, const Wait& wait = {}) { return sender_.send(detail::bytes_of(value), wait); }
    /// Sends all, in this order, waiting for free slots; as many at a time as are free. Returns how many were sent:
    /// fewer if the wait ended before. Errors, before anything is sent: as loan().
    result<std::size_t> send(std::span<const T> values, const Wait& wait = {}) {
        std::vector<Loan> loans(std::min<std::size_t>(values.size(), 64));
        std::size_t sent = 0;
        while (sent < values.size()) {
            const auto batch = std::span(loans).first(std::min(loans.size(), values.size() - sent));
            const auto count = sender_.loan(batch, wait);
            if (!count && sent == 0) return count.error();
            if (!count) break;
            for (Loan& loan : batch.first(*count)) detail::put(loan, values[sent++]);
            if (auto outcome = sender_.send(batch.first(*count)); !outcome) return outcome.error();
        }
        return sent;
    }

    /// Sends, waits, and returns the receiver's answer, or NoReply{}. As Sender::request; mismatch if it is no Reply.
    result<Reply> request(TypedLoan<T> loan, const Wait& wait = {}) {
        return detail::reply_in<Reply>(sender_.request(sized(std::move(loan)), wait));
    }
    /// The same with a copy of the value; `wait` is for the free slot and the answer together.
    result<Reply> request(const T& value, const Wait& wait = {}) {
        return detail::reply_in<Reply>(sender_.request(detail::bytes_of(value), wait));
    }
    /// As Sender::request_async.
    result<TypedPending<Reply>> request_async(TypedLoan<T> loan) {
        auto pending = sender_.request_async(sized(std::move(loan)));
        if (!pending) return pending.error();
        return TypedPending<Reply>(std::move(*pending));
    }

    /// As Sender::wait_for_receiver.
    result<void> wait_for_receiver(const Wait& wait = {}) { return sender_.wait_for_receiver(wait); }
    Waitable waitable() const { return sender_.waitable(); }       ///< as Sender::waitable
    int descriptor() const { return sender_.descriptor(); }        ///< as Sender::descriptor
    SenderId id() const { return sender_.id(); }                   ///< as Sender::id
    ChannelInfo info() const { return sender_.info(); }            ///< as Sender::info
    ChannelState state() const { return sender_.state(); }         ///< as Sender::state
    std::string who_holds() const { return sender_.who_holds(); }  ///< as Sender::who_holds
    Sender& untyped() noexcept { return sender_; }                 ///< the untyped handle, for everything else

private:
    static result<TypedLoan<T>> typed(result<Loan> loan) {
        if (!loan) return loan.error();
        return TypedLoan<T>(std::move(*loan));
    }
    static Loan sized(TypedLoan<T> loan) {
        Loan untyped = std::move(loan).release();
        (void)untyped.resize(sizeof(T));
        return untyped;
    }

    Sender sender_;
};

/// A Request whose payload is one T.
template <Transferable T, class Reply = NoReply>
class TypedRequest {
public:
    /// Takes a request whose payload has the size of a T.
    explicit TypedRequest(Request request) : request_(std::move(request)) {}
    /// The sender's value, in shared memory. Not after the request was finished or moved from.
    const T& operator*() const noexcept { return *reinterpret_cast<const T*>(request_.payload().data()); }
    const T* operator->() const noexcept { return &**this; }  ///< as operator*
    /// The value for editing. Errors: as Request::editable().
    result<T*> editable() {
        const auto bytes = request_.editable();
        if (!bytes) return bytes.error();
        return reinterpret_cast<T*>(bytes->data());
    }
    /// Finishes it without an answer, which a sender that expects a Reply gets as mismatch. As Request::processed.
    result<void> processed() { return request_.processed(); }
    /// Finishes it with this answer. As Request::processed.
    result<void> processed(const Reply& answer) requires(!std::is_same_v<Reply, NoReply>) {
        return request_.processed(std::as_bytes(std::span(&answer, 1)));
    }
    result<void> failed(std::string_view reason) { return request_.failed(reason); }  ///< as Request::failed
    bool awaited() const noexcept { return request_.awaited(); }                      ///< as Request::awaited
    SenderId sender() const noexcept { return request_.sender(); }                    ///< as Request::sender
    std::uint64_t sequence() const noexcept { return request_.sequence(); }           ///< as Request::sequence
    std::uint32_t deliveries() const noexcept { return request_.deliveries(); }       ///< as Request::deliveries
    /// As Request::sent_at.
    std::chrono::steady_clock::time_point sent_at() const noexcept { return request_.sent_at(); }
    /// As Request::taken_at.
    std::chrono::steady_clock::time_point taken_at() const noexcept { return request_.taken_at(); }
    Request& untyped() noexcept { return request_; }  ///< the untyped request, for everything else

private:
    Request request_;
};

/// A Receiver of T. A request of another size is answered with failed() and reported as `mismatch`.
template <Transferable T, class Reply = NoReply>
class TypedReceiver {
    static_assert(std::is_same_v<Reply, NoReply> || Transferable<Reply>);

public:
    /// As Receiver::Receiver. T and Reply give the sizes.
    TypedReceiver(std::string_view name, const ChannelShape& shape, const HandleOptions& handle = {})
        : receiver_(name, detail::shape_for<T, Reply>(shape), handle) {}
    /// Attaches to an existing segment, and never creates.
    explicit TypedReceiver(std::string_view name, const HandleOptions& handle = {}) : receiver_(name, handle) {}

    /// As Receiver::receive.
    result<TypedRequest<T, Reply>> receive(const Wait& wait = {}) { return typed(receiver_.receive(wait)); }
    /// As Receiver::try_receive.
    result<TypedRequest<T, Reply>> try_receive() { return typed(receiver_.try_receive()); }
    /// Waits for one, then takes as many as are queued, at most `most`. See Receiver::receive(batch). A request of
    /// another size is answered with failed() and left out; mismatch if all were. Keep the result in a variable: what
    /// `for (auto& request : receiver.receive_all(8).value())` goes through is destroyed before the first turn.
    result<std::vector<TypedRequest<T, Reply>>> receive_all(std::size_t most, const Wait& wait = {}) {
        std::vector<Request> batch(std::min<std::size_t>(most, receiver_.info().slot_count));
        const auto count = receiver_.receive(std::span(batch), wait);
        if (!count) return count.error();
        std::vector<TypedRequest<T, Reply>> taken;
        for (std::size_t i = 0; i < *count; ++i)
            if (auto request = typed(std::move(batch[i]))) taken.push_back(std::move(*request));
        if (taken.empty()) return wrong_size();
        return taken;
    }
    /// Finishes all of them without an answer, with one wake-up. As Receiver::processed(batch).
    result<void> processed(std::span<TypedRequest<T, Reply>> batch) {
        std::vector<Request> requests;
        requests.reserve(batch.size());
        for (auto& request : batch) requests.push_back(std::move(request.untyped()));
        auto outcome = receiver_.processed(requests);
        for (std::size_t i = 0; i < batch.size(); ++i) batch[i].untyped() = std::move(requests[i]);
        return outcome;
    }
    Waitable waitable() const { return receiver_.waitable(); }       ///< as Receiver::waitable
    int descriptor() const { return receiver_.descriptor(); }        ///< as Receiver::descriptor
    ChannelInfo info() const { return receiver_.info(); }            ///< as Receiver::info
    ChannelState state() const { return receiver_.state(); }         ///< as Receiver::state
    std::string who_holds() const { return receiver_.who_holds(); }  ///< as Receiver::who_holds
    Receiver& untyped() noexcept { return receiver_; }               ///< the untyped handle, for everything else

private:
    static result<TypedRequest<T, Reply>> typed(result<Request> request) {
        if (!request) return request.error();
        if (request->payload().size() != sizeof(T)) {
            (void)request->failed("the request has not the size that the receiver expects");
            return wrong_size();
        }
        return TypedRequest<T, Reply>(std::move(*request));
    }
    static Failure wrong_size() {
        return {Errc::mismatch,
                "a request has not the size of the expected type: sender and receiver disagree about the struct"};
    }

    Receiver receiver_;
};

/// A Message whose payload is one T, pinned like the message itself.
template <Transferable T>
class TypedMessage {
public:
    /// Takes a message whose payload has the size of a T.
    explicit TypedMessage(Message message) : message_(std::move(message)) {}
    /// The value, in shared memory. Not after the message was moved from.
    const T& operator*() const noexcept { return *reinterpret_cast<const T*>(message_.payload().data()); }
    const T* operator->() const noexcept { return &**this; }                 ///< as operator*
    std::uint64_t sequence() const noexcept { return message_.sequence(); }  ///< as Message::sequence
    std::uint64_t lost() const noexcept { return message_.lost(); }          ///< as Message::lost
    /// As Message::published_at.
    std::chrono::steady_clock::time_point published_at() const noexcept { return message_.published_at(); }
    const Message& untyped() const noexcept { return message_; }  ///< for everything else

private:
    Message message_;
};

/// A copied T with what Copied says of it.
template <class T>
struct TypedCopied {
    T value;
    std::uint64_t sequence;  ///< counts the messages of the topic from 1, over all publishers
    std::uint64_t lost;      ///< messages between the previous one of this subscriber and this one
    std::chrono::steady_clock::time_point published_at;
};

/// A Publisher of T. Errors as in Publisher.
template <Transferable T>
class TypedPublisher {
public:
    /// As Publisher::Publisher. T gives the size: it may also create without a shape.
    TypedPublisher(std::string_view name, const TopicShape& shape, const HandleOptions& handle = {})
        : publisher_(name, detail::shape_for<T>(shape), handle) {}
    /// The same with the defaults of TopicShape.
    explicit TypedPublisher(std::string_view name, const HandleOptions& handle = {})
        : TypedPublisher(name, TopicShape{}, handle) {}

    /// As Publisher::loan.
    result<TypedLoan<T>> loan() {
        auto loan = publisher_.loan();
        if (!loan) return loan.error();
        return TypedLoan<T>(std::move(*loan));
    }
    /// As Publisher::publish.
    result<std::uint64_t> publish(TypedLoan<T> loan) {
        Loan untyped = std::move(loan).release();
        (void)untyped.resize(sizeof(T));
        return publisher_.publish(std::move(untyped));
    }
    /// Copies the value into a loan and publishes it.
    result<std::uint64_t> publish(const T& value) { return publisher_.publish(detail::bytes_of(value)); }
    /// As Publisher::wait_for_subscriber.
    result<void> wait_for_subscriber(const Wait& wait = {}) { return publisher_.wait_for_subscriber(wait); }
    TopicInfo info() const { return publisher_.info(); }     ///< as Publisher::info
    TopicState state() const { return publisher_.state(); }  ///< as Publisher::state
    Publisher& untyped() noexcept { return publisher_; }     ///< the untyped handle, for everything else

private:
    Publisher publisher_;
};

/// A Subscriber of T. Errors as in Subscriber; a message of another size is `mismatch`, and counts as read.
template <Transferable T>
class TypedSubscriber {
public:
    /// As Subscriber::Subscriber. T gives the size.
    TypedSubscriber(std::string_view name, const TopicShape& shape, const SubscriberOptions& options = {})
        : subscriber_(name, detail::shape_for<T>(shape), options) {}
    /// Attaches to an existing segment, and never creates.
    explicit TypedSubscriber(std::string_view name, const SubscriberOptions& options = {})
        : subscriber_(name, options) {}

    /// As Subscriber::next.
    result<TypedMessage<T>> next(const Wait& wait = {}) { return typed(subscriber_.next(wait)); }
    result<TypedMessage<T>> try_next() { return typed(subscriber_.try_next()); }  ///< as Subscriber::try_next
    /// As Subscriber::newest.
    result<TypedMessage<T>> newest(const Wait& wait = {}) { return typed(subscriber_.newest(wait)); }
    result<TypedMessage<T>> try_newest() { return typed(subscriber_.try_newest()); }  ///< as Subscriber::try_newest
    /// As Subscriber::copy_next: also with read_only and with pins = 0.
    result<TypedCopied<T>> copy_next(const Wait& wait = {}) {
        return copied([&](std::span<std::byte> buffer) { return subscriber_.copy_next(buffer, wait); });
    }
    /// As Subscriber::copy_newest: also with read_only and with pins = 0.
    result<TypedCopied<T>> copy_newest(const Wait& wait = {}) {
        return copied([&](std::span<std::byte> buffer) { return subscriber_.copy_newest(buffer, wait); });
    }
    Waitable waitable() const { return subscriber_.waitable(); }  ///< as Subscriber::waitable
    int descriptor() const { return subscriber_.descriptor(); }   ///< as Subscriber::descriptor
    TopicInfo info() const { return subscriber_.info(); }         ///< as Subscriber::info
    TopicState state() const { return subscriber_.state(); }      ///< as Subscriber::state
    Subscriber& untyped() noexcept { return subscriber_; }        ///< the untyped handle, for everything else

private:
    static result<TypedMessage<T>> typed(result<Message> message) {
        if (!message) return message.error();
        if (message->payload().size() != sizeof(T)) return wrong_size();
        return TypedMessage<T>(std::move(*message));
    }
    template <class Copy>
    result<TypedCopied<T>> copied(const Copy& copy) {
        T value{};
        auto copied = copy(std::as_writable_bytes(std::span(&value, 1)));
        if (!copied && copied.error() == Errc::too_large) {  // it would stay unread: copy it whole
            std::vector<std::byte> whole(subscriber_.info().payload_bytes);
            copied = copy(whole);
            if (copied && copied->size == sizeof(T)) value = detail::value_in<T>(whole);
        }
        if (!copied) return copied.error();
        if (copied->size != sizeof(T)) return wrong_size();
        return TypedCopied<T>{value, copied->sequence, copied->lost, copied->published_at};
    }
    static Failure wrong_size() {
        return {Errc::mismatch,
                "a message has not the size of the expected type: publisher and subscriber disagree about the struct"};
    }

    Subscriber subscriber_;
};

}  // namespace handoff
