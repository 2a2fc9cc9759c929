#include "tool/recording/player.hpp"

#include "mcap/array_message.hpp"
#include "mcap/ros_image.hpp"
#include "tool/format.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace handoff::apps::tool::recording {

namespace {

/// Before a message is due it is copied into its slot, and not long before: a slot that is held for minutes looks as if
/// somebody hung.
constexpr std::chrono::milliseconds time_to_prepare{20};

bool is_image_channel(const Channel& channel) {
    return channel.message_encoding == "cdr" && channel.schema.name == image_schema().name;
}

bool is_array_channel(const Channel& channel) {
    return channel.message_encoding == array_message_encoding && channel.schema.name == array_schema().name;
}

/// What a segment has to hold for the messages of the channel: what the recorder stored about it, if that is plausible.
std::uint64_t payload_bytes_for(const ChannelContent& content) {
    constexpr std::uint64_t largest_image_head = 512;
    const std::uint64_t head = is_image_channel(content.channel)   ? largest_image_head
                               : is_array_channel(content.channel) ? sizeof(Image)
                                                                   : 0;
    const std::uint64_t said = number_in(content.channel.metadata, "payload_bytes");
    const bool is_true = said > 0 && content.largest_bytes <= said + head;
    return is_true ? said : std::max<std::uint64_t>(content.largest_bytes, 1);
}

}  // namespace

/// What is played into one segment.
struct Player::Plan {
    std::string topic;
    bool latest = true;
    std::uint64_t payload_bytes = 1;
    std::uint64_t history = 1;
};

Player::Player(Reader& reader, PlayOptions options, Log log)
    : reader_(reader), options_(std::move(options)), log_(std::move(log)) {
    for (const auto& [name, plan] : plans()) open(name, plan);
}

std::string Player::name_for(const std::string& topic) const {
    std::string name = topic.starts_with('/') ? topic.substr(1) : topic;  // as ROS names them
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '.';
    return options_.prefix + name;
}

std::map<std::string, Player::Plan> Player::plans() const {
    std::map<std::string, Plan> plans;
    std::string known;
    for (const auto& [id, content] : reader_.channels()) {
        const Channel& channel = content.channel;
        if (channel.topic.empty()) continue;  // not described: reported when its messages are read
        known += (known.empty() ? "" : ", ") + channel.topic;
        if (!options_.only.empty() && !fits_one(channel.topic, options_.only)) continue;
        const std::string name = name_for(channel.topic);
        Plan& plan = plans.try_emplace(name, Plan{channel.topic}).first->second;
        if (plan.topic != channel.topic)
            throw Error(Errc::invalid_argument, "'" + plan.topic + "' and '" + channel.topic +
                                                    "' would both be played into '" + name +
                                                    "': play one of them with --only");
        const auto kind = channel.metadata.find("kind");
        plan.latest = plan.latest && kind != channel.metadata.end() && kind->second == "latest";
        plan.payload_bytes = std::max(plan.payload_bytes, payload_bytes_for(content));
        plan.history = std::max(plan.history, number_in(channel.metadata, "history"));
    }
    if (plans.empty())
        throw Error(Errc::no_such_segment, known.empty() ? "the recording is empty: there is nothing to play"
                                                         : "nothing in the recording fits --only; it holds " + known);
    return plans;
}

void Player::open(const std::string& name, const Plan& plan) {
    for (const auto& [id, content] : reader_.channels())
        if (content.channel.topic == plan.topic) total_ += content.messages;
    if (plan.latest) {
        const LatestShape shape{.capacity_bytes = static_cast<std::size_t>(plan.payload_bytes)};
        outlets_.emplace(name, Outlet{plan.topic, LatestBytes(name, shape)});
        return;
    }
    constexpr std::uint64_t least_history = 8, most_history = 16'384;
    TopicShape shape;
    shape.payload_bytes = static_cast<std::size_t>(plan.payload_bytes);
    shape.history =
        options_.history.value_or(static_cast<std::uint32_t>(std::clamp(plan.history, least_history, most_history)));
    outlets_.emplace(name, Outlet{plan.topic, Publisher(name, shape)});
}

void Player::wait_for_subscribers() {
    for (auto& [name, outlet] : outlets_) {
        auto* publisher = std::get_if<Publisher>(&outlet.to);
        if (publisher == nullptr) continue;  // a latest value has no subscribers
        const auto answer = publisher->wait_for_subscriber(stoppable());
        if (!answer && !(answer.error() == Errc::stopped)) throw Error(answer.error());
    }
}

void Player::run(const std::function<void()>& progress) {
    first_ns_.reset();
    began_.reset();
    reader_.rewind();
    while (!stop_requested()) {
        const auto message = reader_.next();
        if (!message) {
            error(message.error().message());
            continue;
        }
        if (!*message) break;
        if (!first_ns_) first_ns_ = (*message)->head.log_time_ns + static_cast<std::uint64_t>(options_.start.count());
        if (is_over(**message)) break;
        play(**message);
        progress();
    }
}

void Player::error(const std::string& sentence) {
    failed_ = true;
    log_(sentence);
}

bool Player::is_over(const Message& message) const noexcept {
    return options_.duration && message.head.log_time_ns > *first_ns_ &&
           message.head.log_time_ns - *first_ns_ >= static_cast<std::uint64_t>(options_.duration->count());
}

/// Of what is passed over, the newest of each latest value is there when the rest begins.
void Player::play(const Message& message) {
    const auto outlet = outlets_.find(name_for(message.channel.topic));
    if (outlet == outlets_.end()) return;
    auto* publisher = std::get_if<Publisher>(&outlet->second.to);
    if (publisher != nullptr && message.head.log_time_ns < *first_ns_) return;
    if (!wait_until_due(message, time_to_prepare)) return;
    if (publisher != nullptr) return publish(*publisher, message);
    if (!wait_until_due(message, {})) return;
    (void)std::get<LatestBytes>(outlet->second.to).write(message.data).value();
    ++published_;
    payload_bytes_ += message.data.size();
}

void Player::publish(Publisher& publisher, const Message& message) {
    Bytes payload = message.data;
    Image image;
    if (is_image_channel(message.channel)) {
        const auto read = read_ros_image(message.data, message.channel.topic, message.head.publish_time_ns);
        if (!read)
            return error("message " + std::to_string(message.head.sequence) + " of " + message.channel.topic +
                         " is left out: it is no image that can be read here");
        payload = read->payload;
        image = read->image;
    }
    if (is_array_channel(message.channel)) {
        const auto read = read_array_message(message.data);
        if (!read)
            return error("message " + std::to_string(message.head.sequence) + " of " + message.channel.topic +
                         " is left out: it is no array that can be read here");
        payload = read->payload;
        image = read->description;
    }
    Loan loan = publisher.loan().value();
    if (payload.size() > loan.payload().size())
        return error("message " + std::to_string(message.head.sequence) + " of " + message.channel.topic +
                     " is left out: it does not fit into '" + publisher.info().name + "'");
    std::ranges::copy(payload, loan.payload().begin());
    if (image.is_described()) loan.describe(image).value();
    loan.resize(payload.size()).value();  // there may be bytes behind the last row
    if (!wait_until_due(message, {})) return;
    (void)publisher.publish(std::move(loan)).value();
    ++published_;
    payload_bytes_ += payload.size();
}

/// When it is due: when it was published, if that can be true of the moment at which it was logged. A value that was
/// there before the recording began is due at once, and other recorders leave the time out, or take it from another
/// clock.
std::uint64_t Player::time_of(const MessageHead& head) const noexcept {
    constexpr std::uint64_t longest_way_ns = 10'000'000'000;
    const bool is_valid =
        head.publish_time_ns <= head.log_time_ns && head.log_time_ns - head.publish_time_ns <= longest_way_ns;
    return std::max(*first_ns_, is_valid ? head.publish_time_ns : head.log_time_ns);
}

/// As if the time did not pass meanwhile.
void Player::wait_while_paused() {
    if (!options_.is_paused || !options_.is_paused()) return;
    const auto since = Clock::now();
    while (!stop_requested() && options_.is_paused()) options_.sleep_until(Clock::time_point::max());
    if (began_) *began_ += Clock::now() - since;
}

/// False if the program is asked to end meanwhile. It can be paused while there is much time left, not when a slot is
/// in its hands already.
bool Player::wait_until_due(const Message& message, std::chrono::nanoseconds ahead) {
    if (message.head.log_time_ns < *first_ns_) return true;
    const bool can_pause = ahead.count() > 0;
    if (can_pause) wait_while_paused();
    if (options_.rate == 0) return !stop_requested();
    if (!began_) began_ = Clock::now();
    constexpr double century_s = 3.2e9;  // a time that is out of its mind shall not overflow
    const double since_first_s = static_cast<double>(time_of(message.head) - *first_ns_) / 1e9;
    const auto wait = std::chrono::duration_cast<Clock::duration>(
                          std::chrono::duration<double>(std::clamp(since_first_s / options_.rate, 0.0, century_s))) -
                      std::chrono::duration_cast<Clock::duration>(ahead);
    while (!stop_requested() && Clock::now() < *began_ + wait) {
        can_pause ? options_.sleep_until(*began_ + wait) : sleep_until(*began_ + wait);
        if (can_pause) wait_while_paused();
    }
    return !stop_requested();
}

}  // namespace handoff::apps::tool::recording
