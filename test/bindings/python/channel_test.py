"""Sender and Receiver in one process: what a request and its answer are."""

import gc
import select
import threading

import handoff
import numpy as np
import pytest


@pytest.fixture
def pair(name):
    with handoff.Sender(name, slot_count=2, payload_bytes=60, reply_bytes=60) as sender, handoff.Receiver(name) as receiver:
        yield sender, receiver


def test_a_request_comes_back_with_its_answer(pair):
    sender, receiver = pair
    pending = sender.request_async(b"question")
    with receiver.receive(10) as request:
        assert bytes(request.array) == b"question"
        assert (request.sequence, request.deliveries, request.sender) == (1, 1, sender.id)
        assert request.awaited is True
        assert 0 < request.sent_ns <= request.taken_ns
        request.processed(b"answer")
    with pending.wait(10) as processed:
        assert bytes(processed.reply) == b"answer" and bytes(processed.array) == b"question"
        assert processed.round_trip_ns > 0 and processed.sequence == 1 and processed.image is None
    assert sender.state().free == 2


def test_request_waits_for_the_answer_of_another_thread(pair):
    sender, receiver = pair

    def serve():
        with receiver.receive(10) as request:
            request.processed(request.array[::-1].copy())

    thread = threading.Thread(target=serve)
    thread.start()
    with sender.request(np.arange(5, dtype=np.uint8), timeout=10) as processed:
        assert processed.reply.tolist() == [4, 3, 2, 1, 0]
    thread.join()


def test_a_loan_is_written_in_place(pair):
    sender, receiver = pair
    with sender.loan((4, 5, 3), frame_id="left", capture_time_ns=77) as loan:
        assert loan.array.shape == (4, 5, 3) and loan.size == 60 and loan.capacity == 60
        loan.array[:] = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
        sender.send(loan)
        assert loan.released
    with receiver.receive(10) as request:
        assert np.array_equal(request.array.ravel(), np.arange(60))
        assert (request.image.encoding, request.image.width, request.image.height) == ("bgr8", 5, 4)
        assert (request.image.frame_id, request.image.capture_time_ns) == ("left", 77)
        request.processed()


def test_an_answer_is_written_in_place(pair):
    sender, receiver = pair
    pending = sender.request_async(b"x")
    with receiver.receive(10) as request:
        request.reply_array((3, 4), dtype=np.float32)[:] = 1.5
        request.processed()
    with pending.wait(10) as processed:
        assert processed.reply.dtype == np.float32 and processed.reply.shape == (3, 4)
        assert (processed.reply == 1.5).all() and processed.reply_image.encoding == "32FC1"
    pending = sender.request_async(b"x")
    with receiver.receive(10) as request:
        request.reply[:2] = [8, 9]
        request.processed(2)
    with pending.wait(10) as processed:
        assert processed.reply.tolist() == [8, 9]


def test_a_loan_that_is_left_or_dropped_is_free_again(pair):
    sender, _ = pair
    with sender.loan() as left:
        assert sender.state().loaned == 1
    assert left.released and sender.state().free == 2
    view = sender.loan().array[3:5]
    gc.collect()
    assert sender.state().loaned == 1, "a view holds the slot"
    del view
    assert sender.state().free == 2


def test_full_and_empty_and_timeout_are_exceptions_with_sentences(pair):
    sender, receiver = pair
    loans = [sender.try_loan(), sender.loan(timeout=0)]
    with pytest.raises(handoff.Full, match="no slot is free"):
        sender.try_loan()
    with pytest.raises(handoff.Timeout, match="2 on loan to pytest"):
        sender.loan(timeout=0.01)
    with pytest.raises(TimeoutError):
        sender.loan(timeout=0)
    with pytest.raises(handoff.Empty, match="nothing is queued"):
        receiver.try_receive()
    assert handoff.Timeout.code == 1 and len(loans) == 2


def test_a_request_that_is_left_comes_again(pair):
    sender, receiver = pair
    sender.send(b"again")
    with pytest.raises(RuntimeError), receiver.receive(10):
        raise RuntimeError("the work went wrong")
    with receiver.receive(10) as request:
        assert request.deliveries == 2 and request.awaited is False
        request.failed("no use")


def test_failed_reaches_the_sender_with_its_reason(pair):
    sender, receiver = pair
    pending = sender.request_async(b"x")
    receiver.receive(10).failed("the lamp is broken")
    with pytest.raises(handoff.Failed, match="the lamp is broken"):
        pending.wait(10)
    with pytest.raises(handoff.InvalidHandle):
        pending.wait(10)


def test_a_request_that_nobody_takes_is_withdrawn(pair):
    sender, receiver = pair
    with pytest.raises(handoff.Timeout, match="withdrawn"):
        sender.request(b"x", timeout=0.01)
    with pytest.raises(handoff.Empty):
        receiver.try_receive()
    pending = sender.request_async(b"y")
    held = receiver.receive(10)
    with pytest.raises(handoff.Timeout, match="taken by"):
        pending.wait(0)
    assert not pending.was_answered and pending.sequence == 2
    assert pending.withdraw() is False
    held.processed()


def test_iteration_ends_with_the_last_sender(name):
    with handoff.Sender(name, payload_bytes=1) as sender, handoff.Receiver(name) as receiver:
        for number in range(5):
            sender.send(bytes([number]))
        sender.close()
        got = []
        for request in receiver:
            got.append(int(request.array[0]))
            request.processed()
        assert got == [0, 1, 2, 3, 4]


def test_sync_is_the_creators(name):
    for sync, other in (("futex", "boost"), ("boost", "futex")):
        with handoff.Sender(name, payload_bytes=8, sync=sync) as sender, handoff.Receiver(name) as receiver:
            assert sender.info().sync == receiver.info().sync == sync
            with pytest.raises(handoff.Mismatch, match=rf"sync = {sync} \({other} was asked for\)"):
                handoff.Receiver(name, sync=other)
            sender.send(b"x")
            with receiver.receive(10) as request:
                assert bytes(request.array) == b"x"
                request.processed()
    with pytest.raises(handoff.InvalidArgument, match="sync = 'mutex'"):
        handoff.Sender(name, payload_bytes=8, sync="mutex")


def test_in_place_editing(name):
    with handoff.Sender(name, payload_bytes=3, in_place=True) as sender, handoff.Receiver(name) as receiver:
        pending = sender.request_async(b"abc")
        with receiver.receive(10) as request:
            request.editable[:] = list(b"xyz")
            request.processed()
        assert bytes(pending.wait(10)) == b"xyz"[:0] and receiver.info().in_place


def test_the_descriptor_and_wait_any_tell_of_a_request(pair):
    sender, receiver = pair
    assert select.select([receiver], [], [], 0)[0] == []
    with pytest.raises(handoff.Timeout):
        handoff.wait_any([receiver], timeout=0)
    sender.send(b"x")
    assert handoff.wait_any([receiver], timeout=10) == 0
    assert select.select([receiver], [], [], 10)[0] == [receiver]
    receiver.receive(10).processed()


def test_what_is_not_given_asks_for_nothing(name):
    with handoff.Sender(name, payload_bytes=8, slot_count=1, participants=3, max_deliveries=0, in_place=True):
        for nothing in ({}, dict(payload_bytes=8), dict(slot_count=None), dict(lifetime="persistent", mode=0o666)):
            with handoff.Receiver(name, **nothing) as receiver:
                assert receiver.info().slot_count == 1
        for more in (dict(payload_bytes=9), dict(reply_bytes=1), dict(slot_count=2), dict(participants=4),
                     dict(max_deliveries=10), dict(in_place=False)):
            with pytest.raises(handoff.Mismatch, match="was asked for"):
                handoff.Receiver(name, **more)


def test_info_and_state_are_told(pair, name):
    sender, receiver = pair
    info = receiver.info()
    assert (info.name, info.slot_count, info.payload_bytes, info.reply_bytes) == (name, 2, 60, 60)
    assert (info.max_deliveries, info.lifetime, info.participants, info.in_place) == (10, "until_last_leaves", 32, False)
    state = sender.state()
    assert (state.senders, state.receivers, state.free, state.redelivered) == (1, 1, 2, 0)
    assert receiver.who_holds() == "0 of 2 slots in use"
    assert repr(sender) == f"<handoff.Sender '{name}'>"


def test_close_ends_the_wait_of_another_thread(pair):
    _, receiver = pair
    said = []

    def wait():
        with pytest.raises(handoff.InvalidHandle, match="closed") as caught:
            receiver.receive()
        said.append(caught.value)

    thread = threading.Thread(target=wait)
    thread.start()
    receiver.close()
    thread.join(10)
    assert len(said) == 1


def test_close_ends_a_loop_that_waits(pair):
    sender, receiver = pair
    taken = []

    def loop():
        for request in receiver:
            taken.append(bytes(request.array))
            request.processed()

    thread = threading.Thread(target=loop)
    thread.start()
    sender.request(b"one")
    receiver.close()
    thread.join(10)
    assert (taken, thread.is_alive()) == ([b"one"], False)
    with pytest.raises(handoff.InvalidHandle, match="closed"):
        next(receiver)


def test_other_threads_run_while_one_waits(pair):
    _, receiver = pair
    counted = 0
    waiter = threading.Thread(target=lambda: pytest.raises(handoff.Timeout, receiver.receive, 0.3))
    waiter.start()
    while waiter.is_alive():
        counted += 1
    waiter.join()
    assert counted > 1000


def test_a_pending_is_not_released_under_a_thread_that_waits(pair):
    sender, receiver = pair
    pending = sender.request_async(b"x")
    waiter = threading.Thread(target=pending.wait)
    waiter.start()
    while True:  # until it waits
        try:
            pending.wait(0)
        except handoff.InvalidHandle:
            break
        except handoff.Timeout:
            pass
    for end in (pending.release, lambda: pending.__exit__(None, None, None), pending.withdraw):
        with pytest.raises(handoff.InvalidHandle, match="another thread waits"):
            end()
    receiver.receive(10).processed()
    waiter.join(30)
    assert not waiter.is_alive() and pending.released


def test_close_ends_wait_any(pair):
    sender, receiver = pair
    said = []

    def wait():
        with pytest.raises(handoff.InvalidHandle, match="closed") as caught:
            handoff.wait_any([receiver])
        said.append(caught.value)

    waiter = threading.Thread(target=wait)
    waiter.start()
    receiver.close()
    waiter.join(30)
    assert len(said) == 1
