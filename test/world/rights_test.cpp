// Other users: which may attach, only read, or remove, and the error messages.
#include <array>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/lock_file.hpp"
#include "segment/name.hpp"
#include "segment/segment_layout.hpp"
#include "world.hpp"

namespace rights_test {

using namespace handoff;
using namespace handoff::test;

constexpr unsigned somebody = 12'345;
constexpr unsigned a_group = 54'321;

struct TwoUsers : Line {
    /// Runs as another user.
    static void as(unsigned uid, const Child::Function& body, const std::vector<unsigned>& groups = {}) {
        run_in_child([&](Checkpoints& checkpoints) {
            become(uid, groups);
            body(checkpoints);
        });
    }
    /// Changes the group of what was created; a group without a name in the machine's files.
    void give_to(unsigned gid) const {
        for (const auto& file : name.left_behind())
            BOOST_TEST_REQUIRE(chown(file.c_str(), static_cast<uid_t>(-1), gid) == 0);
    }
};

}  // namespace rights_test

BOOST_FIXTURE_TEST_SUITE(rights_test, TwoUsers, *boost::unit_test::precondition(needs_other_users))

BOOST_AUTO_TEST_CASE(another_user_is_refused_with_owner_mode_and_what_to_do) {
    Sender sender = this->sender();
    as(nobody, [&](Checkpoints&) {
        for (const Open open : {Open::attach, Open::create_or_attach}) {
            const Failure failure = refusal_of([&] { Receiver(name, shape, {.open = open}); });
            HANDOFF_TEST_CODE(failure, Errc::permission_denied);
            check_message(failure, detail::segment::segment_path(name.str()), "owner uid 0", "mode 0600",
                          "you are uid 65534", "wider mode");
        }
        HANDOFF_TEST_CODE(refusal_of([&] { Receiver(name, shape, {.open = Open::create}); }), Errc::already_exists);
    });
    Receiver receiver = this->receiver();
    check_works(sender, receiver);
}

BOOST_AUTO_TEST_CASE(a_group_shares_a_channel_and_recovers_each_others_dead) {
    shape.mode = 0660;
    Sender sender = this->sender();
    give_to(a_group);
    send(sender, 1);
    as(somebody, [&](Checkpoints&) { HANDOFF_TEST_CODE(refusal_of([&] { receiver(); }), Errc::permission_denied); });
    kill_in_the_middle([&](Checkpoints& checkpoints) {
        become(somebody, {a_group});
        Receiver receiver_ = receiver();
        const Request request = receiver_.receive(soon).value();
        checkpoints.stop_at("in the middle");
    });
    as(nobody,
       [&](Checkpoints&) {  // another user finishes what the dead one had
           Receiver worker = receiver();
           auto request = worker.receive(soon).value();
           BOOST_TEST(request.deliveries() == 2U);
           BOOST_TEST(request.processed().has_value());
           Sender own = this->sender();
           check_works(own, worker);
       },
       {a_group});
}

BOOST_AUTO_TEST_CASE(a_group_that_one_is_not_in_cannot_be_given_the_segment) {
    shape.mode = 0660;
    shape.group = "daemon";
    as(somebody, [&](Checkpoints&) {
        const Failure failure = refusal_of([&] { sender(); });
        HANDOFF_TEST_CODE(failure, Errc::permission_denied);
        check_message(failure, "group daemon");
        BOOST_TEST(name.left_behind().empty());
    });
}

BOOST_AUTO_TEST_CASE(everybody_may_read_a_topic_with_mode_0644_and_nobody_else_may_write) {
    const TopicShape topic{.history = 4, .payload_bytes = 100, .mode = 0644};
    Publisher publisher(name, topic);
    const auto publish = [&](std::uint64_t id) {
        Loan loan = publisher.loan().value();
        fill(loan.payload(), id);
        publisher.publish(std::move(loan)).value();
    };
    publish(1);
    Child reader([&](Checkpoints& checkpoints) {
        become(nobody);
        std::array<std::byte, 100> buffer{};
        const Failure failure = refusal_of([&] { Subscriber subscriber(name); });
        HANDOFF_TEST_CODE(failure, Errc::permission_denied);
        check_message(failure, "mode 0644");
        Subscriber subscriber(name, {.start = Start::oldest, .read_only = true});
        BOOST_TEST(subscriber.copy_next(buffer, soon).has_value());
        checkpoints.stop_at("read one");
        BOOST_TEST(subscriber.copy_next(buffer, soon).has_value());
        BOOST_TEST(is_whole(buffer));
        BOOST_TEST(id_of(buffer) == 2U);
    });
    reader.wait_for("read one");
    publish(2);
    reader.go_on();
    reader.wait();
}

BOOST_AUTO_TEST_CASE(in_a_sticky_dev_shm_another_user_uses_what_the_dead_left_and_cannot_remove_it) {
    struct stat directory {};
    BOOST_TEST_REQUIRE(stat("/dev/shm", &directory) == 0);
    BOOST_TEST_REQUIRE((directory.st_mode & S_ISVTX) != 0U);
    shape.mode = 0666;
    kill_in_the_middle([&](Checkpoints& checkpoints) {
        become(somebody);
        Sender own = sender();
        send(own, 1);
        checkpoints.stop_at("in the middle");
    });
    as(nobody, [&](Checkpoints&) {
        Receiver worker = receiver();
        BOOST_TEST(serve(worker) == 1U);
        Sender own = sender();
        check_works(own, worker);
    });
    // The last participant was not allowed to remove it: it is whole, and the report shows it.
    BOOST_TEST(name.left_behind().size() == 1U);
    detail::segment::SegmentHeader header{};
    const detail::platform::Descriptor file =
        detail::platform::open_existing(detail::segment::segment_path(name.str()));
    BOOST_TEST_REQUIRE(pread(file.get(), static_cast<void*>(&header), sizeof header, 0) == sizeof header);
    BOOST_TEST(header.state.load() == static_cast<std::uint32_t>(detail::segment::SegmentState::ready));
    as(nobody, [&](Checkpoints&) {
        Receiver worker = receiver();
        Sender own = sender();
        check_works(own, worker);
        shape.payload_bytes = 2 * *shape.payload_bytes;
        HANDOFF_TEST_CODE(refusal_of([&] { sender(); }), Errc::mismatch);
    });
    as(somebody, [&](Checkpoints&) { sender(); });  // its owner may
    BOOST_TEST(name.left_behind().empty());
}

/// What 0644 means: a user who may read may also lock for reading, and so block a place or the recovery of a dead
/// participant. Messages stay readable. Users who are not trusted with that must get no right to read.
BOOST_AUTO_TEST_CASE(a_reader_who_locks_out_of_malice_delays_recovery_and_stops_nobody_else) {
    shape.mode = 0644;
    Sender sender = this->sender();
    Receiver receiver = this->receiver();
    Child malice([&](Checkpoints& checkpoints) {
        become(nobody);
        auto locks = detail::platform::LockFile::open(detail::segment::segment_path(name.str()),
                                                      detail::platform::Access::read_only);
        for (std::uint64_t byte = 0; byte <= *shape.participants; ++byte) (void)locks.try_shared(byte);
        checkpoints.stop_at("locked");
    });
    malice.wait_for("locked");
    check_works(sender, receiver);
    HANDOFF_TEST_CODE(refusal_of([&] { this->sender(); }), Errc::too_many_participants);
    malice.go_on();
    malice.wait();
    Sender another = this->sender();
    check_works(another, receiver);
}

BOOST_AUTO_TEST_SUITE_END()
