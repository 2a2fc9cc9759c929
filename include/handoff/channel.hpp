// handoff channel: request -> processed, between senders and competing receivers in any number of processes.
//
//   handoff::Sender sender("frames", {.slot_count = 8, .payload_bytes = 1920 * 1080 * 3, .reply_bytes = 4096});
//   auto loan = sender.loan(100ms).value();              // a slot in shared memory, ours until it is sent
//   fill(loan.payload());                                // written in place: nothing is copied later
//   auto processed = sender.request(std::move(loan), 500ms);
//
//   handoff::Receiver receiver("frames");
//   while (auto request = receiver.receive(1s))
//       request->processed(answer_to(request->payload())).value();
//
// Thread safety: one Sender or Receiver may be used by any number of threads at once. A Loan, Pending, Processed or
//   Request belongs to one thread at a time and may be moved to another; each keeps its channel mapped and its slot
//   held until it is destroyed, also beyond the life of the Sender or Receiver it came from.
// Death: any process may be killed at any instruction. The loan of a dead sender is given back; what it sent stays
//   sent. A request held by a dead receiver is delivered again (see deliveries()), or, on a channel opened in_place,
//   reported as failed. A slot is taken from its holder only when the holder is dead, never because it is slow.
// Removal: if the channel's name was removed (rm, `handoff rm --force`, logind), a wait that finds nothing returns
//   `removed`, and so does a call that does not wait. What is available is returned first. Attached handles can go on
//   among themselves; open the channel again to meet new ones.
// Ordering: everything written before send() is visible to the receiver of that request; everything written before
//   processed() is visible to the sender whose wait returns it.
// Fork: a child inherits no handle. Every call on one there fails with invalid_handle; destroying one does nothing.
#pragma once

#include <handoff/channel_shape.hpp>
#include <handoff/error.hpp>
#include <handoff/export.hpp>
#include <handoff/image.hpp>
#include <handoff/lender_ptr.hpp>
#include <handoff/loan.hpp>
#include <handoff/optional_image.hpp>
#include <handoff/options.hpp>
#include <handoff/wait.hpp>
#include <handoff/wait_any.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace handoff {

namespace detail::queue {
class Member;
struct Claim;
enum class Outcome : std::uint8_t;
}  // namespace detail::queue
namespace detail::channel {
class PendingSource;
}

/// The sender of a request: the same for all requests of one Sender, never shared by two Senders in the life of the
/// segment. A segment that was removed and created again counts from the beginning: see ChannelInfo::instance.
struct SenderId {
    std::uint64_t value = 0;
    friend bool operator==(SenderId, SenderId) = default;
};

/// A processed request. The reply stays in the slot and is valid until this is destroyed, which frees the slot.
class HANDOFF_EXPORT Processed {
public:
    Processed(Processed&& other) noexcept;
    Processed& operator=(Processed&& other) noexcept;
    ~Processed() {
        if (member_ != nullptr) release();
    }

    /// The receiver's answer; empty if it gave none.
    std::span<const std::byte> reply() const noexcept { return reply_; }
    /// The description of the answer, if it is an image (checked against reply()).
    const Image& reply_image() const noexcept { return reply_image_.get(); }
    /// The description of the answer as an array, of an image, too (checked against reply()).
    Array reply_array() const noexcept { return Array::from(reply_image()); }
    /// The request's own bytes, edited by the receiver if the channel is in_place.
    std::span<const std::byte> payload() const noexcept { return payload_; }
    /// The description of payload(), if it is an image (checked against payload()).
    const Image& image() const noexcept { return image_.get(); }
    /// The description of payload() as an array, of an image, too (checked against payload()): see Array::from().
    Array array() const noexcept { return Array::from(image()); }
    /// Counts the requests of this Sender from 1.
    std::uint64_t sequence() const noexcept { return sequence_; }
    /// 1, or more if receivers gave it back or died holding it.
    std::uint32_t deliveries() const noexcept { return deliveries_; }
    /// From send to processed, as stamped in the segment.
    std::chrono::nanoseconds round_trip() const noexcept { return round_trip_; }

private:
    friend class Pending;
    friend class Sender;
    Processed() = default;
    void release() noexcept;

    detail::slot::LenderPtr<detail::queue::Member> member_;
    std::uint32_t slot_ = 0;
    std::uint32_t deliveries_ = 0;
    std::span<const std::byte> reply_;
    std::span<const std::byte> payload_;
    detail::OptionalImage reply_image_;
    detail::OptionalImage image_;
    std::uint64_t sequence_ = 0;
    std::chrono::nanoseconds round_trip_{0};
};

/// The result of Pending::withdraw().
enum class Withdrawn : std::uint8_t {
    taken_back,     ///< no receiver will get it (one that died or gave it back may have seen it)
    with_receiver,  ///< a receiver holds it; its answer is no longer awaited
    answered,       ///< it was answered already
};

/// A request in flight. If this is destroyed, the request stays sent, but its answer is no longer awaited.
class HANDOFF_EXPORT Pending {
public:
    Pending(Pending&& other) noexcept;
    Pending& operator=(Pending&& other) noexcept;
    ~Pending() {
        if (member_ != nullptr) abandon();
    }

    /// Waits for the answer. Afterwards the Pending is empty, except after timed_out, stopped and removed: then it may
    /// be waited for again. Errors: timed_out (the message names the holder), stopped, failed (with the receiver's
    /// reason), given_up, removed, invalid_handle, ownership_lost.
    result<Processed> wait(const Wait& wait = {});
    /// True if wait() would return at once.
    bool was_answered() const noexcept;
    /// Takes the request back if no receiver holds it. Either way the Pending is empty afterwards. Errors:
    /// invalid_handle, ownership_lost.
    result<Withdrawn> withdraw();
    /// For wait_any(): ready when wait() would return at once. Throws Error(invalid_handle).
    Waitable waitable() const;
    /// A descriptor that is readable when wait() would return at once; see Receiver::descriptor(). Belongs to this
    /// Pending, and is closed when that is empty. Throws Error: invalid_handle, system.
    int descriptor() const;
    std::uint64_t sequence() const noexcept { return sequence_; }  ///< counts the requests of this Sender from 1

private:
    friend class Sender;
    Pending(detail::slot::LenderPtr<detail::queue::Member> member, std::uint32_t slot, std::uint64_t sequence) noexcept;
    void abandon() noexcept;
    Failure no_answer(const Wait& wait) const;
    result<Processed> collect();
    const std::shared_ptr<detail::channel::PendingSource>& source() const;

    detail::slot::LenderPtr<detail::queue::Member> member_;
    std::uint32_t slot_ = 0;
    std::uint64_t sequence_ = 0;
    mutable std::shared_ptr<detail::channel::PendingSource> source_;  ///< made on first use
};

/// Puts requests into a channel. Threads, deaths and forks: see the top of this header.
class HANDOFF_EXPORT Sender {
public:
    /// Opens the channel `name` (1 to 200 letters, digits, '.', '_', '-'; not ending in ".lock") and joins it.
    /// Throws Error: invalid_argument before anything is touched; no_such_segment, already_exists, wrong_kind,
    /// wrong_version, not_a_segment, mismatch, permission_denied, no_space, too_many_participants, damaged, system;
    /// stopped (by attach_stop), timed_out (another process has held the segment exclusively for 5 s).
    Sender(std::string_view name, const ChannelShape& shape, const HandleOptions& handle = {});
    /// Without a shape: attaches to an existing segment of any shape, and never creates.
    explicit Sender(std::string_view name, const HandleOptions& handle = {});
    Sender(Sender&&) noexcept;
    Sender& operator=(Sender&&) noexcept;
    /// Leaves once the last Loan, Pending and Processed of this Sender is gone too. What was sent stays sent.
    ~Sender();

    /// Waits for a free slot (back-pressure). Errors: timed_out (the message names the holders), stopped,
    /// removed, damaged, invalid_handle.
    result<Loan> loan(const Wait& wait = {});
    /// Does not wait. Errors: full, removed, damaged, invalid_handle.
    result<Loan> try_loan();

    /// Work queue: sends without waiting. Errors: ownership_lost, damaged, invalid_handle.
    result<void> send(Loan loan);
    /// Copies `message` into a loan, waiting for a free slot, and sends it. Errors: as loan() and send(Loan);
    /// too_large.
    result<void> send(std::span<const std::byte> message, const Wait& wait = {});
    // Batches: for many small messages. The whole batch costs one clock read and one wake-up.
    /// Waits for a free slot, then loans as many as are free, at most batch.size(), into the front of `batch`; loans
    /// held there are given back. Returns the count. Errors: as loan(Wait); invalid_argument (an empty batch).
    result<std::size_t> loan(std::span<Loan> batch, const Wait& wait = {});
    /// Sends all, in this order. Errors: as send(Loan). A loan that is empty or another Sender's is detected before
    /// anything is sent; on another error the loans before it are sent and the others are still in `batch`.
    result<void> send(std::span<Loan> batch);

    /// Sends and waits until the request was processed. On timed_out and stopped an unread request is withdrawn; one
    /// that a receiver already holds stays with it, unawaited. The message says which of the two, and names the holder.
    /// Errors: timed_out, stopped, failed, given_up, removed (it stays sent: attached receivers may still take it),
    /// ownership_lost, damaged, invalid_handle.
    result<Processed> request(Loan loan, const Wait& wait = {});
    /// Copies `message` into a loan, sends it and waits for the answer; `wait` is for the free slot and the answer
    /// together. Errors: as loan() and request(Loan); too_large.
    result<Processed> request(std::span<const std::byte> message, const Wait& wait = {});
    /// Sends, and returns at once with a handle on the answer, so that several requests can be in flight.
    /// Errors: ownership_lost, damaged, invalid_handle.
    result<Pending> request_async(Loan loan);

    /// Waits until at least one live receiver is attached. Errors: timed_out, stopped, removed, invalid_handle.
    result<void> wait_for_receiver(const Wait& wait = {});

    /// For wait_any(): ready while a slot is free. Throws Error(invalid_handle).
    Waitable waitable() const;
    /// A descriptor that is readable while try_loan() would not return `full`; see Receiver::descriptor(). Belongs to
    /// this Sender. Throws Error: invalid_handle, system.
    int descriptor() const;

    // These four throw Error(invalid_handle).
    /// This Sender's identity, as returned by Request::sender().
    SenderId id() const;
    ChannelInfo info() const;    ///< of the channel
    ChannelState state() const;  ///< of the channel, read now
    /// One sentence: who holds the slots, and since when.
    std::string who_holds() const;

private:
    bool is_mine(const Loan& loan) const noexcept;
    Failure refusal(const Loan& loan) const;
    result<Loan> loan_of(const detail::slot::Held& held);
    std::optional<detail::slot::Held> wait_for_slot(const Wait& wait);
    Failure no_slot(const Wait& wait) const;
    void open_all(std::span<Loan> batch, std::span<const detail::slot::Held> held, std::int64_t now_ns);
    detail::queue::Outcome commit(Loan& loan, bool awaited, std::int64_t now_ns, std::uint64_t sequence, bool alone);
    detail::queue::Outcome commit(Loan& loan, bool awaited, std::uint64_t& sequence);
    detail::queue::Member& usable() const;

    detail::slot::LenderPtr<detail::queue::Member> member_;
};

/// A request taken from the channel, ours until processed() or failed(). Destroyed without either (an exception, say),
/// it is given back and delivered again, or, on a channel opened in_place, reported as failed.
class HANDOFF_EXPORT Request {
public:
    /// Holds nothing: a place in a batch.
    Request() noexcept = default;
    Request(Request&& other) noexcept
        : member_(std::move(other.member_)),
          word_(other.word_),
          slot_(other.slot_),
          deliveries_(other.deliveries_),
          awaited_(other.awaited_),
          payload_(std::exchange(other.payload_, {})),
          sender_(other.sender_),
          sequence_(other.sequence_),
          sent_at_(other.sent_at_),
          taken_at_(other.taken_at_),
          image_(other.image_),
          reply_image_(other.reply_image_) {}
    Request& operator=(Request&& other) noexcept;
    ~Request() {
        if (member_ != nullptr) give_back();
    }

    /// The sender's bytes in shared memory. Never write to them (see protect_payloads): a redelivered one must be intact.
    std::span<const std::byte> payload() const noexcept { return payload_; }
    /// The same bytes for editing. Errors: invalid_argument if the channel was not opened in_place, invalid_handle.
    result<std::span<std::byte>> editable();
    /// The description of payload(), if it is an image (checked against payload()).
    const Image& image() const noexcept { return image_.get(); }
    /// The description of payload() as an array, of an image, too (checked against payload()): see Array::from().
    Array array() const noexcept { return Array::from(image()); }
    /// Describes the edited payload; it may not be longer than before. Errors: as editable(), too_large.
    result<void> describe(const Image& image);
    result<void> describe(const Array& array) { return describe(array.description()); }

    /// Room for the answer, in shared memory; size() is the channel's reply capacity.
    std::span<std::byte> reply() const noexcept;
    /// Describes the answer as this image, or array. Errors: invalid_argument, too_large, invalid_handle.
    result<void> describe_reply(const Image& image);
    result<void> describe_reply(const Array& array) { return describe_reply(array.description()); }

    /// Finishes the request without an answer, or with the one described by describe_reply(). Errors: invalid_handle
    /// (already finished), ownership_lost.
    result<void> processed();
    /// Finishes it; the first `reply_bytes` of reply() are the answer. Errors: too_large, invalid_handle,
    /// ownership_lost.
    result<void> processed(std::size_t reply_bytes);
    /// Finishes it; copies `answer` into reply(). Errors: too_large, invalid_handle, ownership_lost.
    result<void> processed(std::span<const std::byte> answer);
    /// Finishes it as failed; the sender gets the reason (the first 119 bytes). Errors: invalid_handle, ownership_lost.
    result<void> failed(std::string_view reason);

    /// False if no answer is awaited: it was sent with send(), or its sender stopped waiting before it was taken.
    bool awaited() const noexcept { return awaited_; }
    SenderId sender() const noexcept { return sender_; }  ///< as Sender::id() of the one that sent it
    /// Counts the sender's requests from 1; the same in every delivery.
    std::uint64_t sequence() const noexcept { return sequence_; }
    /// 1 the first time.
    std::uint32_t deliveries() const noexcept { return deliveries_; }
    /// When it was sent.
    std::chrono::steady_clock::time_point sent_at() const noexcept { return sent_at_; }
    /// When this receiver took it.
    std::chrono::steady_clock::time_point taken_at() const noexcept { return taken_at_; }

private:
    friend class Receiver;
    void open(detail::queue::Member& member, const detail::queue::Claim& claim, std::int64_t now_ns,
              bool alone) noexcept;
    std::size_t described_bytes() const noexcept;
    result<void> finish(std::size_t reply_bytes, bool ok);
    detail::queue::Outcome end_quietly(bool alone) noexcept;
    void give_back() noexcept;

    detail::slot::LenderPtr<detail::queue::Member> member_;
    std::uint64_t word_ = 0;
    std::uint32_t slot_ = 0;
    std::uint32_t deliveries_ = 0;
    bool awaited_ = false;
    std::span<const std::byte> payload_;
    SenderId sender_;
    std::uint64_t sequence_ = 0;
    std::chrono::steady_clock::time_point sent_at_;
    std::chrono::steady_clock::time_point taken_at_;
    detail::OptionalImage image_;
    detail::OptionalImage reply_image_;
};

/// Takes requests out of a channel. Receivers compete: each request goes to one of them, in the order of the sends.
class HANDOFF_EXPORT Receiver {
public:
    /// As Sender::Sender.
    Receiver(std::string_view name, const ChannelShape& shape, const HandleOptions& handle = {});
    /// Without a shape: attaches to an existing segment of any shape, and never creates.
    explicit Receiver(std::string_view name, const HandleOptions& handle = {});
    Receiver(Receiver&&) noexcept;
    Receiver& operator=(Receiver&&) noexcept;
    ~Receiver();  ///< leaves once the last Request of this Receiver is gone too

    /// Waits for a request. Errors: timed_out, stopped; end_of_stream once every sender that was attached has left and
    /// nothing is queued or held by another receiver that may still give it back (returned once: the next receive waits
    /// for a new sender); removed, damaged, invalid_handle.
    result<Request> receive(const Wait& wait = {});
    /// Does not wait. Errors: empty, end_of_stream, removed, damaged, invalid_handle.
    result<Request> try_receive();

    /// Waits for a request, then takes as many as are queued, at most batch.size(), into the front of `batch`, in the
    /// order of the sends; requests that were held there are given back. Returns the count. Other receivers do not get
    /// what this one holds: use batches for requests that are processed quickly. Errors: as receive(Wait);
    /// invalid_argument (an empty batch).
    result<std::size_t> receive(std::span<Request> batch, const Wait& wait = {});
    /// Finishes all of them, each like Request::processed(), with one wake-up. Goes on after an error; returns the
    /// first. Errors: as Request::processed().
    result<void> processed(std::span<Request> batch);

    /// For wait_any(). Throws Error(invalid_handle).
    Waitable waitable() const;
    /// A descriptor that is readable while try_receive() would not return `empty`: for epoll, poll, Boost.Asio. Belongs
    /// to this Receiver; do not read from it or close it. Created on first use; one thread of the process (one for each
    /// 127 descriptors) waits for all of them. Throws Error: invalid_handle, system.
    int descriptor() const;

    // These three throw Error(invalid_handle).
    ChannelInfo info() const;    ///< of the channel
    ChannelState state() const;  ///< of the channel, read now
    /// One sentence: who holds the slots, and since when.
    std::string who_holds() const;

private:
    result<Request> request_of(const detail::queue::Claim& claim);
    bool open(Request& request, const detail::queue::Claim& claim);
    Failure not_opened(const detail::queue::Claim& claim) const;
    std::size_t take_more(std::span<Request> batch);
    std::size_t end_quietly(std::span<Request> batch, detail::queue::Outcome& outcome, std::uint32_t& freed) noexcept;
    Failure nothing_came(const Wait& wait) const;
    detail::queue::Member& usable() const;

    detail::slot::LenderPtr<detail::queue::Member> member_;
};

}  // namespace handoff
