#include "prove/channel_actor.hpp"

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "process/message.hpp"

namespace handoff::prove {

using namespace std::chrono_literals;

ChannelShape channel_shape(Lifetime lifetime) {
    return {.slot_count = channel_slots,
            .payload_bytes = 64,
            .reply_bytes = 16,
            .participants = 8,
            .max_deliveries = unlimited_deliveries,
            .lifetime = lifetime};
}

std::uint64_t whole_message(std::span<const std::byte> payload) {
    if (payload.size() < sizeof(std::uint64_t) || !test::is_whole(payload)) throw std::runtime_error("a torn message");
    return test::id_of(payload);
}

std::optional<Loan> ChannelActor::loan() {
    auto loan = sender.try_loan();
    if (!loan) return std::nullopt;
    test::fill(loan->payload(), log_.next.fetch_add(1));
    return std::move(*loan);
}

void ChannelActor::send(Loan loan) {
    const std::uint64_t message = test::id_of(loan.payload());
    log_.record(message, sending);
    if (!sender.send(std::move(loan))) log_.refused.fetch_add(1);
    log_.record(message, sent);
}

std::optional<Pending> ChannelActor::request(Loan loan) {
    const std::uint64_t message = test::id_of(loan.payload());
    log_.record(message, sending);
    auto pending = sender.request_async(std::move(loan));
    if (!pending) log_.refused.fetch_add(1);
    log_.record(message, sent);
    return pending ? std::optional<Pending>(std::move(*pending)) : std::nullopt;
}

std::optional<Request> ChannelActor::take() {
    auto request = receiver.try_receive();
    if (!request) return std::nullopt;
    log_.record(whole_message(request->payload()), taken);
    return std::move(*request);
}

void ChannelActor::process(Request& request) {
    const std::uint64_t message = whole_message(request.payload());
    std::memcpy(request.reply().data(), &message, sizeof message);
    log_.record(message, finishing);
    if (!request.processed(sizeof message)) log_.refused.fetch_add(1);
    log_.record(message, finished);
    log_.finishes[message % OperationLog::most_messages].fetch_add(1);
}

void ChannelActor::fail(Request& request) {
    const std::uint64_t message = whole_message(request.payload());
    log_.record(message, finishing);
    if (!request.failed("no face in it")) log_.refused.fetch_add(1);
    log_.record(message, finished);
}

void ChannelActor::withdraw(Pending& pending, std::uint64_t message) {
    log_.record(message, withdrawing);
    const auto back = pending.withdraw();
    if (back && *back == Withdrawn::taken_back) log_.record(message, withdrawn);
}

bool ChannelActor::send_one() {
    auto held = loan();
    if (!held) return false;
    send(std::move(*held));
    return true;
}

bool ChannelActor::serve_one() {
    auto request = take();
    if (request) process(*request);
    return request.has_value();
}

void ChannelActor::laps(int count) {
    for (int i = 0; i < count; ++i) {
        send_one();
        serve_one();
    }
}

Request ChannelActor::some_request() {
    auto request = take();
    if (!request) {
        send_one();
        request = take();
    }
    if (!request) throw std::runtime_error("there is no message to be had");
    return std::move(*request);
}

namespace {

/// Takes every message and checks it against the log.
std::string drain(ChannelActor& auditor, OperationLog& log, std::set<std::uint64_t>& seen) {
    for (std::uint64_t most = OperationLog::most_messages; most > 0; --most) {
        auto request = auditor.receiver.try_receive();
        if (!request) {
            const auto& error = request.error();
            const bool over = error == Errc::empty || error == Errc::end_of_stream;
            return over ? "" : "receive: " + error.message();
        }
        const std::uint64_t message = whole_message(request->payload());
        const std::string named = "message " + std::to_string(message);
        if (message >= OperationLog::most_messages || !log.has(message, sending)) return named + " was never sent";
        if (!seen.insert(message).second) return named + " came twice";
        if (log.has(message, finished)) return named + " came again after it was finished";
        if (log.has(message, withdrawn)) return named + " came although it was withdrawn";
        if (log.has(message, taken) && request->deliveries() < 2)
            return named + " was delivered before, and does not say so";
        if (auto done = request->processed(); !done) return "processed: " + done.error().message();
    }
    return "there is no end of messages";
}

std::string find_lost(const OperationLog& log, const std::set<std::uint64_t>& seen) {
    for (std::uint64_t message = 0; message < OperationLog::most_messages; ++message) {
        if (log.finishes[message].load() > 1) return "message " + std::to_string(message) + " was finished twice";
        const bool may_be_gone = log.has(message, finishing) || log.has(message, withdrawing);
        if (log.has(message, sent) && !may_be_gone && seen.count(message) == 0)
            return "message " + std::to_string(message) + " is lost";
    }
    return "";
}

std::string check_slots(const Sender& sender, const char* when) {
    const auto state = sender.state();
    if (state.free == channel_slots) return "";
    return std::string(when) + " only " + std::to_string(state.free) + " slots are free (" +
           std::to_string(state.loaned) + " loaned, " + std::to_string(state.ready) + " ready, " +
           std::to_string(state.taken) + " taken, " + std::to_string(state.answered) + " answered)";
}

/// Every slot can be loaned, and every cell of the ring passes messages and answers, more than once.
std::string check_as_good_as_new(ChannelActor& auditor) {
    std::vector<Loan> loans;
    while (auto loan = auditor.sender.try_loan()) loans.push_back(std::move(*loan));
    if (loans.size() != channel_slots) return "only " + std::to_string(loans.size()) + " slots can be loaned";
    loans.clear();
    for (std::uint64_t round = 0; round < 20; ++round) {
        auto loan = auditor.sender.loan(1s);
        if (!loan) return "loan: " + loan.error().message();
        test::fill(loan->payload(), 1'000'000 + round);
        auto pending = auditor.sender.request_async(std::move(*loan));
        if (!pending) return "request: " + pending.error().message();
        auto request = auditor.receiver.receive(1s);
        if (!request) return "receive: " + request.error().message();
        if (whole_message(request->payload()) != 1'000'000 + round) return "another message came";
        if (auto done = request->processed(std::as_bytes(std::span(&round, 1))); !done)
            return "processed: " + done.error().message();
        auto processed = pending->wait(1s);
        if (!processed) return "wait: " + processed.error().message();
        if (processed->reply().size() != sizeof round ||
            std::memcmp(processed->reply().data(), &round, sizeof round) != 0)
            return "another answer came";
    }
    return "";
}

}  // namespace

std::string audit_channel(const std::string& name, OperationLog& log, const ChannelShape& shape) {
    if (log.refused.load() != 0) return "an operation was refused";
    ChannelActor auditor(name, log, shape);
    std::set<std::uint64_t> seen;
    for (const auto& wrong : {drain(auditor, log, seen), find_lost(log, seen), check_slots(auditor.sender, "drained,"),
                              check_as_good_as_new(auditor), check_slots(auditor.sender, "at the end,")})
        if (!wrong.empty()) return wrong;
    return "";
}

}  // namespace handoff::prove
