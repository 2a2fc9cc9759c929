// What is refused, and that a refusal changes nothing.
#include <filesystem>
#include <functional>
#include <limits>
#include <set>

#include "conformance/fixture.hpp"

namespace refusals_test {

using namespace conformance;
using handoff::ChannelShape;
using handoff::Errc;
using handoff::HandleOptions;
using handoff::Open;
using handoff::Receiver;
using handoff::Sender;

/// The files of this name in shared memory, of any owner.
std::set<std::string> files(const std::string& name) {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm"))
        if (entry.path().filename().string().find(name) != std::string::npos) found.insert(entry.path().string());
    return found;
}

struct Fixture : Channel {
    /// Refuses this shape for a sender and a receiver, and leaves no file.
    void check_invalid(const std::function<void(ChannelShape&)>& spoil, std::string_view words,
                       Errc code = Errc::invalid_argument) {
        ChannelShape spoiled = shape;
        spoil(spoiled);
        check_both(spoiled, {}, words, code);
    }
    void check_invalid(const HandleOptions& handle, std::string_view words) {
        check_both(shape, handle, words, Errc::invalid_argument);
    }

private:
    void check_both(const ChannelShape& asked, const HandleOptions& handle, std::string_view words, Errc code) {
        check_throws([&] { Sender(name, asked, handle); }, code, words);
        check_throws([&] { Receiver(name, asked, handle); }, code, words);
        BOOST_TEST(files(name.str()).empty());
    }
};

}  // namespace refusals_test

BOOST_FIXTURE_TEST_SUITE(refusals_test, Fixture)

BOOST_AUTO_TEST_CASE(invalid_options_are_refused_before_anything_is_created) {
    check_invalid([](auto& o) { o.slot_count = 0; }, "slot_count = 0");
    check_invalid([](auto& o) { o.slot_count = 65'536; }, "65535");
    check_invalid([](auto& o) { o.participants = 1; }, "participants = 1");
    check_invalid([](auto& o) { o.participants = 1'025; }, "1024");
    check_invalid([](auto& o) { o.max_deliveries = 256; }, "max_deliveries = 256");
    check_invalid([](auto& o) { o.payload_bytes = 0; }, "payload_bytes");
    check_invalid([](auto& o) { o.mode = 0400; }, "mode");
    check_invalid([](auto& o) { o.mode = 01600; }, "mode");
    check_invalid([](auto& o) { o.lifetime = static_cast<handoff::Lifetime>(2); }, "lifetime");
    check_invalid({.wait = static_cast<handoff::WaitPolicy>(9)}, "wait");
    check_invalid({.open = static_cast<Open>(3)}, "open");
    check_invalid({.timestamps = static_cast<handoff::Timestamps>(2)}, "timestamps");
    check_invalid([](auto& o) { o.payload_bytes = std::numeric_limits<std::size_t>::max(); }, beyond_memory_words,
                  beyond_memory);
    check_invalid(
        [](auto& o) { o.slot_count = 1000, o.payload_bytes = std::numeric_limits<std::size_t>::max() / 1000; },
        beyond_memory_words, beyond_memory);
    check_invalid([](auto& o) { o.reply_bytes = std::numeric_limits<std::size_t>::max() - 100; }, beyond_memory_words,
                  beyond_memory);
}

BOOST_AUTO_TEST_CASE(a_group_that_does_not_exist_is_refused) {
    check_invalid([](auto& o) { o.group = "no_such_group_anywhere"; }, "no_such_group_anywhere");
}

BOOST_AUTO_TEST_CASE(more_than_there_is_is_refused_before_it_is_allocated) {
    if constexpr (sizeof(std::size_t) == 8)
        check_invalid([](auto& o) { o.payload_bytes = static_cast<std::size_t>(std::uint64_t{1} << 50); }, "",
                      Errc::no_space);
}

BOOST_AUTO_TEST_CASE(bad_names_are_refused) {
    for (const std::string& bad : {std::string(), std::string("a/b"), std::string(201, 'x'), std::string("x.lock"),
                                   std::string("with space"), std::string("..").append(1, '\0')}) {
        check_throws([&] { Sender(bad, shape); }, Errc::invalid_argument);
        check_throws([&] { Receiver{bad}; }, Errc::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE(attaching_to_nothing_is_refused) {
    check_throws([&] { Receiver{name}; }, Errc::no_such_segment, name.str());
    check_throws([&] { Sender{name}; }, Errc::no_such_segment, name.str());
    check_throws([&] { Sender(name, shape, {.open = Open::attach}); }, Errc::no_such_segment);
    BOOST_TEST(files(name.str()).empty());
}

BOOST_AUTO_TEST_CASE(attaching_waits_until_its_deadline) {
    const auto start = std::chrono::steady_clock::now();
    check_throws([&] { Receiver(name, {.attach_timeout = 50ms}); }, Errc::no_such_segment);
    BOOST_TEST((std::chrono::steady_clock::now() - start >= 50ms));
}

BOOST_AUTO_TEST_CASE(creating_twice_is_refused) {
    const HandleOptions create{.open = Open::create};
    Sender first(name, shape, create);
    const auto before = files(name.str());
    check_throws([&] { Sender(name, shape, create); }, Errc::already_exists, name.str());
    check_throws([&] { Receiver(name, shape, create); }, Errc::already_exists);
    BOOST_TEST((files(name.str()) == before));
}

BOOST_AUTO_TEST_CASE(more_participants_than_places_are_refused) {
    shape.participants = 2;
    Sender first(name, shape);
    Receiver second(name);
    check_throws([&] { Receiver{name}; }, Errc::too_many_participants, "2");
    send(first, "still works");
    BOOST_TEST(text(receive(second).payload()) == "still works");
    second.receive(soon()).value().processed().value();
}

BOOST_AUTO_TEST_CASE(in_place_is_refused_where_it_is_not) {
    Sender first = sender();
    shape.in_place = true;
    check_throws([&] { Sender(name, shape); }, Errc::mismatch, "in_place");
}

BOOST_AUTO_TEST_CASE(a_loan_larger_than_a_slot_is_refused) {
    Sender sender = this->sender();
    auto loan = sender.loan(soon()).value();
    BOOST_TEST(loan.size() == *shape.payload_bytes);
    BOOST_TEST(loan.payload().size() == *shape.payload_bytes);
    check_refused(loan.resize(*shape.payload_bytes + 1), Errc::too_large, "257 bytes");
    BOOST_TEST(loan.size() == *shape.payload_bytes);
    loan.resize(0).value();
    loan.resize(*shape.payload_bytes).value();
}

BOOST_AUTO_TEST_CASE(an_image_that_does_not_fit_is_refused) {
    Sender sender = this->sender();
    auto loan = sender.loan(soon()).value();
    check_refused(loan.describe(handoff::Image::of(17, 16, handoff::Encoding::mono8)), Errc::too_large);
    check_refused(loan.describe(handoff::Image::of(0, 16, handoff::Encoding::mono8)), Errc::invalid_argument);
    check_refused(loan.describe(handoff::Image::of(4, 4, static_cast<handoff::Encoding>(999))), Errc::invalid_argument);
    BOOST_TEST(!loan.image().is_image());
    BOOST_TEST(loan.size() == *shape.payload_bytes);
}

BOOST_AUTO_TEST_CASE(a_loan_of_another_sender_is_refused) {
    Sender one = sender(), two = sender();
    auto loan = one.loan(soon()).value();
    check_refused(two.send(std::move(loan)), Errc::invalid_argument, "another Sender");
    check_all_free(one);
}

BOOST_AUTO_TEST_CASE(an_answer_larger_than_the_reply_area_is_refused_and_the_request_stays) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "question");
    auto request = receive(receiver);
    check_refused(request.processed(std::size_t{65}), Errc::too_large, "65 bytes");
    check_refused(request.processed(bytes(std::string(65, 'x'))), Errc::too_large, "64");
    check_refused(request.describe_reply(handoff::Image::of(5, 13, handoff::Encoding::mono8)), Errc::too_large);
    BOOST_TEST(!pending.was_answered());
    request.processed(bytes("answer")).value();
    BOOST_TEST(text(pending.wait(soon()).value().reply()) == "answer");
}

BOOST_AUTO_TEST_CASE(a_channel_without_reply_area_takes_no_answer) {
    shape.reply_bytes = 0;
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    auto pending = request_async(sender, "question");
    auto request = receive(receiver);
    BOOST_TEST(request.reply().empty());
    check_refused(request.processed(bytes("x")), Errc::too_large);
    check_refused(request.describe_reply(handoff::Image::of(1, 1, handoff::Encoding::mono8)), Errc::too_large);
    request.processed().value();
    BOOST_TEST(pending.wait(soon()).value().reply().empty());
}

BOOST_AUTO_TEST_CASE(a_request_is_finished_once) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    for (const bool fails : {false, true}) {
        send(sender, "x");
        auto request = receive(receiver);
        if (fails)
            request.failed("no").value();
        else
            request.processed().value();
        check_refused(request.processed(), Errc::invalid_handle);
        check_refused(request.processed(std::size_t{0}), Errc::invalid_handle);
        check_refused(request.processed(bytes("")), Errc::invalid_handle);
        check_refused(request.failed("again"), Errc::invalid_handle);
        check_refused(request.editable(), Errc::invalid_handle);
        check_refused(request.describe_reply(handoff::Image{}), Errc::invalid_handle);
        BOOST_TEST(request.payload().empty());
        BOOST_TEST(request.reply().empty());
    }
    check_all_free(sender);
    BOOST_TEST(sender.state().redelivered == 0U);
}

BOOST_AUTO_TEST_CASE(editing_is_refused_where_the_channel_is_not_in_place) {
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    send(sender, "x");
    auto request = receive(receiver);
    check_refused(request.editable(), Errc::invalid_argument, "in_place");
    check_refused(request.describe(handoff::Image::of(1, 1, handoff::Encoding::mono8)), Errc::invalid_argument);
    request.processed().value();
}

BOOST_AUTO_TEST_SUITE_END()
