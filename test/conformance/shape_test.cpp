// What a shape asks of a segment that exists: at least this, or exactly this; and what it does not ask.
#include <handoff/inspect.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>
#include <handoff/typed.hpp>

#include <grp.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <thread>

#include "conformance/fixture.hpp"

namespace shape_test {

using namespace conformance;
using handoff::ChannelShape;
using handoff::Errc;
using handoff::HandleOptions;
using handoff::LatestBytes;
using handoff::LatestShape;
using handoff::Lifetime;
using handoff::Open;
using handoff::Publisher;
using handoff::Receiver;
using handoff::Sender;
using handoff::Subscriber;
using handoff::TopicShape;
using handoff::testing::UniqueName;

constexpr auto never = std::chrono::nanoseconds::max();

struct Fixture {
    UniqueName name{"shape"};
    ~Fixture() {
        for (const auto& file : name.left_behind()) BOOST_ERROR("left behind: " + file);
    }

    /// Opening it so is a mismatch, and the sentence holds all these words.
    template <class Handle, class Shape>
    void check_mismatch(const Shape& shape, std::initializer_list<const char*> words,
                        const HandleOptions& handle = {}) const {
        for (const char* each : words) check_throws([&] { Handle(name, shape, handle); }, Errc::mismatch, each);
    }
    void remove() const {
        for (const auto& file : name.left_behind()) std::filesystem::remove(file);
    }
};

std::string own_group() {
    const auto* entry = getgrgid(getegid());
    return entry != nullptr ? entry->gr_name : std::to_string(getegid());
}

}  // namespace shape_test

BOOST_FIXTURE_TEST_SUITE(shape_test, Fixture)

// ---- at least, equal, nothing ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_channel_that_cannot_do_it_is_refused_with_both_values_of_each_field) {
    const Sender living(name, {.slot_count = 4,
                               .payload_bytes = 256,
                               .reply_bytes = 64,
                               .participants = 6,
                               .max_deliveries = 3,
                               .in_place = false});
    check_mismatch<Sender>(ChannelShape{.slot_count = 5},
                           {"the channel '", name.str().c_str(), "slot_count = 4 (at least 5 was asked for)",
                            "Ask for what it has", "handoff rm"});
    check_mismatch<Receiver>(ChannelShape{.payload_bytes = 257}, {"payload_bytes = 256 (at least 257 was asked for)"});
    check_mismatch<Sender>(ChannelShape{.reply_bytes = 65}, {"reply_bytes = 64 (at least 65 was asked for)"});
    check_mismatch<Sender>(ChannelShape{.participants = 7}, {"participants = 6 (at least 7 was asked for)"});
    for (const std::uint32_t other : {2U, 4U, handoff::unlimited_deliveries})
        check_mismatch<Receiver>(ChannelShape{.max_deliveries = other},
                                 {("max_deliveries = 3 (" + std::to_string(other) + " was asked for)").c_str()});
    check_mismatch<Sender>(ChannelShape{.in_place = true}, {"in_place = false (true was asked for)"});
    check_mismatch<Sender>(ChannelShape{.slot_count = 9, .payload_bytes = 1000, .max_deliveries = 10},
                           {"slot_count = 4 (at least 9", "End the programs that use it",
                            "payload_bytes = 256 (at least 1000", "max_deliveries = 3 (10"});
    BOOST_TEST(living.state().senders == 1U);
}

BOOST_AUTO_TEST_CASE(a_topic_that_cannot_do_it_is_refused_with_both_values_of_each_field) {
    const Publisher living(name, {.history = 4, .payload_bytes = 256, .loans = 2, .pin_budget = 3, .participants = 6});
    check_mismatch<Publisher>(TopicShape{.history = 5}, {"the topic '", "history = 4 (at least 5 was asked for)"});
    check_mismatch<Publisher>(TopicShape{.payload_bytes = 257}, {"payload_bytes = 256 (at least 257 was asked for)"});
    check_mismatch<Publisher>(TopicShape{.loans = 3}, {"loans = 2 (at least 3 was asked for)"});
    check_mismatch<Publisher>(TopicShape{.pin_budget = 4}, {"pin_budget = 3 (at least 4 was asked for)"});
    check_mismatch<Publisher>(TopicShape{.participants = 7}, {"participants = 6 (at least 7 was asked for)"});
    for (const bool read_only : {false, true})
        check_throws([&] { Subscriber(name, {.history = 5}, {.read_only = read_only}); }, Errc::mismatch,
                     "history = 4 (at least 5 was asked for)");
}

BOOST_AUTO_TEST_CASE(a_latest_value_that_cannot_do_it_is_refused_with_both_values_of_each_field) {
    const LatestBytes living(name, {.capacity_bytes = 100, .participants = 4});
    for (const bool read_only : {false, true}) {
        const handoff::LatestOptions options{.read_only = read_only};
        check_throws(
            [&] { LatestBytes(name, {.capacity_bytes = 101}, options); }, Errc::mismatch,
            "the latest value '" + name.str() + "' exists and has capacity_bytes = 100 (at least 101 was asked for)");
        check_throws([&] { LatestBytes(name, {.participants = 5}, options); }, Errc::mismatch,
                     "participants = 4 (at least 5 was asked for)");
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_given_asks_for_nothing) {
    const Sender odd(name, {.slot_count = 1,
                            .payload_bytes = 3,
                            .participants = 5,
                            .max_deliveries = handoff::unlimited_deliveries,
                            .in_place = true});
    BOOST_TEST(Sender(name, {.payload_bytes = 1}).info().slot_count == 1U);
    BOOST_TEST(Sender(name, {.slot_count = 1}).info().payload_bytes == 3U);
    BOOST_TEST(Receiver(name, ChannelShape{}).info().in_place);
    BOOST_TEST(Receiver(name, {}, {.open = Open::attach}).info().participants == 5U);
    check_mismatch<Sender>(ChannelShape{.in_place = false}, {"in_place = true (false was asked for)"});
    const UniqueName topic{"shape"}, value{"shape"};
    const Publisher narrow(topic, {.history = 1, .payload_bytes = 3, .loans = 1, .pin_budget = 0, .participants = 3});
    BOOST_TEST(Publisher(topic, {.payload_bytes = 2}).info().history == 1U);
    BOOST_TEST(Subscriber(topic, {.history = 1}, {.pins = 0}).info().loans == 1U);
    const LatestBytes few(value, {.capacity_bytes = 8, .participants = 2});
    BOOST_TEST(handoff::Latest<double>(value).untyped().info().participants == 2U);
}

BOOST_AUTO_TEST_CASE(the_defaults_are_those_of_the_one_who_creates) {
    const auto channel = Sender(name, {.payload_bytes = 10}).info();
    BOOST_TEST(channel.slot_count == 8U);
    BOOST_TEST(channel.reply_bytes == 0U);
    BOOST_TEST(channel.participants == 32U);
    BOOST_TEST(channel.max_deliveries == 10U);
    BOOST_TEST(!channel.in_place);
    BOOST_TEST((channel.lifetime == Lifetime::until_last_leaves));
    BOOST_TEST(channel.mode == 0600U);
    BOOST_TEST(channel.group == own_group());
    const auto topic = Publisher(name, {.payload_bytes = 10}).info();
    BOOST_TEST(topic.history == 8U);
    BOOST_TEST(topic.loans == 4U);
    BOOST_TEST(topic.pin_budget == 8U);
    BOOST_TEST(topic.participants == 32U);
    BOOST_TEST(topic.mode == 0600U);
    const auto value = LatestBytes(name, {.capacity_bytes = 10}).info();
    BOOST_TEST(value.participants == 16U);
    BOOST_TEST(value.mode == 0600U);
    BOOST_TEST(value.group == own_group());
}

/// An observer finds no place in the table to check whether the channel may be replaced: it is in use, so it may not.
BOOST_AUTO_TEST_CASE(a_full_channel_with_too_few_places_is_a_mismatch) {
    const Sender one(name, {.payload_bytes = 8, .participants = 2});
    const Receiver other(name);
    check_mismatch<Sender>(ChannelShape{.payload_bytes = 8, .participants = 3},
                           {"participants = 2 (at least 3 was asked for)"});
    check_throws([&] { Sender(name, {.payload_bytes = 8, .participants = 2}); }, Errc::too_many_participants);
}

BOOST_AUTO_TEST_CASE(typed_handles_ask_for_their_sizes) {
    const handoff::TypedSender<int, int> sender(name, {.slot_count = 2});
    BOOST_TEST(Receiver(name).info().payload_bytes == sizeof(int));
    BOOST_TEST(Receiver(name).info().reply_bytes == sizeof(int));
    const handoff::TypedReceiver<long long> attached(name);
    check_throws([&] { (handoff::TypedReceiver<long long>(name, {.slot_count = 1})); }, Errc::mismatch,
                 "payload_bytes = 4 (at least 8 was asked for)");
    check_throws([&] { (handoff::TypedSender<int, long long>(name)); }, Errc::mismatch, "reply_bytes = 4");
}

// ---- the creator's --------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(another_lifetime_mode_or_group_is_told_and_not_refused) {
    const Sender first(name, {.payload_bytes = 8});
    const auto info =
        Sender(name,
               {.payload_bytes = 8, .lifetime = Lifetime::persistent, .mode = 0666, .group = "no_such_group_anywhere"})
            .info();
    BOOST_TEST((info.lifetime == Lifetime::until_last_leaves));
    BOOST_TEST(info.mode == 0600U);
    BOOST_TEST(info.group == own_group());
    const UniqueName topic{"shape"}, value{"shape"};
    const Publisher publisher(topic, {.payload_bytes = 8, .mode = 0640, .group = own_group()});
    BOOST_TEST(Subscriber(topic, {.lifetime = Lifetime::persistent, .mode = 0600}).info().mode == 0640U);
    BOOST_TEST(Subscriber(topic).info().group == own_group());
    const LatestBytes writer(value, {.capacity_bytes = 8, .mode = 0644});
    BOOST_TEST(LatestBytes(value, {.mode = 0600}, {.read_only = true}).info().mode == 0644U);
}

BOOST_AUTO_TEST_CASE(sync_is_the_creators_and_must_be_equal) {
    using handoff::Sync;
    for (const Sync sync : {Sync::futex, Sync::boost}) {
        const Sync other = sync == Sync::futex ? Sync::boost : Sync::futex;
        const std::string words = sync == Sync::futex ? "sync = futex (boost was asked for)" : "sync = boost (futex";
        {
            const Sender sender(name, {.payload_bytes = 8, .sync = sync});
            BOOST_TEST((Receiver(name).info().sync == sync));
            BOOST_TEST((handoff::inspect::Observer(name).report().sync == sync));
            check_mismatch<Receiver>(ChannelShape{.sync = other}, {words.c_str()});
        }
        {
            const Publisher publisher(name, {.payload_bytes = 8, .sync = sync});
            BOOST_TEST((Subscriber(name).info().sync == sync));
            check_mismatch<Publisher>(TopicShape{.payload_bytes = 8, .sync = other}, {words.c_str()});
        }
        const LatestBytes value(name, {.capacity_bytes = 8, .sync = sync});
        BOOST_TEST((value.info().sync == sync));
        check_throws([&] { LatestBytes(name, {.capacity_bytes = 8, .sync = other}); }, Errc::mismatch, words);
    }
    check_throws([&] { Sender(name, {.payload_bytes = 8, .sync = static_cast<Sync>(2)}); }, Errc::invalid_argument,
                 "sync");
}

BOOST_AUTO_TEST_CASE(an_instance_is_one_segment_for_all_who_look_and_another_one_after_it) {
    std::uint64_t former = 0;
    for (int life = 0; life < 3; ++life) {
        const Sender sender(name, {.payload_bytes = 8});
        const std::uint64_t instance = sender.info().instance;
        BOOST_TEST(instance != former);
        BOOST_TEST(Receiver(name).info().instance == instance);
        BOOST_TEST(handoff::inspect::Observer(name).report().instance == instance);
        former = instance;
    }
    const Publisher publisher(name, {.payload_bytes = 8});
    BOOST_TEST(publisher.info().instance != former);
    BOOST_TEST(Subscriber(name, {.read_only = true}).info().instance == publisher.info().instance);
    const UniqueName value{"shape"};
    const LatestBytes latest(value, {.capacity_bytes = 8});
    BOOST_TEST(LatestBytes(value, {.read_only = true}).info().instance == latest.info().instance);
    BOOST_TEST(latest.info().instance != publisher.info().instance);
}

/// The next life counts its participants from the beginning.
BOOST_AUTO_TEST_CASE(a_sender_of_the_next_life_may_have_the_same_id_and_is_of_another_instance) {
    std::optional<Sender> sender(std::in_place, name, ChannelShape{.payload_bytes = 8});
    const auto id = sender->id();
    const auto instance = sender->info().instance;
    BOOST_TEST((Sender(name).id() != id));
    sender.reset();
    sender.emplace(name, ChannelShape{.payload_bytes = 8});
    BOOST_TEST((sender->id() == id));
    BOOST_TEST(sender->info().instance != instance);
}

// ---- creating and attaching -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_a_shape_nothing_is_created) {
    check_throws([&] { Sender{name}; }, Errc::no_such_segment, "give payload_bytes to create it here");
    check_throws([&] { Receiver{name}; }, Errc::no_such_segment, "payload_bytes");
    check_throws([&] { Publisher{name}; }, Errc::no_such_segment, "payload_bytes");
    check_throws([&] { Subscriber{name}; }, Errc::no_such_segment, "payload_bytes");
    check_throws([&] { LatestBytes{name}; }, Errc::no_such_segment, "capacity_bytes");
    check_throws([&] { handoff::TypedReceiver<int>{name}; }, Errc::no_such_segment);
    check_throws([&] { handoff::TypedSubscriber<int>{name}; }, Errc::no_such_segment);
    check_throws([&] { Sender(name, {.open = Open::create}); }, Errc::invalid_argument, "payload_bytes");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_shape_without_a_size_creates_nothing_and_says_so) {
    check_throws([&] { Sender(name, {.slot_count = 4, .reply_bytes = 10}); }, Errc::no_such_segment,
                 "give payload_bytes to create it here");
    check_throws([&] { Publisher(name, {.history = 4}); }, Errc::no_such_segment, "payload_bytes");
    check_throws([&] { LatestBytes(name, {.participants = 4}); }, Errc::no_such_segment, "capacity_bytes");
    check_throws([&] { Sender(name, {.slot_count = 4}, {.open = Open::create}); }, Errc::invalid_argument,
                 "Open::create needs payload_bytes");
    check_throws([&] { Sender(name, {.payload_bytes = 0}); }, Errc::invalid_argument, "payload_bytes = 0");
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(to_attach_only_does_not_advise_to_give_a_size) {
    try {
        Sender(name, {.payload_bytes = 8}, {.open = Open::attach});
        BOOST_ERROR("nothing was thrown");
    } catch (const handoff::Error& error) {
        BOOST_TEST(std::string_view(error.what()).find("payload_bytes") == std::string_view::npos, error.what());
    }
}

/// A duration in the options, not a moment: it counts from each opening.
BOOST_AUTO_TEST_CASE(stored_options_wait_their_full_time_whenever_they_are_used) {
    const HandleOptions stored{.attach_timeout = 100ms};
    const auto made = std::chrono::steady_clock::now();
    check_throws([&] { Receiver(name, {.attach_timeout = 1100ms}); }, Errc::no_such_segment);
    const auto used = std::chrono::steady_clock::now();
    BOOST_TEST((used - made >= 1100ms));
    check_throws([&] { Receiver(name, stored); }, Errc::no_such_segment);
    const auto after = std::chrono::steady_clock::now();
    BOOST_TEST((after - used >= 100ms));
    check_throws([&] { Receiver(name, stored); }, Errc::no_such_segment);
    BOOST_TEST((std::chrono::steady_clock::now() - after >= 100ms));
}

BOOST_AUTO_TEST_CASE(no_time_or_less_is_at_once_and_the_largest_is_for_ever) {
    for (const std::chrono::nanoseconds none : {std::chrono::nanoseconds(0), std::chrono::nanoseconds(-1s)})
        check_throws([&] { Receiver(name, {.attach_timeout = none}); }, Errc::no_such_segment);
    std::optional<Receiver> receiver;
    std::thread waiting([&] { receiver.emplace(name, HandleOptions{.attach_timeout = never}); });
    const Sender sender(name, {.payload_bytes = 8});
    waiting.join();
    BOOST_TEST(receiver->info().instance == sender.info().instance);
}

// ---- replacing ------------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_that_nobody_needs_is_replaced_and_one_with_unread_messages_is_not) {
    {
        Sender sender(name, {.slot_count = 2, .payload_bytes = 8});
        send(sender, "unread");
    }
    const ChannelShape more{.slot_count = 3, .payload_bytes = 8};
    check_mismatch<Sender>(more, {"slot_count = 2 (at least 3 was asked for)", "1 message in it is unread"});
    {
        Receiver receiver(name);
        receive(receiver).processed().value();
    }
    BOOST_TEST(Sender(name, more).info().slot_count == 3U);
}

BOOST_AUTO_TEST_CASE(a_persistent_one_is_never_replaced) {
    { const Sender sender(name, {.payload_bytes = 8, .participants = 4, .lifetime = Lifetime::persistent}); }
    check_mismatch<Sender>(ChannelShape{.payload_bytes = 8, .participants = 5},
                           {"participants = 4 (at least 5 was asked for)", "handoff rm"});
    remove();
    { const Publisher publisher(name, {.payload_bytes = 8, .loans = 1, .lifetime = Lifetime::persistent}); }
    check_mismatch<Publisher>(TopicShape{.payload_bytes = 8, .loans = 2}, {"loans = 1 (at least 2", "handoff rm"});
    remove();
    { const LatestBytes value(name, {.capacity_bytes = 8, .lifetime = Lifetime::persistent}); }
    check_throws([&] { LatestBytes(name, {.capacity_bytes = 9}); }, Errc::mismatch, "handoff rm");
    remove();
}

namespace {
/// Leaves a segment behind, as the dead do.
template <class Handle, class Shape>
void die_with(const UniqueName& name, const Shape& shape) {
    handoff::testing::Child target([&](handoff::testing::Checkpoints& checkpoints) {
        const Handle handle(name, shape);
        checkpoints.stop_at("open");
    });
    target.wait_for("open");
    target.kill();
}
}  // namespace

BOOST_AUTO_TEST_CASE(what_the_dead_left_is_replaced_if_any_field_cannot_do_it) {
    const ChannelShape small{
        .slot_count = 2, .payload_bytes = 8, .reply_bytes = 8, .participants = 4, .max_deliveries = 2};
    ChannelShape slots = small, reply = small, places = small, deliveries = small, in_place = small;
    slots.slot_count = 3;
    reply.reply_bytes = 9;
    places.participants = 5;
    deliveries.max_deliveries = 1;
    in_place.in_place = true;
    for (const ChannelShape& asked : {slots, reply, places, deliveries, in_place}) {
        die_with<Sender>(name, small);
        const auto old = handoff::inspect::Observer(name).report().instance;
        const Sender sender(name, asked);
        BOOST_TEST(sender.info().instance != old);
        BOOST_TEST(sender.info().slot_count == *asked.slot_count);
        BOOST_TEST(sender.info().max_deliveries == *asked.max_deliveries);
        BOOST_TEST(sender.info().in_place == asked.in_place.value_or(false));
    }
    die_with<Publisher>(name, TopicShape{.history = 2, .payload_bytes = 8});
    BOOST_TEST(Publisher(name, {.payload_bytes = 8, .pin_budget = 9}).info().pin_budget == 9U);
    die_with<LatestBytes>(name, LatestShape{.capacity_bytes = 8, .participants = 2});
    BOOST_TEST(LatestBytes(name, {.capacity_bytes = 8, .participants = 3}).info().participants == 3U);
}

BOOST_AUTO_TEST_CASE(what_the_dead_left_is_used_if_it_can_do_it_and_not_replaced_by_who_may_not_create) {
    const auto instance = [this] { return handoff::inspect::Observer(name).report().instance; };
    die_with<Sender>(name, ChannelShape{.slot_count = 4, .payload_bytes = 8});
    auto old = instance();
    { BOOST_TEST(Sender(name, {.slot_count = 3, .payload_bytes = 7}).info().instance == old); }
    BOOST_TEST(name.left_behind().empty());
    die_with<Sender>(name, ChannelShape{.slot_count = 4, .payload_bytes = 8});
    old = instance();
    check_mismatch<Sender>(ChannelShape{.slot_count = 5, .payload_bytes = 8}, {"handoff rm"}, {.open = Open::attach});
    BOOST_TEST_REQUIRE(!name.left_behind().empty());
    check_mismatch<Receiver>(ChannelShape{.slot_count = 5}, {"slot_count = 4 (at least 5 was asked for)"});
    BOOST_TEST_REQUIRE(!name.left_behind().empty());
    BOOST_TEST(instance() == old);
    remove();
}

BOOST_AUTO_TEST_SUITE_END()
