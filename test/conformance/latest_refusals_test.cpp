// What a latest value refuses; its handles moved from and inherited; what stays of it.
#include <handoff/topic.hpp>

#include <filesystem>
#include <functional>
#include <limits>
#include <optional>

#include "conformance/latest_fixture.hpp"

namespace latest_refusals_test {

using namespace conformance;
using handoff::Errc;
using handoff::Latest;
using handoff::LatestBytes;
using handoff::LatestShape;
using handoff::Lifetime;
using handoff::Open;
using handoff::testing::Checkpoints;
using handoff::testing::run_in_child;

struct Fixture : LatestValue {
    void check_invalid(const std::function<void(LatestShape&)>& spoil, std::string_view words,
                       Errc code = Errc::invalid_argument) {
        LatestShape spoiled = shape;
        spoil(spoiled);
        check_throws([&] { LatestBytes(name, spoiled); }, code, words);
        BOOST_TEST(name.left_behind().empty());
    }
};

}  // namespace latest_refusals_test

BOOST_FIXTURE_TEST_SUITE(latest_refusals_test, Fixture)

BOOST_AUTO_TEST_CASE(invalid_options_are_refused_before_anything_is_created) {
    check_invalid([](auto& o) { o.participants = 1; }, "participants = 1");
    check_invalid([](auto& o) { o.participants = 65; }, "64");
    check_invalid([](auto& o) { o.capacity_bytes = 0; }, "capacity_bytes = 0");
    check_invalid([](auto& o) { o.mode = 0400; }, "mode");
    check_invalid([](auto& o) { o.capacity_bytes = std::numeric_limits<std::size_t>::max(); }, beyond_memory_words,
                  beyond_memory);
    if constexpr (sizeof(std::size_t) == 8) {
        constexpr std::uint64_t one = 1;
        check_invalid([](auto& o) { o.capacity_bytes = static_cast<std::size_t>(one << 61); }, "memory");
        check_invalid([](auto& o) { o.capacity_bytes = static_cast<std::size_t>(one << 50); }, "", Errc::no_space);
    }
    check_invalid([](auto& o) { o.group = "no_such_group_anywhere"; }, "no_such_group_anywhere");
    check_throws([&] { LatestBytes("a/b", shape); }, Errc::invalid_argument);
    const auto wrong_wait = static_cast<handoff::WaitPolicy>(9);
    check_throws([&] { LatestBytes(name, shape, {.wait = wrong_wait}); }, Errc::invalid_argument, "wait");
    check_throws([&] { LatestBytes(name, {.open = Open::create}); }, Errc::invalid_argument, "capacity_bytes");
    check_throws([&] { LatestBytes(name, shape, {.open = Open::create, .read_only = true}); }, Errc::invalid_argument,
                 "read_only");
}

BOOST_AUTO_TEST_CASE(attaching_to_nothing_is_refused) {
    check_throws([&] { LatestBytes{name}; }, Errc::no_such_segment, name.str());
    check_throws([&] { LatestBytes(name, {.attach_timeout = 20ms, .read_only = true}); }, Errc::no_such_segment);
    check_throws([&] { Latest<int>(name, {.read_only = true}); }, Errc::no_such_segment);
    check_throws([&] { Latest<int>(name, {.open = Open::attach}); }, Errc::no_such_segment);
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(creating_twice_is_refused) {
    LatestBytes first(name, shape, {.open = Open::create});
    check_throws([&] { LatestBytes(name, shape, {.open = Open::create}); }, Errc::already_exists, name.str());
}

BOOST_AUTO_TEST_CASE(a_segment_of_another_kind_is_refused) {
    handoff::Publisher topic(name, {.payload_bytes = capacity});
    check_throws([&] { open(); }, Errc::wrong_kind, "topic");
    check_throws([&] { open_read_only(); }, Errc::wrong_kind, "topic");
    check_throws([&] { Latest<int>{name}; }, Errc::wrong_kind, "topic");
}

BOOST_AUTO_TEST_CASE(a_value_that_is_too_small_is_refused_and_one_that_is_large_enough_keeps_its_shape) {
    LatestBytes first = open();
    shape.capacity_bytes = capacity + 1;
    check_throws([&] { open(); }, Errc::mismatch, "513");
    check_throws([&] { LatestBytes(name, shape, {.read_only = true}); }, Errc::mismatch, "513");
    const auto info = LatestBytes(name, {.capacity_bytes = 3, .participants = 5}).info();
    BOOST_TEST(info.name == name.str());
    BOOST_TEST(info.capacity_bytes == capacity);
    BOOST_TEST(info.participants == 8U);
    BOOST_TEST((info.lifetime == Lifetime::until_last_leaves));
}

BOOST_AUTO_TEST_CASE(a_value_of_another_type_is_a_mismatch) {
    Latest<std::array<char, 16>> large(name);
    check_throws([&] { Latest<std::array<char, 17>>{name}; }, Errc::mismatch, "17");
    Latest<std::array<char, 8>> small(name);
    large.write({}).value();
    check_refused(small.read(), Errc::mismatch);
    check_refused(small.wait_newer(soon()), Errc::mismatch);
    small.write({}).value();
    check_refused(large.read(), Errc::mismatch);
    BOOST_TEST(small.read().has_value());
}

BOOST_AUTO_TEST_CASE(a_value_larger_than_the_capacity_or_the_buffer_is_refused) {
    LatestBytes value = open();
    check_refused(value.write(bytes(std::string(capacity + 1, 'x'))), Errc::too_large, "513");
    Bytes buffer;
    check_refused(value.read(buffer), Errc::empty);
    value.write(bytes("twelve bytes")).value();
    check_refused(value.read(std::span(buffer).first(11)), Errc::too_large, "12 bytes");
    BOOST_TEST(value.has_newer());
    check_refused(value.wait_newer(std::span(buffer).first(0), soon()), Errc::too_large);
    BOOST_TEST(value.read(std::span(buffer).first(12)).value().size == 12U);
}

BOOST_AUTO_TEST_CASE(a_read_only_handle_cannot_write_and_takes_no_place) {
    shape.participants = 2;
    LatestBytes one = open(), two = open();
    check_throws([&] { open(); }, Errc::too_many_participants, "2");
    LatestBytes reader = open_read_only(), another = open_read_only();
    check_refused(reader.write(bytes("x")), Errc::invalid_argument, "read_only");
    two.write(bytes("x")).value();
    Bytes buffer;
    BOOST_TEST(reader.read(buffer).value().sequence == 1U);
    BOOST_TEST(another.wait_newer(buffer, soon()).value().sequence == 1U);
}

BOOST_AUTO_TEST_CASE(a_handle_moved_from_is_refused_and_the_other_works) {
    LatestBytes value = open();
    LatestBytes moved = std::move(value);
    Bytes buffer;
    check_refused(value.write(bytes("x")), Errc::invalid_handle);
    check_refused(value.read(buffer), Errc::invalid_handle);
    check_refused(value.wait_newer(buffer, soon()), Errc::invalid_handle);
    check_throws([&] { (void)value.info(); }, Errc::invalid_handle);
    check_throws([&] { (void)value.waitable(); }, Errc::invalid_handle);
    check_throws([&] { (void)value.descriptor(); }, Errc::invalid_handle);
    BOOST_TEST(moved.write(bytes("x")).value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_child_of_fork_inherits_no_handle_and_disturbs_nobody) {
    LatestBytes value = open();
    value.write(bytes("ours")).value();
    Bytes buffer;
    run_in_child([&](Checkpoints&) {
        check_refused(value.write(bytes("x")), Errc::invalid_handle);
        check_refused(value.read(buffer), Errc::invalid_handle);
        check_refused(value.wait_newer(buffer, soon()), Errc::invalid_handle);
        { const LatestBytes gone = std::move(value); }
        LatestBytes own{name};
        BOOST_TEST(own.read(buffer).value().size == 4U);
    });
    BOOST_TEST(value.read(buffer).value().sequence == 1U);
    BOOST_TEST(value.write(bytes("x")).value() == 2U);
}

BOOST_AUTO_TEST_CASE(a_latest_value_goes_with_the_last_who_leaves_unless_it_is_persistent) {
    { open().write(bytes("x")).value(); }
    BOOST_TEST(name.left_behind().empty());
    shape.lifetime = Lifetime::persistent;
    { open().write(bytes("stays")).value(); }
    BOOST_TEST(name.left_behind().size() == 1U);
    Bytes buffer;
    for (const bool read_only : {true, false}) {
        LatestBytes again = read_only ? open_read_only() : LatestBytes(name);
        BOOST_TEST((again.info().lifetime == Lifetime::persistent));
        BOOST_TEST(again.read(buffer).value().sequence == 1U);
    }
    for (const auto& file : name.left_behind()) std::filesystem::remove(file);
}

BOOST_AUTO_TEST_CASE(a_read_only_handle_that_leaves_last_leaves_the_removal_to_the_next_one) {
    {
        auto writer = std::make_optional(open());
        const LatestBytes reader = open_read_only();
        writer.reset();
    }
    BOOST_TEST(name.left_behind().size() == 1U);
    { open(); }
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_SUITE_END()
