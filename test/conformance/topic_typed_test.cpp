// The typed face of a topic.
#include <handoff/testing.hpp>
#include <handoff/typed.hpp>

#include <boost/test/unit_test.hpp>
#include <chrono>

namespace topic_typed_test {

using namespace handoff;
using namespace std::chrono_literals;

struct Pose {
    double x, y, heading;
};
}  // namespace topic_typed_test

BOOST_AUTO_TEST_SUITE(topic_typed_test)

BOOST_AUTO_TEST_CASE(a_struct_arrives_as_it_was_published) {
    const testing::UniqueName name("typed");
    {
        TypedPublisher<Pose> publisher(name);
        TypedSubscriber<Pose> subscriber(name);
        auto loan = publisher.loan().value();
        *loan = {1, 2, 0.5};
        BOOST_TEST(publisher.publish(std::move(loan)).value() == 1U);
        const auto pose = subscriber.next(testing::scaled(5s)).value();
        BOOST_TEST(pose->x == 1);
        BOOST_TEST(pose->heading == 0.5);
        BOOST_TEST(pose.untyped().sequence() == 1U);
    }
    BOOST_TEST(name.left_behind().empty());
}

BOOST_AUTO_TEST_CASE(another_size_is_a_mismatch) {
    const testing::UniqueName name("typed");
    TypedPublisher<Pose> publisher(name);
    TypedSubscriber<int> subscriber(name);
    publisher.publish(publisher.loan().value()).value();
    BOOST_TEST(subscriber.try_newest().error() == Errc::mismatch);
    BOOST_TEST(subscriber.try_next().error() == Errc::empty);
}

BOOST_AUTO_TEST_SUITE_END()
