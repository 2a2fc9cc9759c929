// handoff: a channel or a topic of one trivially copyable struct. Thin: every call is one call on the untyped face.
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

#include <cstring>
#include <type_traits>
#include <utility>

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
    explicit TypedLoan(Loan loan) : loan_(std::move(loan)), value_(::new (loan_.payload().data()) T{}) {}
    T& operator*() const noexcept { return *value_; }
    T* operator->() const noexcept { return value_; }
    Loan release() && { return std::move(loan_); }

private:
    Loan loan_;
    T* value_;
};

/// A Sender of T, answered by a Reply. Errors as in Sender; an answer that is no Reply is `mismatch`.
template <Transferable T, class Reply = NoReply>
class TypedSender {
    static_assert(std::is_same_v<Reply, NoReply> || Transferable<Reply>);

public:
    /// As Sender::Sender. T and Reply are the sizes: also without a shape it may create.
    TypedSender(std::string_view name, const ChannelShape& shape, const HandleOptions& handle = {})
        : sender_(name, detail::shape_for<T, Reply>(shape), handle) {}
    explicit TypedSender(std::string_view name, const HandleOptions& handle = {})
        : TypedSender(name, ChannelShape{}, handle) {}

    result<TypedLoan<T>> loan(const Wait& wait = {}) { return typed(sender_.loan(wait)); }
    result<TypedLoan<T>> try_loan() { return typed(sender_.try_loan()); }
    result<void> send(TypedLoan<T> loan) { return sender_.send(sized(std::move(loan))); }

    /// The receiver's answer, or NoReply{}.
    result<Reply> request(TypedLoan<T> loan, const Wait& wait = {}) {
        auto processed = sender_.request(sized(std::move(loan)), wait);
        if (!processed) return processed.error();
        if constexpr (std::is_same_v<Reply, NoReply>) {
            return NoReply{};
        } else {
            if (processed->reply().size() != sizeof(Reply))
                return Failure(Errc::mismatch, "the answer has not the size of the expected type");
            return detail::value_in<Reply>(processed->reply());
        }
    }

    /// The untyped face, for everything else.
    Sender& untyped() noexcept { return sender_; }

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
    explicit TypedRequest(Request request) : request_(std::move(request)) {}
    const T& operator*() const noexcept { return *reinterpret_cast<const T*>(request_.payload().data()); }
    const T* operator->() const noexcept { return &**this; }
    result<void> processed() { return request_.processed(); }
    result<void> processed(const Reply& answer) requires(!std::is_same_v<Reply, NoReply>) {
        return request_.processed(std::as_bytes(std::span(&answer, 1)));
    }
    result<void> failed(std::string_view reason) { return request_.failed(reason); }
    Request& untyped() noexcept { return request_; }

private:
    Request request_;
};

/// A Receiver of T. A request of another size is answered with failed() and reported as `mismatch`.
template <Transferable T, class Reply = NoReply>
class TypedReceiver {
    static_assert(std::is_same_v<Reply, NoReply> || Transferable<Reply>);

public:
    /// As Receiver::Receiver. T and Reply are the sizes.
    TypedReceiver(std::string_view name, const ChannelShape& shape, const HandleOptions& handle = {})
        : receiver_(name, detail::shape_for<T, Reply>(shape), handle) {}
    /// Attaches to whatever is there, and never creates.
    explicit TypedReceiver(std::string_view name, const HandleOptions& handle = {}) : receiver_(name, handle) {}

    result<TypedRequest<T, Reply>> receive(const Wait& wait = {}) { return typed(receiver_.receive(wait)); }
    result<TypedRequest<T, Reply>> try_receive() { return typed(receiver_.try_receive()); }
    Receiver& untyped() noexcept { return receiver_; }

private:
    static result<TypedRequest<T, Reply>> typed(result<Request> request) {
        if (!request) return request.error();
        if (request->payload().size() != sizeof(T)) {
            (void)request->failed("the request has not the size that the receiver expects");
            return Failure(
                Errc::mismatch,
                "a request has not the size of the expected type: sender and receiver disagree about the struct");
        }
        return TypedRequest<T, Reply>(std::move(*request));
    }

    Receiver receiver_;
};

/// A Message whose payload is one T, pinned like the message itself.
template <Transferable T>
class TypedMessage {
public:
    explicit TypedMessage(Message message) : message_(std::move(message)) {}
    const T& operator*() const noexcept { return *reinterpret_cast<const T*>(message_.payload().data()); }
    const T* operator->() const noexcept { return &**this; }
    /// Sequence, lost count and time.
    const Message& untyped() const noexcept { return message_; }

private:
    Message message_;
};

/// A Publisher of T. Errors as in Publisher.
template <Transferable T>
class TypedPublisher {
public:
    /// As Publisher::Publisher. T is the size: also without a shape it may create.
    TypedPublisher(std::string_view name, const TopicShape& shape, const HandleOptions& handle = {})
        : publisher_(name, detail::shape_for<T>(shape), handle) {}
    explicit TypedPublisher(std::string_view name, const HandleOptions& handle = {})
        : TypedPublisher(name, TopicShape{}, handle) {}

    result<TypedLoan<T>> loan() {
        auto loan = publisher_.loan();
        if (!loan) return loan.error();
        return TypedLoan<T>(std::move(*loan));
    }
    result<std::uint64_t> publish(TypedLoan<T> loan) {
        Loan untyped = std::move(loan).release();
        (void)untyped.resize(sizeof(T));
        return publisher_.publish(std::move(untyped));
    }
    /// The untyped face, for everything else.
    Publisher& untyped() noexcept { return publisher_; }

private:
    Publisher publisher_;
};

/// A Subscriber of T. Errors as in Subscriber; a message of another size is `mismatch`, and counts as read.
template <Transferable T>
class TypedSubscriber {
public:
    /// As Subscriber::Subscriber. T is the size.
    TypedSubscriber(std::string_view name, const TopicShape& shape, const SubscriberOptions& options = {})
        : subscriber_(name, detail::shape_for<T>(shape), options) {}
    /// Attaches to whatever is there, and never creates.
    explicit TypedSubscriber(std::string_view name, const SubscriberOptions& options = {})
        : subscriber_(name, options) {}

    result<TypedMessage<T>> next(const Wait& wait = {}) { return typed(subscriber_.next(wait)); }
    result<TypedMessage<T>> try_next() { return typed(subscriber_.try_next()); }
    result<TypedMessage<T>> newest(const Wait& wait = {}) { return typed(subscriber_.newest(wait)); }
    result<TypedMessage<T>> try_newest() { return typed(subscriber_.try_newest()); }
    /// The untyped face, for everything else.
    Subscriber& untyped() noexcept { return subscriber_; }

private:
    static result<TypedMessage<T>> typed(result<Message> message) {
        if (!message) return message.error();
        if (message->payload().size() != sizeof(T))
            return Failure(
                Errc::mismatch,
                "a message has not the size of the expected type: publisher and subscriber disagree about the "
                "struct");
        return TypedMessage<T>(std::move(*message));
    }

    Subscriber subscriber_;
};

}  // namespace handoff
