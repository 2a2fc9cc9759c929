#include "prove/topic_actor.hpp"

#include <array>
#include <chrono>
#include <set>
#include <stdexcept>

#include "process/message.hpp"

namespace handoff::prove {

using namespace std::chrono_literals;

TopicShape topic_shape() {
    return {.history = topic_history,
            .payload_bytes = 64,
            .loans = 3,
            .pin_budget = 8,
            .participants = 16,
            .lifetime = Lifetime::persistent};
}

TopicActor::TopicActor(const std::string& name, OperationLog& log)
    : log_(log),
      publisher(name, topic_shape(), {.wait = WaitPolicy::sleep}),
      subscriber(name, {.pins = 2, .start = Start::oldest}),
      copying(name, {.pins = 0, .start = Start::oldest}) {}

std::optional<Loan> TopicActor::loan() {
    auto loan = publisher.loan();
    if (!loan) return std::nullopt;
    test::fill(loan->payload(), log_.next.fetch_add(1));
    return std::move(*loan);
}

void TopicActor::publish(Loan loan) {
    const std::uint64_t message = test::id_of(loan.payload());
    log_.record(message, sending);
    if (!publisher.publish(std::move(loan))) log_.refused.fetch_add(1);
    log_.record(message, sent);
}

void TopicActor::publish_one() {
    auto held = loan();
    if (!held) throw std::runtime_error("no slot for a publisher");
    publish(std::move(*held));
}

void TopicActor::publish_some(int count) {
    for (int i = 0; i < count; ++i) publish_one();
}

void TopicActor::check(std::span<const std::byte> payload, std::uint64_t sequence, std::uint64_t lost) {
    if (!test::is_whole(payload)) throw std::runtime_error("a torn message");
    const std::uint64_t message = test::id_of(payload);
    if (message >= OperationLog::most_messages || !log_.has(message, sending))
        throw std::runtime_error("a message that was never published");
    if (has_seen_ && sequence != seen_ + lost + 1) throw std::runtime_error("the lost do not add up");
    seen_ = sequence;
    has_seen_ = true;
}

std::optional<Message> TopicActor::next() {
    auto message = subscriber.try_next();
    if (!message) return std::nullopt;
    check(message->payload(), message->sequence(), message->lost());
    return std::move(*message);
}

std::optional<Message> TopicActor::newest() {
    auto message = subscriber.try_newest();
    if (!message) return std::nullopt;
    check(message->payload(), message->sequence(), message->lost());
    return std::move(*message);
}

bool TopicActor::copy_next() {
    std::array<std::byte, 64> buffer;
    const auto copied = copying.copy_next(buffer, Deadline::now());
    if (copied && !test::is_whole(std::span(buffer).first(copied->size))) throw std::runtime_error("a torn copy");
    return copied.has_value();
}

void TopicActor::read_all() {
    while (next()) {
    }
    while (copy_next()) {
    }
}

void TopicActor::catch_up() {
    while (seen_ < publisher.state().newest && next()) {
    }
}

namespace {

/// The kept messages: the newest, without a hole, each published once.
std::string check_kept(TopicActor& auditor, const OperationLog& log) {
    const std::uint64_t newest = auditor.publisher.state().newest;
    const std::uint64_t kept = std::min<std::uint64_t>(newest, topic_history);
    std::set<std::uint64_t> messages;
    for (std::uint64_t sequence = newest - kept + 1; sequence <= newest; ++sequence) {
        const auto message = auditor.next();
        if (!message) return "sequence " + std::to_string(sequence) + " is missing";
        if (message->sequence() != sequence) return "sequence " + std::to_string(message->sequence()) + " came instead";
        if (!messages.insert(test::id_of(message->payload())).second) return "a message was published twice";
    }
    if (auditor.next()) return "there is more than the newest";
    std::uint64_t sent_messages = 0, begun = 0;
    for (std::uint64_t message = 0; message < OperationLog::most_messages; ++message) {
        if (log.has(message, sent)) ++sent_messages;
        if (log.has(message, sending)) ++begun;
    }
    if (newest < sent_messages || newest > begun)
        return std::to_string(newest) + " messages have a sequence, but " + std::to_string(sent_messages) + " to " +
               std::to_string(begun) + " were published";
    return "";
}

/// All slots but those of kept messages can be loaned; the next messages come one by one and are kept whole while they
/// are held.
std::string check_as_good_as_new(TopicActor& auditor) {
    const auto state = auditor.publisher.state();
    if (state.loaned != 0 || state.pinned != 0)
        return std::to_string(state.loaned) + " slots are still loaned, " + std::to_string(state.pinned) + " pinned";
    std::vector<Loan> loans;
    while (auto loan = auditor.publisher.loan()) loans.push_back(std::move(*loan));
    const auto info = auditor.publisher.info();
    const std::size_t kept = std::min<std::uint64_t>(state.newest, info.history);
    if (loans.size() + kept != info.slot_count) return "only " + std::to_string(loans.size()) + " slots can be loaned";
    loans.clear();
    for (std::uint32_t round = 0; round < 3 * info.slot_count; ++round) {
        auditor.publish_one();
        const auto held = auditor.next();
        if (!held || held->lost() != 0) return "a new message did not come";
        if (round % 5 == 0) auditor.publish_some(1);
        if (!test::is_whole(held->payload())) return "a held message was overwritten";
        if (round % 5 == 0 && !auditor.next()) return "the message after a held one did not come";
    }
    auditor.read_all();
    return "";
}

}  // namespace

std::string audit_topic(const std::string& name, OperationLog& log) {
    if (log.refused.load() != 0) return "an operation was refused";
    TopicActor auditor(name, log);
    for (const auto& wrong : {check_kept(auditor, log), check_as_good_as_new(auditor)})
        if (!wrong.empty()) return wrong;
    return "";
}

}  // namespace handoff::prove
