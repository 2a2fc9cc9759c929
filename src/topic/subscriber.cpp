#include <handoff/topic.hpp>

#include <optional>
#include <utility>

#include "slot/lender.hpp"
#include "topic/open_topic.hpp"
#include "topic/reader.hpp"

namespace handoff {

using detail::participants::Role;
using detail::slot::unusable;
using detail::topic::Reader;
using detail::topic::Which;

namespace {

bool is_usable(const std::shared_ptr<Reader>& reader) noexcept {
    return reader != nullptr && reader->member().is_usable();
}

Reader& usable(const std::shared_ptr<Reader>& reader) {
    if (!is_usable(reader)) throw Error(unusable(reader == nullptr ? nullptr : &reader->member()));
    return *reader;
}

/// Calls `attempt` until it returns something else than empty, the deadline has passed, or a stop is requested.
template <class Attempt>
auto wait_for(const std::shared_ptr<Reader>& reader, const Wait& wait, Attempt&& attempt) -> decltype(attempt()) {
    if (!is_usable(reader)) return unusable(reader == nullptr ? nullptr : &reader->member());
    auto& member = reader->member();
    std::optional<decltype(attempt())> outcome;
    const auto is_over = [&] {
        outcome.emplace(attempt());
        return *outcome || !(outcome->error() == Errc::empty);
    };
    const bool done = member.wait(member.published(), wait, is_over, [&] { return reader->has_unread() && is_over(); });
    reader->was_taken_from();
    if (!member.is_usable()) return unusable(&member);
    if (done) return std::move(*outcome);
    if (member.was_removed()) return detail::slot::removed(member.name());
    if (wait.stop_requested()) return Errc::stopped;
    return Failure(Errc::timed_out,
                   "nothing new was published on '" + member.name() + "' in time (" +
                       std::to_string(detail::topic::state_of(member).publishers) + " publishers attached)" +
                       member.registry().all_stopped(wait, detail::participants::Role::publisher, "publisher"));
}

result<Message> try_once(const std::shared_ptr<Reader>& reader, Which which) {
    if (!is_usable(reader)) return unusable(reader == nullptr ? nullptr : &reader->member());
    auto message = reader->take(which, reader);
    // A caller that only polls must notice the dead, too: the last publisher's death ends the stream.
    if (!message && message.error() == Errc::empty && reader->member().look_if_due())
        message = reader->take(which, reader);
    reader->was_taken_from();
    if (!is_usable(reader)) return unusable(&reader->member());
    if (!message && message.error() == Errc::empty && reader->member().was_removed())
        return detail::slot::removed(reader->member().name());
    return message;
}

}  // namespace

Subscriber::Subscriber(std::string_view name, const TopicShape& shape, const SubscriberOptions& options) {
    if (options.start > Start::next) throw Error(Errc::invalid_argument, "start is none of newest, oldest, next");
    auto member = detail::topic::open_topic(name, shape, detail::handle_options(options),
                                            {Role::subscriber, Role::publisher, options.wait, options.pins,
                                             options.read_only, options.start == Start::next, options.timestamps});
    reader_ = std::make_shared<Reader>(std::move(member), options.start, options.read_only ? 0 : options.pins);
}
Subscriber::Subscriber(std::string_view name, const SubscriberOptions& options)
    : Subscriber(name, TopicShape{}, options) {}
Subscriber::Subscriber(Subscriber&&) noexcept = default;
Subscriber& Subscriber::operator=(Subscriber&&) noexcept = default;
Subscriber::~Subscriber() = default;

result<Message> Subscriber::next(const Wait& wait) {
    return wait_for(reader_, wait, [this] { return reader_->take(Which::next, reader_); });
}
result<Message> Subscriber::try_next() {
    return try_once(reader_, Which::next);
}
result<Message> Subscriber::newest(const Wait& wait) {
    return wait_for(reader_, wait, [this] { return reader_->take(Which::newest, reader_); });
}
result<Message> Subscriber::try_newest() {
    return try_once(reader_, Which::newest);
}
result<Copied> Subscriber::copy_next(std::span<std::byte> buffer, const Wait& wait) {
    return wait_for(reader_, wait, [&] { return reader_->copy(Which::next, buffer); });
}
result<Copied> Subscriber::copy_newest(std::span<std::byte> buffer, const Wait& wait) {
    return wait_for(reader_, wait, [&] { return reader_->copy(Which::newest, buffer); });
}

Waitable Subscriber::waitable() const {
    return detail::sync::WaitSource::waitable((usable(reader_), reader_));
}
int Subscriber::descriptor() const {
    return usable(reader_).descriptor();
}

TopicInfo Subscriber::info() const {
    return detail::topic::info_of(usable(reader_).member());
}
TopicState Subscriber::state() const {
    return detail::topic::state_of(usable(reader_).member());
}

// ---- Message --------------------------------------------------------------------------------------------------------

Message::Message(Message&& other) noexcept {
    *this = std::move(other);
}

Message& Message::operator=(Message&& other) noexcept {
    if (this != &other) {
        unpin();
        reader_ = std::move(other.reader_);
        slot_ = other.slot_;
        payload_ = std::exchange(other.payload_, {});
        image_ = other.image_;
        sequence_ = other.sequence_;
        lost_ = other.lost_;
        published_at_ = other.published_at_;
    }
    return *this;
}

Message::~Message() {
    unpin();
}

void Message::unpin() noexcept {
    if (reader_ == nullptr) return;
    reader_->unpin(slot_);
    reader_.reset();
}

}  // namespace handoff
