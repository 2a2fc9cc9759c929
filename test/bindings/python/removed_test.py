"""The name of a segment is removed during a wait: it raises Removed, but only if nothing is there."""

import threading

import handoff
import pytest
from conftest import SHM

WAIT_S = 60  # longer than it can take: a wait that ends with Timeout has not noticed


def remove(name):
    (SHM / f"handoff.{name}").unlink()


def told(name, wait):
    """`wait` begins, the name goes, and what it raises is returned."""
    raised = []

    def until_it_raises():
        try:
            wait(timeout=WAIT_S)
        except handoff.Error as error:
            raised.append(error)

    with pytest.raises(handoff.Timeout):
        wait(timeout=0.001)
    waiting = threading.Thread(target=until_it_raises, daemon=True)
    waiting.start()
    remove(name)
    waiting.join(WAIT_S)
    assert len(raised) == 1, "the wait goes on, or ended without an error"
    return raised[0]


def check(error, name):
    assert isinstance(error, handoff.Removed), repr(error)
    assert error.code == 22
    assert f"'{name}' was removed from /dev/shm" in str(error) and "Open it again" in str(error)


def test_a_receiver_that_waits_is_told(name):
    with handoff.Receiver(name, payload_bytes=8) as receiver:
        check(told(name, receiver.receive), name)
        with pytest.raises(handoff.Removed):
            receiver.try_receive()
        with pytest.raises(handoff.Removed):
            next(receiver)
        with pytest.raises(handoff.Removed):
            receiver.receive_batch(4)


def test_a_sender_that_waits_is_told(name):
    with handoff.Sender(name, slot_count=1, payload_bytes=8) as sender:
        pending = sender.request_async(b"asked")
        check(told(name, sender.loan), name)
        with pytest.raises(handoff.Removed):
            sender.wait_for_receiver(WAIT_S)
        with pytest.raises(handoff.Removed):
            pending.wait(timeout=WAIT_S)


def test_what_was_sent_comes_before_the_news(name):
    with handoff.Sender(name, payload_bytes=8) as sender, handoff.Receiver(name) as receiver:
        sender.send(b"sent")
        remove(name)
        with receiver.receive(WAIT_S) as request:
            assert bytes(request.array) == b"sent"
            request.processed()
        with pytest.raises(handoff.Removed):
            receiver.receive(WAIT_S)


def test_a_subscriber_and_a_publisher_that_wait_are_told(name):
    with handoff.Publisher(name, payload_bytes=8) as publisher, handoff.Subscriber(name) as subscriber:
        check(told(name, subscriber.next), name)
        for wait in (subscriber.newest, subscriber.copy_next, subscriber.copy_newest):
            with pytest.raises(handoff.Removed):
                wait(timeout=WAIT_S)
        subscriber.close()
        with pytest.raises(handoff.Removed):
            publisher.wait_for_subscriber(WAIT_S)


def test_who_waits_for_a_newer_value_is_told(name):
    with handoff.Latest(name, "u4") as latest:
        latest.write(7)
        assert latest.read().value == 7
        check(told(name, latest.wait_newer), name)
        assert latest.read().value == 7, "the value is still there"


def test_who_waits_for_several_is_told_by_the_one(name):
    with handoff.Receiver(name, payload_bytes=8) as receiver, handoff.Latest(name + "-latest", "u4") as latest:
        with pytest.raises(handoff.Timeout):
            handoff.wait_any([latest, receiver], 0.001)
        remove(name)
        assert handoff.wait_any([latest, receiver], WAIT_S) == 1
        with pytest.raises(handoff.Removed):
            receiver.try_receive()


def test_opened_again_it_is_another_one(name):
    with handoff.Sender(name, payload_bytes=8) as old:
        remove(name)
        with pytest.raises(handoff.Removed):
            old.wait_for_receiver(WAIT_S)
        with handoff.Sender(name, payload_bytes=8) as sender, handoff.Receiver(name) as receiver:
            sender.send(b"new")
            with receiver.receive(WAIT_S) as request:
                assert bytes(request.array) == b"new"
                request.processed()


def test_segments_are_listed_cleaned_and_removed(name):
    assert name not in handoff.list_segments()
    with pytest.raises(handoff.NoSuchSegment):
        handoff.remove(name)
    with handoff.Sender(name, payload_bytes=8) as sender:
        assert name in handoff.list_segments() and handoff.list_segments(name) == [name]
        assert handoff.list_segments(name + "-*") == []
        assert handoff.clean(name) == 0
        with pytest.raises(handoff.Mismatch):
            handoff.remove(name)
        handoff.remove(name, force=True)
        assert name not in handoff.list_segments()
        sender.try_loan().release()


def test_a_value_whose_writer_has_ended_is_explained(name):
    with handoff.Latest(name, "f8") as writer:
        writer.write(1.0)
    with pytest.raises(handoff.NoSuchSegment, match="lifetime = persistent keeps it"):
        handoff.Latest(name)
    with handoff.Latest(name, "f8", lifetime="persistent") as writer:
        writer.write(2.0)
    with handoff.Latest(name, "f8") as reader:
        assert reader.read().value == 2.0
    handoff.remove(name)
