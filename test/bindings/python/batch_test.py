"""Loans and requests in batches."""

import threading

import handoff
import numpy as np
import pytest


@pytest.fixture
def pair(name):
    with handoff.Sender(name, slot_count=4, payload_bytes=16, reply_bytes=16) as sender, handoff.Receiver(name) as receiver:
        yield sender, receiver


def filled(sender, values):
    loans = sender.loan_batch(len(values), timeout=10)
    for loan, value in zip(loans, values):
        loan.write(bytes([value]))
    return loans


def test_a_batch_is_sent_taken_and_processed_in_its_order(pair):
    sender, receiver = pair
    loans = sender.loan_batch(100, timeout=10)
    assert len(loans) == 4 and sender.state().free == 0
    for value, loan in enumerate(loans):
        loan.write(bytes([value]))
    view = loans[0].array
    sender.send_batch(loans)
    assert all(loan.released for loan in loans) and view.tolist() == [0]
    requests = receiver.receive_batch(3, timeout=10)
    assert [bytes(request.array) for request in requests] == [b"\0", b"\1", b"\2"]
    assert [request.sequence for request in requests] == [1, 2, 3]
    rest = receiver.receive_batch(3, timeout=10)
    assert [bytes(request.array) for request in rest] == [b"\3"]
    receiver.processed_batch(requests + rest)
    assert all(request.released for request in requests) and sender.state().free == 4


def test_a_batch_brings_described_answers(pair):
    sender, receiver = pair
    pending = [sender.request_async(bytes([value])) for value in (3, 4)]
    requests = receiver.receive_batch(4, timeout=10)
    requests[0].reply_array((2, 2))[:] = 7
    receiver.processed_batch(requests)
    assert np.array_equal(pending[0].wait(10).reply, np.full((2, 2), 7))
    assert pending[1].wait(10).reply.size == 0


def test_a_batch_waits_for_the_first_request_and_is_told_of_the_end(pair):
    sender, receiver = pair
    with pytest.raises(handoff.Timeout):
        receiver.receive_batch(4, timeout=0.01)
    taken = []
    thread = threading.Thread(target=lambda: taken.extend(receiver.receive_batch(4, timeout=60)))
    thread.start()
    sender.send(b"x")
    thread.join()
    assert [bytes(request.array) for request in taken] == [b"x"]
    receiver.processed_batch(taken)
    sender.close()
    with pytest.raises(handoff.EndOfStream):
        receiver.receive_batch(4, timeout=10)


def test_what_is_left_of_a_batch_goes_back(pair):
    sender, receiver = pair
    del sender.loan_batch(4, timeout=10)[:]
    assert sender.state().free == 4
    sender.send_batch(filled(sender, [1, 2]))
    requests = receiver.receive_batch(2, timeout=10)
    requests.pop().failed("no")
    del requests
    assert [request.deliveries for request in receiver.receive_batch(4, timeout=10)] == [2]


@pytest.mark.parametrize("most", [0, -1, 1.5, "2"])
def test_a_batch_of_no_size_is_refused(pair, most):
    sender, receiver = pair
    for call in (sender.loan_batch, receiver.receive_batch):
        with pytest.raises((handoff.InvalidArgument, TypeError)):
            call(most, timeout=0)


def test_what_is_no_loan_or_used_up_is_refused_before_anything_is_sent(pair, name):
    sender, receiver = pair
    loans = filled(sender, [1, 2])
    with pytest.raises(handoff.InvalidArgument, match="batch consists of Loans"):
        sender.send_batch(loans + [b"bytes"])
    spent = sender.loan(timeout=10)
    spent.release()
    with pytest.raises(handoff.InvalidHandle, match="released"):
        sender.send_batch(loans + [spent])
    with pytest.raises(handoff.InvalidArgument, match="batch consists of Requests"):
        receiver.processed_batch(loans)
    assert not any(loan.released for loan in loans) and sender.state().ready == 0
    sender.send_batch(loans)
    with handoff.Sender(name) as other, pytest.raises(handoff.InvalidArgument, match="another Sender"):
        other.send_batch(filled(sender, [3]))
    assert sender.state().ready == 2 and sender.state().loaned == 0


def test_the_same_loan_twice_is_refused_and_comes_back(pair):
    sender, _ = pair
    loan = sender.loan(timeout=10)
    with pytest.raises(handoff.InvalidHandle):
        sender.send_batch([loan, loan])
    assert sender.state().free == 4 and sender.state().ready == 0


def test_an_empty_batch_is_nothing(pair):
    sender, receiver = pair
    sender.send_batch([])
    receiver.processed_batch(iter(()))
    assert sender.state().free == 4
