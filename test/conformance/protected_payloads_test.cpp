// protect_payloads: what a handle receives lies where the kernel refuses a write.
#include <handoff/topic.hpp>

#include <signal.h>

#include <algorithm>

#include "conformance/topic_fixture.hpp"
#include "platform/mappings.hpp"

namespace protected_payloads_test {

using namespace conformance;
using handoff::HandleOptions;
using handoff::Message;
using handoff::Receiver;
using handoff::Sender;
using handoff::Subscriber;
using handoff::test::rights_at;
using handoff::test::rights_of_file;
using handoff::testing::Checkpoints;
using handoff::testing::Child;

const HandleOptions protecting{.protect_payloads = true};

template <class Bytes>
bool may_be_written(const Bytes& bytes) {
    const std::string rights = rights_at(bytes.data());
    BOOST_TEST_REQUIRE(!rights.empty());
    return rights[1] == 'w';
}

/// As OpenCV does, which does not know that the bytes are not its own.
void draw_on(std::span<const std::byte> bytes) {
    std::ranges::fill(std::span(const_cast<std::byte*>(bytes.data()), bytes.size()), std::byte{'#'});
}

/// By a write that was refused. Sanitizers have a handler of their own, which prints a report and exits.
bool was_refused(Child& child) {
    BOOST_TEST(child.ends_within(long_timeout));
    try {
        child.wait();
    } catch (const handoff::testing::ChildFailed& failed) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        return !failed.exit().ok();
#else
        return failed.exit().signal == SIGSEGV;
#endif
    }
    return false;
}

std::string path_of(const handoff::testing::UniqueName& name) {
    return "/dev/shm/handoff." + name.str();
}

/// What a channel's handles give out may be written, in this order: loan, request, its reply, the payload and the reply
/// that come back.
std::vector<bool> written_on(const Channel& channel, const HandleOptions& handle) {
    std::vector<bool> may;
    Sender sender(channel.name, channel.shape, handle);
    Receiver receiver(channel.name, handle);
    auto loan = loan_with(sender, "x");
    may.push_back(may_be_written(loan.payload()));
    auto pending = sender.request_async(std::move(loan)).value();
    auto request = receive(receiver);
    BOOST_TEST(text(request.payload()) == "x");
    may.push_back(may_be_written(request.payload()));
    may.push_back(may_be_written(request.reply()));
    request.processed(bytes("answer")).value();
    const auto processed = pending.wait(soon()).value();
    BOOST_TEST(text(processed.payload()) == "x");
    BOOST_TEST(text(processed.reply()) == "answer");
    may.push_back(may_be_written(processed.payload()));
    may.push_back(may_be_written(processed.reply()));
    return may;
}

}  // namespace protected_payloads_test

BOOST_AUTO_TEST_SUITE(protected_payloads_test)

BOOST_FIXTURE_TEST_CASE(what_is_received_from_a_channel_is_read_only_and_what_is_to_be_written_is_not, Channel) {
    BOOST_TEST(written_on(*this, protecting) == (std::vector{true, false, true, false, false}),
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(without_it_there_is_one_mapping, Channel) {
    BOOST_TEST(written_on(*this, {}) == (std::vector{true, true, true, true, true}), boost::test_tools::per_element());
    const Sender sender = this->sender();
    BOOST_TEST(rights_of_file(path_of(name)) == "rw-s");
}

BOOST_FIXTURE_TEST_CASE(a_request_that_may_be_edited_is_writable, Channel) {
    shape.in_place = true;
    Sender sender(name, shape, protecting);
    Receiver receiver(name, protecting);
    auto pending = request_async(sender, "before");
    auto request = receive(receiver);
    const auto editable = request.editable().value();
    BOOST_TEST(may_be_written(editable));
    BOOST_TEST((editable.data() == request.payload().data()));
    std::ranges::copy(bytes("behind"), editable.begin());
    request.processed().value();
    const auto processed = pending.wait(soon()).value();
    BOOST_TEST(text(processed.payload()) == "behind");
    BOOST_TEST(!may_be_written(processed.payload()));
}

BOOST_FIXTURE_TEST_CASE(what_a_topic_hands_out_is_read_only, Topic) {
    auto publisher = this->publisher();
    Subscriber subscriber(name, {.protect_payloads = true});
    auto loan = publisher.loan().value();
    BOOST_TEST(may_be_written(loan.payload()));
    publish(publisher, "x");
    const Message message = subscriber.next(soon()).value();
    BOOST_TEST(text(message.payload()) == "x");
    BOOST_TEST(!may_be_written(message.payload()));
    Subscriber plain = this->subscriber();
    BOOST_TEST(may_be_written(plain.next(soon()).value().payload()));
}

BOOST_FIXTURE_TEST_CASE(who_holds_no_message_has_no_second_mapping, Topic) {
    {
        const handoff::Publisher publisher(name, shape, protecting);
        BOOST_TEST(rights_of_file(path_of(name)) == "rw-s");
        const Subscriber copying(name, {.protect_payloads = true, .pins = 0});
        BOOST_TEST(rights_of_file(path_of(name)) == "rw-s rw-s");
        const Subscriber reading(name, {.protect_payloads = true, .read_only = true});
        const std::string rights = rights_of_file(path_of(name));
        BOOST_TEST(std::count(rights.begin(), rights.end(), 's') == 3);
    }
    BOOST_TEST(rights_of_file(path_of(name)).empty());
}

BOOST_FIXTURE_TEST_CASE(both_mappings_last_as_long_as_a_message_and_no_longer, Topic) {
    {
        std::optional<Message> message;
        {
            auto publisher = this->publisher();
            Subscriber subscriber(name, {.protect_payloads = true});
            publish(publisher, "x");
            message.emplace(subscriber.next(soon()).value());
        }
        BOOST_TEST(text(message->payload()) == "x");
    }
    BOOST_TEST(rights_of_file(path_of(name)).empty());
}

BOOST_FIXTURE_TEST_CASE(who_draws_on_a_message_dies_and_the_others_see_what_was_published, Topic) {
    auto publisher = this->publisher();
    auto bystander = subscriber();
    Child viewer([&](Checkpoints& checkpoints) {
        Subscriber subscriber(name, {.protect_payloads = true, .start = handoff::Start::oldest});
        checkpoints.reach("attached");
        draw_on(subscriber.next(soon()).value().payload());
    });
    viewer.wait_for("attached");
    publish(publisher, "a frame");
    BOOST_TEST(was_refused(viewer));
    check_message(bystander.next(soon()), "a frame", 1, 0);
}

BOOST_FIXTURE_TEST_CASE(who_draws_on_a_request_dies_and_it_is_delivered_again_as_it_was_sent, Channel) {
    Sender sender = this->sender();
    send(sender, "a frame");
    Child worker([&](Checkpoints&) {
        Receiver receiver(name, protecting);
        draw_on(receive(receiver).payload());
    });
    BOOST_TEST(was_refused(worker));
    Receiver receiver = this->receiver();
    auto request = receive(receiver);
    BOOST_TEST(request.deliveries() == 2U);
    BOOST_TEST(text(request.payload()) == "a frame");
    request.processed().value();
}

BOOST_AUTO_TEST_SUITE_END()
