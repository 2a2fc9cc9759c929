// handoff topic: broadcast. Every subscriber sees every message; the newest overwrites the oldest; no publisher waits
// for a subscriber.
//
//   handoff::Publisher publisher("video", {.history = 10, .payload_bytes = 1280 * 720 * 3});
//   auto loan = publisher.loan().value();                // a slot in shared memory, ours until it is published
//   fill(loan.payload());
//   publisher.publish(std::move(loan)).value();          // never waits for any subscriber
//
//   handoff::Subscriber subscriber("video");
//   while (auto message = subscriber.next(1s))           // pinned: whole and in place until it is destroyed
//       show(message->payload(), message->lost());
//
// Thread safety: one Publisher may be used by any number of threads. A Subscriber has a position and belongs to one
//   thread at a time. A Loan or Message belongs to one thread at a time and may be moved to another; each keeps
//   its topic mapped and its slot held, also beyond the life of the handle it came from.
// Death: any process may be killed at any instruction. The loan of a dead publisher is given back; what it published
//   stays. Pins of a dead subscriber are given back. A slot is taken from its holder only when the holder is dead,
//   never because it is slow.
// Removal: if the topic's name was removed (rm, `handoff rm --force`, logind), a wait that finds nothing returns
//   `removed`, and so does a call that does not wait. What is available is returned first. Attached handles can go on
//   among themselves; open the topic again to meet new ones.
// Ordering: everything written before publish() is visible to each subscriber that gets the message. All publishers of
//   a topic share one sequence.
// Fork: a child inherits no handle. Every call on one there fails with invalid_handle; destroying one does nothing.
#pragma once

#include <handoff/error.hpp>
#include <handoff/export.hpp>
#include <handoff/image.hpp>
#include <handoff/lender_ptr.hpp>
#include <handoff/loan.hpp>
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

namespace handoff {

namespace detail::broadcast {
class Member;
}
namespace detail::topic {
class Reader;
}

/// The first message of a new subscriber.
enum class Start : std::uint8_t {
    // generated from describe/handoff.toml: Start
    newest,  ///< the newest message, if there is one (default)
    oldest,  ///< the oldest message that is still kept
    next,    ///< the first message published from now on
    // end of generated
};

/// The shape of a topic: a new one is created with it, an existing one must offer at least this (see
/// <handoff/options.hpp>). A field that is not given asks for nothing; a new topic gets the default.
///
/// slots = history + loans + pin_budget + 1: a publisher finds a slot whatever the subscribers hold.
struct TopicShape {
    // generated from describe/handoff.toml: TopicShape
    std::optional<std::uint32_t> history{};  ///< messages kept (1 to 16,384; default 8; at least)
    /// capacity of a message; without it nothing is created (1 or more; at least)
    std::optional<std::size_t> payload_bytes{};
    /// loans that all publishers together may hold at once (1 to 1,024; default 4; at least)
    std::optional<std::uint32_t> loans{};
    /// messages that all subscribers together may hold at once (0 to 1,024; default 8; at least)
    std::optional<std::uint32_t> pin_budget{};
    /// publishers and subscribers attached at once; read_only ones do not count (2 to 64; default 32; at least)
    std::optional<std::uint32_t> participants{};
    std::optional<Sync> sync{};          ///< on what the processes sleep (default futex; equal)
    std::optional<Lifetime> lifetime{};  ///< when the name is removed (default until_last_leaves; set by the creator)
    /// rights, octal as in chmod; the umask does not change them (default 0600; set by the creator)
    std::optional<std::uint32_t> mode{};
    std::optional<std::string> group{};  ///< name of the group that owns it (default the creator's; set by the creator)
    // end of generated
};

/// HandleOptions, and the options of subscribers only.
struct SubscriberOptions {
    // As HandleOptions:
    // generated from describe/handoff.toml: HandleOptions
    Open open = Open::create_or_attach;  ///< create, attach, or both
    /// how long to wait for a segment that does not exist yet and may not be created here (0 or negative: not at all;
    /// std::chrono::nanoseconds::max(): for ever)
    std::chrono::nanoseconds attach_timeout{0};
    std::stop_token attach_stop{};              ///< ends that wait: opening fails with stopped
    WaitPolicy wait = WaitPolicy::balanced;     ///< how this handle waits
    Timestamps timestamps = Timestamps::exact;  ///< how exact this handle's timestamps are
    bool prefault = false;                      ///< map all pages when opening: a slower start, no page faults later
    /// what this handle receives lies in a second, read-only mapping of the segment, so that the kernel ends a process
    /// that writes there
    bool protect_payloads = false;
    // end of generated

    // generated from describe/handoff.toml: SubscriberOptions
    /// messages that it may hold at once, out of the topic's pin budget; 0: it can only copy
    std::uint32_t pins = 1;
    Start start = Start::newest;  ///< its first message
    /// Maps the segment without write access (the kernel enforces it). Such a subscriber takes no place in the table,
    /// holds no pins, can only copy, and cannot be notified: a wait polls once a millisecond. It still needs the right
    /// to read the segment. It never removes the name: if it is the last to leave, the name stays until another handle
    /// is opened and closed.
    bool read_only = false;
    // end of generated
};

/// The shape of an open topic.
struct TopicInfo {
    // generated from describe/handoff.toml: TopicInfo
    std::string name;
    std::uint32_t history;
    std::size_t payload_bytes;
    std::uint32_t loans;
    std::uint32_t pin_budget;
    std::uint32_t slot_count;
    std::uint32_t participants;
    Sync sync;
    Lifetime lifetime;
    std::uint32_t mode;      ///< rights of the segment's file, octal as in chmod
    std::string group;       ///< group of the segment's file; its number where it has no name
    std::uint64_t instance;  ///< random: distinguishes this segment from others of the same name
    // end of generated
};

/// Counts of a topic. Not a snapshot: each counter is read separately.
struct TopicState {
    // generated from describe/handoff.toml: TopicState
    std::uint32_t free;         ///< slots of no message
    std::uint32_t loaned;       ///< slots that publishers write into
    std::uint32_t published;    ///< messages that are kept, or evicted and still pinned
    std::uint32_t pinned;       ///< messages that subscribers hold: published, kept or evicted
    std::uint32_t publishers;   ///< attached, the dead included until they are recovered
    std::uint32_t subscribers;  ///< attached, the dead included until they are recovered
    std::uint64_t newest;       ///< sequence of the newest message, 0: none yet
    // end of generated
};

/// Puts messages on a topic.
class HANDOFF_EXPORT Publisher {
public:
    /// Opens the topic `name` and joins it. Names and errors as for Sender::Sender.
    Publisher(std::string_view name, const TopicShape& shape, const HandleOptions& handle = {});
    /// Without a shape: attaches to an existing segment of any shape, and never creates.
    explicit Publisher(std::string_view name, const HandleOptions& handle = {});
    Publisher(Publisher&&) noexcept;
    Publisher& operator=(Publisher&&) noexcept;
    /// Leaves once the last loan of this Publisher is gone too. What was published stays.
    ~Publisher();

    /// A slot. Never waits for a subscriber. Errors: full if more than `loans` loans are out (the message names the
    /// holders), damaged, invalid_handle.
    result<Loan> loan();
    /// Makes the loan the newest message and returns its sequence (1, 2, ... over all publishers). Never waits.
    /// Errors: ownership_lost, damaged, invalid_handle, invalid_argument (a loan of another Publisher).
    result<std::uint64_t> publish(Loan loan);
    /// Copies `message` into a loan and publishes it. Errors: as loan() and publish(Loan); too_large.
    result<std::uint64_t> publish(std::span<const std::byte> message);

    /// Waits until at least one live subscriber is attached; read-only ones cannot be seen. Errors: timed_out, stopped,
    /// removed, invalid_handle.
    result<void> wait_for_subscriber(const Wait& wait = {});

    // These two throw Error(invalid_handle).
    TopicInfo info() const;    ///< of the topic
    TopicState state() const;  ///< of the topic, read now

private:
    detail::broadcast::Member& usable() const;
    detail::slot::LenderPtr<detail::broadcast::Member> member_;
};

/// A message, pinned: its bytes stay whole and in place until this is destroyed, whatever the publishers do.
class HANDOFF_EXPORT Message {
public:
    Message(Message&& other) noexcept;
    Message& operator=(Message&& other) noexcept;
    ~Message();

    /// The publisher's bytes, in shared memory.
    std::span<const std::byte> payload() const noexcept { return payload_; }
    /// The description of payload(), if it is an image (checked against payload()).
    const Image& image() const noexcept { return image_.get(); }
    /// The description of payload() as an array, of an image, too (checked against payload()): see Array::from().
    Array array() const noexcept { return Array::from(image()); }
    /// Counts the messages of the topic from 1, over all publishers.
    std::uint64_t sequence() const noexcept { return sequence_; }
    /// Messages between the previous one of this subscriber and this one: overwritten, or skipped by newest(). Exact.
    std::uint64_t lost() const noexcept { return lost_; }
    /// When it was published.
    std::chrono::steady_clock::time_point published_at() const noexcept { return published_at_; }

private:
    friend class detail::topic::Reader;
    Message() = default;
    void unpin() noexcept;

    std::shared_ptr<detail::topic::Reader> reader_;
    std::uint32_t slot_ = 0;
    std::span<const std::byte> payload_;
    detail::OptionalImage image_;
    std::uint64_t sequence_ = 0;
    std::uint64_t lost_ = 0;
    std::chrono::steady_clock::time_point published_at_;
};

/// The description of a message whose bytes copy_next() copied.
struct Copied {
    std::size_t size;
    Image image;  ///< if it is an array, Array::from(image) reads it
    std::uint64_t sequence;
    std::uint64_t lost;
    std::chrono::steady_clock::time_point published_at;
};

/// Reads a topic from a position of its own. Subscribers never exclude each other, and no publisher waits for them.
class HANDOFF_EXPORT Subscriber {
public:
    /// As Publisher::Publisher; too_many_participants also if the pin budget is spent: attach with pins = 0 then. A
    /// read_only one attaches only, whatever the shape; with Open::create it is invalid_argument.
    Subscriber(std::string_view name, const TopicShape& shape, const SubscriberOptions& options = {});
    /// Without a shape: attaches to an existing segment of any shape, and never creates.
    explicit Subscriber(std::string_view name, const SubscriberOptions& options = {});
    Subscriber(Subscriber&&) noexcept;
    Subscriber& operator=(Subscriber&&) noexcept;
    ~Subscriber();  ///< leaves once the last Message of this Subscriber is gone too

    /// The oldest unread message that is still kept. Waits for one. Errors: timed_out, stopped; end_of_stream once
    /// every publisher that was attached has left and nothing is unread (returned once: the next call waits for a new
    /// publisher); full (as many messages are held as pins were reserved: release one), removed, invalid_argument
    /// (attached with pins = 0 or read_only), damaged, invalid_handle.
    result<Message> next(const Wait& wait = {});
    /// Does not wait. Errors: empty, otherwise as next().
    result<Message> try_next();
    /// The newest message, if it is unread; skips those before it. Waits for one. Errors: as next().
    result<Message> newest(const Wait& wait = {});
    /// Does not wait. Errors: empty, otherwise as next().
    result<Message> try_newest();

    /// Copies the oldest unread message into `buffer`; needs no pin and no write access. A message that is overwritten
    /// during the copy is never returned: it counts as lost. Errors: timed_out, stopped, end_of_stream (see next()),
    /// removed, too_large (the buffer; the message stays unread), damaged, invalid_handle.
    result<Copied> copy_next(std::span<std::byte> buffer, const Wait& wait = {});
    /// Copies the newest message if it is unread, skipping those before it. Errors: as copy_next().
    result<Copied> copy_newest(std::span<std::byte> buffer, const Wait& wait = {});

    /// For wait_any(). Throws Error(invalid_handle).
    Waitable waitable() const;
    /// A descriptor that is readable while try_next() would not return `empty`; see Receiver::descriptor(). Throws
    /// Error: invalid_handle, system.
    int descriptor() const;

    // These two throw Error(invalid_handle).
    TopicInfo info() const;    ///< of the topic
    TopicState state() const;  ///< of the topic, read now

private:
    std::shared_ptr<detail::topic::Reader> reader_;
};

}  // namespace handoff
