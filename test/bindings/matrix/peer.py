"""A writer or reader for matrix_test.py; README.md describes what it does."""

import sys
import time

import handoff
import numpy as np

TIMEOUT_S = 30.0
WHOLE = 1 << 64


def say(words):
    print(words, flush=True)


def fill(array, number):
    flat = array.reshape(-1)
    flat[:] = (7 * number + np.arange(60)) % 251
    flat[:8].view("<u8")[0] = number


def number_of(array, image):
    assert array.shape == (4, 5, 3) and array.dtype == np.uint8, "a frame has the wrong shape"
    assert (image.encoding, image.frame_id) == ("bgr8", "peer"), "a frame has the wrong description"
    flat = array.reshape(-1)
    number = int(flat[:8].view("<u8")[0])
    assert np.array_equal(flat[8:], (7 * number + np.arange(8, 60)) % 251), "a frame has wrong bytes"
    return number


def numbers_to(count):
    number = 0
    while count == 0 or number < count:
        number += 1
        yield number


def write_channel(name, count):
    with handoff.Sender(name, slot_count=4, payload_bytes=60, reply_bytes=16) as sender:
        for number in numbers_to(count):
            loan = sender.loan((4, 5, 3), frame_id="peer", timeout=TIMEOUT_S)
            fill(loan.array, number)
            total = int(loan.array.sum())
            with sender.request(loan, timeout=TIMEOUT_S) as processed:
                assert (processed.reply.dtype, processed.reply.shape) == (np.uint64, (2,)), "no array answers"
                assert processed.reply.tolist() == [number, total], "an answer is wrong"
            if number == 1:
                say("first")


def read_channel(name, count):
    with handoff.Receiver(name, attach_timeout=TIMEOUT_S) as receiver:
        for got in numbers_to(count):
            try:
                request = receiver.receive(TIMEOUT_S)
            except handoff.EndOfStream:
                assert count == 0, "the stream has ended"
                return
            with request:
                answer = np.array([number_of(request.array, request.image), request.array.sum()], "<u8")
                request.processed(answer)
            if got == 1:
                say("first")


def write_topic(name, count):
    with handoff.Publisher(name, history=64, payload_bytes=60) as publisher:
        publisher.wait_for_subscriber(TIMEOUT_S)
        for number in numbers_to(count):
            loan = publisher.loan((4, 5, 3), frame_id="peer")
            fill(loan.array, number)
            publisher.publish(loan)
            if number == 1:
                say("first")
            if count == 0:
                time.sleep(0.001)


def read_topic(name, count):
    with handoff.Subscriber(name, start="oldest", attach_timeout=TIMEOUT_S) as subscriber:
        for got in numbers_to(count):
            try:
                message = subscriber.next(TIMEOUT_S)
            except handoff.EndOfStream:
                assert count == 0, "the stream has ended"
                return
            with message:
                number = number_of(message.array, message.image)
                assert count == 0 or (number, message.lost) == (got, 0), "a message is missing"
            if got == 1:
                say("first")


def write_latest(name, count):
    latest = handoff.Latest(name, "<u8", (2,))
    for number in numbers_to(count):
        latest.write([number, number * number % WHOLE])
        if number == 1:
            say("first")
        time.sleep(0.001)
    return latest


def read_latest(name, count):
    with handoff.Latest(name, "<u8", (2,), open="attach", attach_timeout=TIMEOUT_S) as latest:
        got = 0
        while count == 0 or got != count:
            is_first = got == 0
            got, square = (int(number) for number in latest.wait_newer(TIMEOUT_S).value)
            assert square == got * got % WHOLE, "a value is torn"
            if is_first:
                say("first")


def main():
    if len(sys.argv) != 5:
        sys.exit("usage: peer write|read channel|topic|latest NAME COUNT")
    role, pattern, name, count = sys.argv[1:]
    kept = globals()[f"{role}_{pattern}"](name, int(count))
    say(f"done {count}")
    if role == "write":
        sys.stdin.read()
    return kept


if __name__ == "__main__":
    main()
