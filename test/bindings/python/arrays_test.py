"""Views on slots: where their bytes are, who may write, and how long they live."""

import gc

import handoff
import numpy as np
import pytest

ENCODINGS = {
    "mono8": ("u1", 1), "mono16": ("u2", 1), "bgr8": ("u1", 3), "rgb8": ("u1", 3), "bgra8": ("u1", 4),
    "rgba8": ("u1", 4), "bgr16": ("u2", 3), "rgb16": ("u2", 3), "8UC2": ("u1", 2), "bayer_rggb8": ("u1", 1),
    **{f"8SC{n}": ("i1", n) for n in (1, 2, 3, 4)}, **{f"16UC{n}": ("u2", n) for n in (1, 2, 3, 4)},
    **{f"16SC{n}": ("i2", n) for n in (1, 2, 3, 4)}, **{f"32SC{n}": ("i4", n) for n in (1, 2, 3, 4)},
    **{f"32FC{n}": ("f4", n) for n in (1, 2, 3, 4)}, **{f"64FC{n}": ("f8", n) for n in (1, 2, 3, 4)},
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_has_its_dtype_and_shape(name, encoding):
    dtype, channels = ENCODINGS[encoding]
    shape = (2, 3) if channels == 1 else (2, 3, channels)
    picture = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    with handoff.Publisher(name, payload_bytes=1000) as publisher, handoff.Subscriber(name) as subscriber:
        publisher.publish(picture, encoding=encoding)
        with subscriber.next(10) as message:
            assert message.image.encoding == encoding
            assert message.array.dtype == np.dtype(dtype) and np.array_equal(message.array, picture)
        with publisher.loan(shape, encoding=encoding) as loan:
            assert loan.array.dtype == np.dtype(dtype) and loan.array.shape == shape


def test_views_show_the_slot_itself(name):
    with handoff.Sender(name, payload_bytes=16) as sender, handoff.Receiver(name) as receiver:
        loan = sender.loan()
        first, second = loan.array, np.frombuffer(loan, np.uint8)
        first[3] = 42
        assert second[3] == 42 and memoryview(loan)[3] == 42
        address = first.ctypes.data
        pending = sender.request_async(loan)
        with receiver.receive(10) as request:
            assert request.array[3] == 42
            request.processed()
        with pending.wait(10) as processed:
            assert processed.array.ctypes.data == address


def test_what_must_not_be_written_is_read_only(name):
    with handoff.Sender(name, payload_bytes=16, reply_bytes=4) as sender, handoff.Receiver(name) as receiver:
        pending = sender.request_async(b"abc")
        request = receiver.receive(10)
        request_view, request_memory = request.array, memoryview(request)
        request.processed(b"x")
        processed = pending.wait(10)
        for array in (request_view, processed.array, processed.reply):
            assert not array.flags.writeable
            with pytest.raises(ValueError):
                array[0] = 1
            with pytest.raises(ValueError):
                array.setflags(write=True)
        assert request_memory.readonly and memoryview(processed).readonly
        with pytest.raises(TypeError):
            request_memory[0] = 1
        assert not memoryview(sender.loan()).readonly


def test_a_view_never_outlives_the_memory(name):
    """Everything that a view came from is gone: it can still be read, and written where it was writable."""
    sender, receiver = handoff.Sender(name, payload_bytes=1 << 20), handoff.Receiver(name)
    with sender.loan() as loan:
        written = loan.array
        memory = memoryview(loan)
        written[:] = 5
        sender.send(loan)
    with receiver.receive(10) as request:
        read = request.array.view(np.uint32)[10:]
        request.processed()
    sender.close()
    receiver.close()
    del sender, receiver, loan, request
    gc.collect()
    assert read.sum() == 0x05050505 * len(read) and memory[0] == 5
    written[0] = 1


def test_the_name_goes_with_the_last_view(name):
    from conftest import files_of

    sender = handoff.Sender(name, payload_bytes=8)
    view = sender.loan().array
    sender.close()
    assert files_of(name)
    del view
    gc.collect()
    assert files_of(name) == []


def test_a_released_slot_is_refused(name):
    with handoff.Sender(name, payload_bytes=8) as sender, handoff.Receiver(name) as receiver:
        with sender.loan() as loan:
            sender.send(loan)
        for use in (lambda: loan.array, lambda: loan.resize(1), lambda: loan.write(b"x"), lambda: memoryview(loan),
                    lambda: sender.send(loan), lambda: loan.size):
            with pytest.raises(handoff.InvalidHandle, match="released"):
                use()
        request = receiver.receive(10)
        request.processed()
        for use in (lambda: request.array, lambda: request.reply, request.processed, lambda: request.failed("x")):
            with pytest.raises(handoff.InvalidHandle, match="released"):
                use()
        assert request.released and repr(request) == "<handoff.Request, released>"
        request.release()


def test_thousands_of_views_leak_nothing(name):
    with handoff.Sender(name, payload_bytes=1 << 16, slot_count=2) as sender, handoff.Receiver(name) as receiver:
        for _ in range(3000):
            with sender.loan((64, 64, 3)) as loan:
                loan.array[0, 0] = 1
                sender.send(loan)
            with receiver.receive(10) as request:
                assert request.array[0, 0, 0] == 1
                request.processed()
        assert sender.state().free == 2


# What a detector, a point cloud or a network hands over: no image, and it comes back with the same dtype and shape.
NO_IMAGES = {
    "no_boxes": np.zeros((0, 6), np.float32), "nothing_in_the_middle": np.zeros((2, 0, 3), np.uint8),
    "scores": np.arange(5, dtype=np.float32), "signed_bytes": np.array([-1, 2], np.int8), "empty": np.zeros(0),
    "mask": np.array([[True, False], [False, True]]), "flags": np.array([True, False]),
    "half": np.array([[1.5, -2]], np.float16), "ids": np.array([[1, 1 << 63]], np.uint64),
    "labels": np.array([[-1, 1 << 62]]), "counts": np.arange(6, dtype=np.uint32).reshape(2, 3),
    "five_channels": np.arange(20, dtype=np.uint8).reshape(2, 2, 5),
    "batch": np.arange(2 * 2 * 2 * 3, dtype=np.uint8).reshape(2, 2, 2, 3),
    "eight_dimensions": np.arange(4, dtype=np.int16).reshape(1, 1, 2, 1, 1, 1, 2, 1),
    "scalar": np.array(2.5), "strided": np.arange(40, dtype=np.float32)[::4],
    "infinities": np.array([np.inf, -np.inf, np.nan, 0, 1]),
}


@pytest.mark.parametrize("what", NO_IMAGES)
def test_what_is_no_image_travels_as_an_array(name, what):
    array = NO_IMAGES[what]

    def check(seen, description):
        assert seen.dtype == array.dtype and seen.shape == array.shape
        assert np.array_equal(seen, array, equal_nan=array.dtype.kind == "f")
        assert (description.dtype, description.shape) == (array.dtype.name, array.shape)

    with handoff.Sender(name, payload_bytes=200, reply_bytes=200) as sender, handoff.Receiver(name) as receiver:
        with sender.loan(array.shape, dtype=array.dtype) as loan:
            pending = sender.request_async(array, capture_time_ns=7)
            assert loan.size == array.nbytes
            assert loan.array.dtype == array.dtype and loan.array.shape == array.shape
        with receiver.receive(10) as request:
            assert request.image is None and request.array_description.capture_time_ns == 7
            check(request.array, request.array_description)
            if what == "scalar":
                request.processed(array)
            else:
                request.reply_array(array.shape, dtype=array.dtype)[...] = request.array
                request.processed()
        with pending.wait(10) as processed:
            assert processed.reply_image is None
            check(processed.array, processed.array_description)
            check(processed.reply, processed.reply_array_description)


def test_a_topic_carries_arrays_pinned_and_copied(name):
    boxes = np.arange(12, dtype=np.float64).reshape(2, 1, 6)
    with handoff.Publisher(name, payload_bytes=100) as publisher, handoff.Subscriber(name) as subscriber:
        for data in (boxes, boxes[:0]):
            publisher.publish(data)
            publisher.publish(data)
            with subscriber.next(10) as message:
                assert np.array_equal(message.array, data) and message.array.shape == data.shape
                assert not message.array.flags.writeable and message.image is None
                assert repr(message.array_description) == f"<handoff.ArrayDescription {data.shape} float64>"
            copy = subscriber.copy_next(10)
            assert np.array_equal(copy.array, data) and copy.array_description.shape == data.shape


def test_an_encoding_says_what_an_array_is(name):
    picture = np.zeros((2, 3, 3), np.uint8)
    with handoff.Publisher(name, payload_bytes=100, history=8) as publisher, handoff.Subscriber(name) as subscriber:
        publisher.publish(picture)
        publisher.publish(picture, encoding="array")
        publisher.publish(picture, encoding="none")
        publisher.publish(picture[:, :, :1])
        publisher.publish(picture[:, :, :1], encoding="array")
        publisher.publish(bytes(6), encoding="array")
        seen = []
        for _ in range(6):
            with subscriber.next(10) as message:
                seen.append((message.image and message.image.encoding, message.array.shape))
        assert seen == [("bgr8", (2, 3, 3)), (None, (2, 3, 3)), (None, (18,)), ("mono8", (2, 3)), (None, (2, 3, 1)),
                        (None, (6,))]


STRIDED = {
    "every_other_column": lambda a: a[:, ::2],
    "mirrored": lambda a: a[:, ::-1],
    "upside_down": lambda a: a[::-1],
    "channels_swapped": lambda a: a[:, :, ::-1],
    "transposed": lambda a: a.transpose(1, 0, 2),
    "fortran_order": np.asfortranarray,
    "one_channel": lambda a: a[:, :, 1],
}


@pytest.mark.parametrize("dtype", ["u1", "f4"])
@pytest.mark.parametrize("how", STRIDED)
def test_an_array_of_any_strides_is_copied_as_it_looks(name, how, dtype):
    array = STRIDED[how](np.arange(6 * 8 * 3).reshape(6, 8, 3).astype(dtype))
    with handoff.Sender(name, slot_count=2, payload_bytes=1000, reply_bytes=1000) as sender, handoff.Receiver(name) as receiver:
        pending = sender.request_async(array)
        with receiver.receive(10) as request:
            assert np.array_equal(request.array, array)
            request.processed(array)
        with pending.wait(10) as processed:
            assert np.array_equal(processed.reply, array)
    with handoff.Latest(name, capacity_bytes=1000) as latest:
        latest.write(array)
        assert latest.read().value == array.tobytes()
