"""Publisher and Subscriber in one process."""

import select

import handoff
import numpy as np
import pytest


@pytest.fixture
def publisher(name):
    with handoff.Publisher(name, history=3, payload_bytes=64) as opened:
        yield opened


def test_every_subscriber_gets_what_is_kept_and_is_told_what_is_lost(publisher, name):
    with handoff.Subscriber(name) as subscriber:
        publisher.wait_for_subscriber(10)
        assert [publisher.publish(bytes([number])) for number in range(5)] == [1, 2, 3, 4, 5]
        with subscriber.next(10) as message:
            assert (message.sequence, message.lost, message.array.tolist()) == (3, 2, [2])
            assert message.published_ns > 0 and message.image is None
        with subscriber.newest(10) as message:
            assert (message.sequence, message.lost) == (5, 1)
        with pytest.raises(handoff.Empty):
            subscriber.try_next()
        with pytest.raises(handoff.Empty):
            subscriber.try_newest()
        with pytest.raises(handoff.Timeout, match="nothing new was published"):
            subscriber.next(0)


def test_a_frame_keeps_its_shape_and_what_it_is(publisher, name):
    picture = np.random.default_rng(1).integers(0, 1000, (4, 4, 2), dtype=np.int16)
    with handoff.Subscriber(name) as subscriber:
        publisher.publish(picture, frame_id="left")
        with subscriber.next(10) as message:
            assert np.array_equal(message.array, picture) and message.array.dtype == np.int16
            assert message.image.encoding == "16SC2" and message.image.frame_id == "left"
        with publisher.loan((2, 4), encoding="mono16") as loan:
            loan.array[:] = 9
            publisher.publish(loan)
        with subscriber.next(10) as message:
            assert message.array.dtype == np.uint16 and message.image.encoding == "mono16"


def test_iteration_ends_with_the_last_publisher(publisher, name):
    with handoff.Subscriber(name) as subscriber:
        for number in range(3):
            publisher.publish(bytes([number]))
        publisher.close()
        assert [message.array[0] for message in subscriber] == [0, 1, 2]


def test_a_message_is_pinned_until_it_is_left_or_its_last_view_dies(publisher, name):
    with handoff.Subscriber(name, pins=1) as subscriber:
        publisher.publish(b"a")
        publisher.publish(b"b")
        view = subscriber.next(10).array[:]
        with pytest.raises(handoff.Full):
            subscriber.next(0)
        for number in range(20):
            publisher.publish(bytes([number]))
        assert bytes(view) == b"a"
        del view
        with subscriber.next(10) as message:
            assert message.sequence == 20
        assert publisher.state().pinned == 0


def test_a_reader_without_rights_copies(publisher, name):
    with handoff.Subscriber(name, read_only=True, start="oldest") as subscriber:
        publisher.publish(np.full((2, 2), 7, np.float64))
        publisher.publish(b"z")
        copy = subscriber.copy_next(10)
        assert copy.array.tolist() == [[7, 7], [7, 7]] and copy.sequence == 1 and copy.image.encoding == "64FC1"
        assert bytes(subscriber.copy_newest(10).array) == b"z"
        copy.array[0] = 1  # ours
        with pytest.raises(handoff.InvalidArgument):
            subscriber.next(0)


def test_the_descriptor_and_wait_any_tell_of_a_message(publisher, name):
    with handoff.Subscriber(name) as subscriber, handoff.Latest(name + "l", "u4") as latest:
        with pytest.raises(handoff.Timeout):
            handoff.wait_any([latest, subscriber], timeout=0)
        publisher.publish(b"x")
        assert handoff.wait_any([latest, subscriber], timeout=10) == 1
        latest.write(3)
        assert handoff.wait_any([latest, subscriber], timeout=10) == 0
        assert select.select([subscriber], [], [], 10)[0] == [subscriber]


def test_info_and_state_are_told(publisher, name):
    with handoff.Subscriber(name) as subscriber:
        publisher.publish(b"x")
        info = subscriber.info()
        assert (info.name, info.history, info.payload_bytes, info.loans, info.pin_budget) == (name, 3, 64, 4, 8)
        assert info.slot_count == 3 + 4 + 8 + 1 and info.participants == 32 and info.lifetime == "until_last_leaves"
        state = publisher.state()
        assert (state.newest, state.publishers, state.subscribers, state.published) == (1, 1, 1, 1)


def test_a_loop_without_pins_gets_copies(name):
    with handoff.Publisher(name, payload_bytes=8) as publisher:
        subscriber = handoff.Subscriber(name, pins=0, start="oldest")
        publisher.publish(b"one")
        publisher.publish(b"two")
        publisher.close()
        with subscriber:
            got = []
            for message in subscriber:
                with message:
                    got.append((bytes(message.array), message.released))
                message.release()
            assert got == [(b"one", False), (b"two", False)]
