// Finding, cleaning, removing, planning.
#include <sys/stat.h>

#include "fixture.hpp"
#include "platform/lock_file.hpp"
#include "segment/segment.hpp"

namespace cleanup_test {

using namespace handoff;
using namespace handoff::test;

/// A receiver that dies with one of two messages in its hands; the sender dies, too.
void leave_corpses(const UniqueName& name) {
    Child receiver([&](Checkpoints& checkpoints) {
        Receiver mine(name, small_channel());
        const Request request = mine.receive(soon).value();
        checkpoints.stop_at("taken");
    });
    Child sender([&](Checkpoints& checkpoints) {
        Sender mine(name, small_channel());
        send(mine, 1, 1);
        send(mine, 1, 2);
        checkpoints.stop_at("sent");
    });
    sender.wait_for("sent");
    receiver.wait_for("taken");
    sender.kill();
    receiver.kill();
}

std::vector<std::string> names_found(const std::string& glob) {
    std::vector<std::string> names;
    for (const auto& file : inspect::find(glob)) names.push_back(file.name);
    return names;
}

}  // namespace cleanup_test

BOOST_AUTO_TEST_SUITE(cleanup_test)

BOOST_AUTO_TEST_CASE(segments_are_found_by_pattern_and_sorted) {
    const UniqueName base;
    const std::string b = base.str() + "-b", a = base.str() + "-a";
    {
        const Sender one(b, small_channel());
        const Publisher two(a, small_topic());
        BOOST_TEST((names_found(base.str() + "*") == std::vector{a, b}));
        BOOST_TEST((names_found(base.str() + "-[b]") == std::vector{b}));
        BOOST_TEST(names_found(base.str() + "-c").empty());
        const auto found = inspect::find(a);
        BOOST_TEST_REQUIRE(found.size() == 1U);
        BOOST_TEST(found[0].file_bytes == std::filesystem::file_size(detail::segment::segment_path(a)));
    }
    BOOST_TEST(names_found(base.str() + "*").empty());
}

BOOST_AUTO_TEST_CASE(a_name_that_resembles_one_is_corrected_and_others_are_not) {
    const UniqueName base;
    const std::string frames = base.str() + "-frames", left = base.str() + "-left";
    const Sender one(frames, small_channel());
    const Publisher two(left, small_topic());
    const std::string meant = "; did you mean '" + frames + "'?";
    for (const std::string& wrong : {base.str() + "-frame", base.str() + "-Frames", base.str() + "-farmes",
                                     base.str() + "-framess", frames + "-2026"})
        BOOST_TEST(inspect::did_you_mean(wrong) == meant, wrong << inspect::did_you_mean(wrong));
    BOOST_TEST(inspect::did_you_mean(frames) == "");
    BOOST_TEST(inspect::did_you_mean("zqxjkvbw-9") == "");
    BOOST_TEST(inspect::did_you_mean("a/b") == "");
    BOOST_TEST(inspect::did_you_mean("") == "");
    BOOST_TEST(refusal_of([&] { (void)Observer(base.str() + "-frame"); }).message().ends_with(meant));
    BOOST_TEST(inspect::remove(base.str() + "-frame").error().message().ends_with(meant));
}

BOOST_AUTO_TEST_CASE(what_the_dead_held_is_given_back_and_unread_messages_stay) {
    const UniqueName name;
    leave_corpses(name);
    const auto would = inspect::clean(name.str(), true).value();
    BOOST_TEST(would.recovered == 2U);
    BOOST_TEST(!would.removed);
    BOOST_TEST(Observer(name).report().participants.size() == 2U, "a dry run changed something");
    const auto did = inspect::clean(name.str()).value();
    BOOST_TEST(did.recovered == 2U);
    BOOST_TEST(!did.removed);
    BOOST_TEST(did.kept_because.find("2 unread") != std::string::npos, did.kept_because);
    BOOST_TEST(Observer(name).report().participants.empty());
    Receiver receiver(name);
    BOOST_TEST(receiver.receive(soon).value().payload().size() == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_needs_it_so_it_goes) {
    const UniqueName name;
    Child child([&](Checkpoints& checkpoints) {
        Publisher publisher(name, small_topic());
        publish(publisher, 1, 1);
        checkpoints.stop_at("published");
    });
    child.wait_for("published");
    const auto alive = inspect::clean(name.str()).value();
    BOOST_TEST(!alive.removed);
    BOOST_TEST(alive.kept_because.find("in use by") != std::string::npos, alive.kept_because);
    child.kill();
    BOOST_TEST(inspect::clean(name.str(), true).value().removed);
    BOOST_TEST(!name.left_behind().empty());
    BOOST_TEST(inspect::clean(name.str()).value().removed);
    BOOST_TEST(name.left_behind().empty());
    HANDOFF_TEST_CODE(inspect::clean(name.str()).error(), Errc::no_such_segment);
}

BOOST_AUTO_TEST_CASE(a_persistent_one_stays_until_it_is_removed) {
    const UniqueName name;
    {
        auto shape = small_latest();
        shape.lifetime = Lifetime::persistent;
        (void)LatestBytes(name, shape).write(std::vector<std::byte>(1)).value();
    }
    const auto cleaned = inspect::clean(name.str()).value();
    BOOST_TEST(!cleaned.removed);
    BOOST_TEST(cleaned.kept_because.find("handoff rm") != std::string::npos, cleaned.kept_because);
    inspect::remove(name.str()).value();
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(a_lock_file_of_an_older_layout_goes_with_the_name_unless_somebody_holds_it) {
    const UniqueName name;
    const std::string old = detail::segment::old_lock_path(name);
    std::ofstream(old) << "";
    BOOST_TEST(inspect::find(name.str()).empty());
    inspect::remove(name.str()).value();
    BOOST_TEST(name.left_behind().empty());
    HANDOFF_TEST_CODE(inspect::remove(name.str()).error(), Errc::no_such_segment);

    { const Sender sender(name, {.slot_count = 2, .payload_bytes = 100, .lifetime = Lifetime::persistent}); }
    std::ofstream(old) << "";
    {
        auto user = detail::platform::LockFile::open(old, detail::platform::Access::read_write);
        BOOST_TEST_REQUIRE(user.try_shared(detail::segment::in_use_byte));
        HANDOFF_TEST_CODE(inspect::remove(name.str()).error(), Errc::mismatch);
        BOOST_TEST(name.left_behind().size() == 2U);
    }
    inspect::remove(name.str()).value();
    BOOST_TEST(name.left_behind().empty());
}

/// Programs of that layout take its lock to say that they are there.
BOOST_AUTO_TEST_CASE(not_even_force_removes_a_lock_file_of_an_older_layout_that_somebody_holds) {
    const UniqueName name;
    const std::string old = detail::segment::old_lock_path(name);
    { const Sender sender(name, {.slot_count = 2, .payload_bytes = 100, .lifetime = Lifetime::persistent}); }
    std::ofstream(old) << "";
    {
        auto user = detail::platform::LockFile::open(old, detail::platform::Access::read_write);
        BOOST_TEST_REQUIRE(user.try_shared(detail::segment::in_use_byte));
        inspect::remove(name.str(), true).value();
        BOOST_TEST((name.left_behind() == std::vector{old}));
        HANDOFF_TEST_CODE(inspect::remove(name.str()).error(), Errc::no_such_segment);
        BOOST_TEST((name.left_behind() == std::vector{old}));
    }
    inspect::remove(name.str(), true).value();
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(processes_that_still_use_a_removed_segment_are_listed) {
    const UniqueName name, other;
    const Sender here(other, small_channel());
    testing::Child user([&](testing::Checkpoints& checkpoints) {
        const Sender sender(name, small_channel());
        checkpoints.stop_at("there");
    });
    user.wait_for("there");
    const auto listed = [&] {
        const auto all = inspect::removed_in_use();
        return std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name.str(); }) !=
               all.end();
    };
    BOOST_TEST(!listed());
    inspect::remove(name.str(), true).value();
    const auto all = inspect::removed_in_use();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name.str(); });
    BOOST_TEST_REQUIRE((found != all.end()));
    BOOST_TEST(found->pid == static_cast<std::uint32_t>(user.pid()));
    BOOST_TEST(found->program == "test_inspect");
    user.kill();
    BOOST_TEST(!listed());
}

BOOST_AUTO_TEST_CASE(what_is_no_file_of_ours_is_refused_by_its_name_and_nothing_hangs) {
    const auto refused = [](const UniqueName& name, const char* what) {
        for (const Failure& failure : {refusal_of([&] { const Observer observer(name.str()); }),
                                       inspect::clean(name.str()).error(), inspect::remove(name.str()).error()}) {
            HANDOFF_TEST_CODE(failure, Errc::not_a_segment);
            check_message(failure, detail::segment::segment_path(name), what, "remove it");
        }
        BOOST_TEST(detail::platform::name_exists(detail::segment::segment_path(name)));
    };
    testing::run_in_child([&](testing::Checkpoints&) {  // killed if it hangs
        const UniqueName pipe, directory, link;
        BOOST_TEST_REQUIRE(mkfifo(detail::segment::segment_path(pipe).c_str(), 0600) == 0);
        refused(pipe, "named pipe");
        std::filesystem::create_directory(detail::segment::segment_path(directory));
        refused(directory, "directory");
        std::filesystem::create_symlink("/dev/null", detail::segment::segment_path(link));
        refused(link, "symbolic link");
        inspect::remove(pipe.str(), true).value();
        inspect::remove(link.str(), true).value();
    });
}

BOOST_AUTO_TEST_CASE(what_is_in_use_is_removed_by_force_only_and_its_users_go_on) {
    const UniqueName name;
    Sender sender(name, small_channel());
    Receiver receiver(name);
    const auto refused = inspect::remove(name.str());
    HANDOFF_TEST_CODE(refused.error(), Errc::mismatch);
    check_message(refused.error(), "in use by test_inspect", "--force");
    inspect::remove(name.str(), true).value();
    BOOST_TEST(name.left_behind().empty());
    send(sender, 1, 1);
    BOOST_TEST(bool(receiver.receive(soon)));
    const Sender afresh(name, small_channel());
    BOOST_TEST(Observer(name).report().participants.size() == 1U);
    HANDOFF_TEST_CODE(inspect::remove("no-such-segment-anywhere").error(), Errc::no_such_segment);
}

BOOST_AUTO_TEST_CASE(a_plan_is_what_it_takes_to_the_byte) {
    const UniqueName name, topic, latest;
    const Sender sender(name, small_channel());
    const Publisher publisher(topic, small_topic());
    const LatestBytes value(latest, small_latest());
    const auto size = [](const UniqueName& of) {
        return std::filesystem::file_size(detail::segment::segment_path(of));
    };
    BOOST_TEST(inspect::segment_bytes(small_channel()).value() == size(name));
    BOOST_TEST(inspect::segment_bytes(small_topic()).value() == size(topic));
    BOOST_TEST(inspect::segment_bytes(small_latest()).value() == size(latest));
    HANDOFF_TEST_CODE(inspect::segment_bytes(ChannelShape{}).error(), Errc::invalid_argument);
    HANDOFF_TEST_CODE(inspect::segment_bytes(ChannelShape{.slot_count = 0, .payload_bytes = 1}).error(),
                      Errc::invalid_argument);
    HANDOFF_TEST_CODE(inspect::segment_bytes(TopicShape{.payload_bytes = std::size_t{1} << 62}).error(),
                      Errc::invalid_argument);
    BOOST_TEST(bool(inspect::fits(4096)));
    HANDOFF_TEST_CODE(inspect::fits(std::uint64_t{1} << 60).error(), Errc::no_space);
    const auto memory = inspect::memory();
    BOOST_TEST(memory.free_bytes <= memory.total_bytes);
    BOOST_TEST(memory.total_bytes > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
