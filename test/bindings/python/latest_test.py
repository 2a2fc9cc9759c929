"""Latest in one process."""

import sys
import threading

import handoff
import numpy as np
import pytest


def test_bytes_are_read_whole(name):
    with handoff.Latest(name, capacity_bytes=8) as writer, handoff.Latest(name) as reader:
        with pytest.raises(handoff.Empty):
            reader.read()
        assert writer.write(b"one") == 1
        assert writer.write(b"four") == 2
        newest = reader.wait_newer(10)
        assert (newest.value, newest.sequence) == (b"four", 2) and newest.written_ns > 0
        assert not reader.has_newer
        with pytest.raises(handoff.Timeout, match="nothing newer"):
            reader.wait_newer(0)
        assert reader.read().value == b"four"
        with pytest.raises(handoff.TooLarge):
            writer.write(b"more than eight")


def test_numbers_arrays_and_structs(name):
    with handoff.Latest(name, "f4") as number:
        number.write(1.25)
        assert number.read().value == np.float32(1.25) and number.info().capacity_bytes == 4
    with handoff.Latest(name, np.float64, (2, 3)) as matrix:
        matrix.write([[1, 2, 3], [4, 5, 6]])
        assert matrix.read().value.tolist() == [[1, 2, 3], [4, 5, 6]]
        matrix.read().value[0] = 9  # a copy, ours
        assert matrix.read().value[0, 0] == 1
    pose = np.dtype([("x", "f8"), ("y", "f8"), ("id", "u4")], align=True)
    with handoff.Latest(name, pose) as latest:
        latest.write((1.0, 2.0, 3))
        assert latest.read().value["y"] == 2.0 and latest.read().value["id"] == 3


def test_what_does_not_fit_is_refused(name):
    with handoff.Latest(name, "f8", (3,)) as latest:
        for wrong in (np.zeros(3, np.float32), [1, 2], "words", object()):
            with pytest.raises(handoff.InvalidArgument):
                latest.write(wrong)
    with pytest.raises(handoff.InvalidArgument):
        handoff.Latest(name, "O")
    with pytest.raises(handoff.InvalidArgument):
        handoff.Latest(name, "f8", (0,))
    with handoff.Latest(name, "f8") as wide, handoff.Latest(name, "f4", open="attach") as narrow:
        wide.write(1.0)
        with pytest.raises(handoff.Mismatch, match="disagree"):
            narrow.read()


def test_a_read_only_handle_reads_and_does_not_write(name):
    with handoff.Latest(name, "i8") as writer, handoff.Latest(name, "i8", read_only=True) as reader:
        writer.write(5)
        assert reader.wait_newer(10).value == 5
        with pytest.raises(handoff.InvalidArgument, match="read_only"):
            reader.write(6)


def runs_beside(call):
    """Whether this thread runs while another one is in call(). Nobody is made to give the GIL away meanwhile."""
    begins, returned = threading.Event(), []

    def other():
        begins.set()
        call()
        returned.append(True)

    thread = threading.Thread(target=other)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        thread.start()
        begins.wait()
        return not returned
    finally:
        sys.setswitchinterval(interval)
        thread.join()


@pytest.mark.parametrize("dtype", [None, "u1"])
def test_other_threads_run_while_a_large_value_is_copied(name, dtype):
    size = 50_000_000
    value = np.full(size, 7, "u1")
    options = {"capacity_bytes": size} if dtype is None else {"dtype": dtype, "shape": size}
    with handoff.Latest(name, **options) as latest:
        assert any(runs_beside(lambda: latest.write(value)) for _ in range(20))
        assert any(runs_beside(latest.read) for _ in range(20))
        assert len(latest.read().value) == size


def test_a_small_value_costs_its_size(name):
    with handoff.Latest(name, capacity_bytes=50_000_000) as latest:
        latest.write(b"small")
        value = latest.read().value
        assert value == b"small" and sys.getsizeof(value) < 100


def test_addresses_of_objects_are_no_value(name):
    with handoff.Latest(name, capacity_bytes=16) as latest:
        with pytest.raises(handoff.InvalidArgument, match="Python objects"):
            latest.write(np.array([object(), None]))
