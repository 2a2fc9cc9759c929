"""What was received cannot be written, whatever ignores numpy's flag: the kernel refuses it, and one sentence says why."""

import ctypes
import importlib.util
import re
import signal
from pathlib import Path

import handoff
import numpy as np
import pytest
from conftest import files_of

PAGE = (Path(__file__).resolve().parents[3] / "docs/python.md").read_text(encoding="utf-8")
FRAME = np.full((64, 64, 3), 200, np.uint8)

# What writes into an array that is not writeable. OpenCV 4.6, which Debian 12 has, ignores numpy's flag.
DRAW = {
    "ctypes": "import ctypes\ndef draw(array): ctypes.memset(array.ctypes.data, 1, 64)",
    "numpy": """
import numpy
class Writeable:
    def __init__(self, array):
        self.__array_interface__ = {**array.__array_interface__, "data": (array.ctypes.data, False)}
def draw(array): numpy.asarray(Writeable(array))[:20, :20] = 1
""",
    "opencv": "import cv2\ndef draw(array): cv2.rectangle(array, (0, 0), (20, 20), (0, 0, 255), -1)",
}
if importlib.util.find_spec("cv2") is None:
    del DRAW["opencv"]

VIEW = """
import sys, handoff
with handoff.Subscriber(sys.argv[1], start="oldest") as viewer, viewer.next(30) as message:
    array = message.array
    draw(array)
    print("drawn")
"""


def mappings_of(name):
    """The rights of each mapping of a segment in this process."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        return sorted(line.split()[1] for line in maps if f"/handoff.{name}" in line)


def rights_at(array):
    """Of the mapping that an array lies in."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            begin, end = (int(number, 16) for number in line.split()[0].split("-"))
            if begin <= array.ctypes.data < end:
                return line.split()[1]
    return ""


def anywhere(sentence):
    return re.sub(r"slot \d+ of '[^']+'", "slot N of 'NAME'", sentence)


def check_refused(ended, name):
    status, out, err = ended
    assert status == -signal.SIGSEGV and out == ""
    assert err.count(f"of '{name}' was refused: what was received is read-only") == 1
    on_the_page = re.search(r"^handoff: a write to slot .*\n", PAGE, re.MULTILINE)[0]
    assert anywhere(on_the_page) in anywhere(err)
    return err


@pytest.mark.parametrize("how", DRAW)
def test_who_draws_on_a_message_ends_and_nobody_else_sees_it(name, program, how):
    with handoff.Publisher(name, payload_bytes=FRAME.nbytes) as camera, handoff.Subscriber(name) as bystander:
        camera.publish(FRAME)
        check_refused(program(DRAW[how] + VIEW, name).wait(), name)
        with bystander.next(30) as message:
            assert (message.array == FRAME).all()


@pytest.mark.parametrize("how", DRAW)
def test_who_draws_on_a_request_ends_and_it_is_delivered_again_as_it_was_sent(name, program, how):
    with handoff.Sender(name, payload_bytes=FRAME.nbytes, reply_bytes=8) as sender:
        sender.send(FRAME)
        worker = DRAW[how] + """
import sys, handoff
with handoff.Receiver(sys.argv[1]) as receiver, receiver.receive(30) as request:
    draw(request.array)
    print("drawn")
"""
        check_refused(program(worker, name).wait(), name)
        with handoff.Receiver(name) as receiver, receiver.receive(30) as request:
            assert request.deliveries == 2 and (request.array == FRAME).all()
            request.processed()


def test_what_was_received_lies_in_a_read_only_mapping_and_the_rest_does_not(name):
    with handoff.Sender(name, payload_bytes=8, reply_bytes=8) as sender, handoff.Receiver(name) as receiver:
        with sender.loan() as loan:
            assert rights_at(loan.array) == "rw-s"
            pending = sender.request_async(loan)
        with receiver.receive(30) as request:
            assert rights_at(request.array) == "r--s" and rights_at(np.frombuffer(request, np.uint8)) == "r--s"
            assert rights_at(request.reply) == "rw-s"
            request.processed(b"answered")
        with pending.wait(30) as processed:
            assert rights_at(processed.array) == rights_at(processed.reply) == "r--s"
            assert bytes(processed.reply) == b"answered"


def test_a_request_that_may_be_edited_stays_writable(name):
    with handoff.Sender(name, payload_bytes=8, in_place=True) as sender, handoff.Receiver(name) as receiver:
        pending = sender.request_async(b"before")
        with receiver.receive(30) as request:
            assert rights_at(request.array) == rights_at(request.editable) == "rw-s"
            ctypes.memmove(request.array.ctypes.data, b"behind", 6)
            request.editable[0] = ord("B")
            request.processed()
        with pending.wait(30) as processed:
            assert bytes(processed.array) == b"Behind"


def test_it_can_be_switched_off(name):
    with handoff.Publisher(name, payload_bytes=8) as camera:
        with handoff.Subscriber(name, protect_payloads=False) as viewer:
            camera.publish(b"before")
            with viewer.next(30) as message:
                assert rights_at(message.array) == "rw-s"
                ctypes.memmove(message.array.ctypes.data, b"behind", 6)
                assert bytes(message.array) == b"behind"
            assert mappings_of(name) == ["rw-s", "rw-s"]


def test_both_mappings_last_as_long_as_a_view_and_no_longer(name):
    with handoff.Publisher(name, payload_bytes=FRAME.nbytes) as camera, handoff.Subscriber(name) as viewer:
        camera.publish(FRAME)
        array = viewer.next(30).array
    assert mappings_of(name) == ["r--s", "rw-s"] and (array == FRAME).all()
    del array
    assert mappings_of(name) == [] and files_of(name) == []


def test_a_read_into_it_is_an_error_and_not_the_end(name, tmp_path):
    (tmp_path / "file").write_bytes(b"12345678")
    with handoff.Publisher(name, payload_bytes=8) as camera, handoff.Subscriber(name) as viewer:
        camera.publish(b"before")
        with viewer.next(30) as message:
            room = (ctypes.c_char * 6).from_address(message.array.ctypes.data)
            with open(tmp_path / "file", "rb", buffering=0) as file, pytest.raises(OSError, match="Bad address"):
                file.readinto(room)
            assert bytes(message.array) == b"before"


@pytest.mark.parametrize("when", ["before", "after"])
def test_faulthandler_prints_as_well(name, program, when):
    enable = "import faulthandler; faulthandler.enable()\n"
    code = enable + "import handoff\n" if when == "before" else "import handoff\n" + enable
    with handoff.Publisher(name, payload_bytes=FRAME.nbytes) as camera:
        camera.publish(FRAME)
        err = check_refused(program(code + DRAW["ctypes"] + VIEW, name).wait(), name)
        assert "Fatal Python error: Segmentation fault" in err and "in draw" in err


def test_a_view_that_a_child_inherits_is_refused_there_too(name, program):
    with handoff.Publisher(name, payload_bytes=FRAME.nbytes) as camera:
        camera.publish(FRAME)
        parent = program("""
import ctypes, os, sys, handoff
viewer = handoff.Subscriber(sys.argv[1], start="oldest")
array = viewer.next(30).array
child = os.fork()
if child == 0:
    ctypes.memset(array.ctypes.data, 1, 64)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), (array == 200).all())
""", name)
        status, out, err = parent.wait()
        assert status == 0 and out == f"{-signal.SIGSEGV} True\n" and f"of '{name}' was refused" in err


@pytest.mark.parametrize("fault", ["ctypes.memset(8, 1, 1)", "signal.raise_signal(signal.SIGSEGV)"])
def test_a_fault_of_others_ends_without_our_words(name, program, fault):
    with handoff.Sender(name, payload_bytes=8):
        status, _, err = program(f"""
import ctypes, signal, sys, handoff
receiver = handoff.Receiver(sys.argv[1])
{fault}
""", name).wait()
    assert status == -signal.SIGSEGV and err == ""


def test_where_there_is_no_address_space_for_two_mappings_nothing_is_left(name, program):
    status, out, err = program("""
import resource, sys, handoff
mebibyte = 1024 * 1024
with open("/proc/self/statm", encoding="ascii") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 48 * mebibyte,) * 2)
try:
    handoff.Sender(sys.argv[1], slot_count=1, payload_bytes=32 * mebibyte)
except handoff.NoSpace as refusal:
    print(refusal)
print(handoff.list_segments(sys.argv[1]))
with handoff.Sender(sys.argv[1], slot_count=1, payload_bytes=32 * mebibyte, protect_payloads=False):
    print("opened")
""", name).wait()
    assert status == 0 and err == ""
    assert "ulimit -v" in out and out.endswith("\n[]\nopened\n")
