#!/usr/bin/python3
"""peer.py WAY WORK WHERE FRAMES: the Python side of a trial of run.py.

With the ways of `multiprocessing`, whose other side is Python too, it is both sides, and prints what camera.cpp prints.
"""

import ctypes
import multiprocessing
import os
import signal
import socket
import struct
import sys
import time
from multiprocessing import shared_memory

import numpy

SHAPE = (1080, 1920, 3)
FRAME_BYTES = 1920 * 1080 * 3
LINE_BYTES = 64
WARM_UP_FRAMES = 10
BACK = sys.argv[2:3] == ["back"]
TURNED = 255


def sum_of_lines(frame):
    """Reads a byte of each cache line."""
    return int(frame.reshape(-1)[::LINE_BYTES].sum(dtype=numpy.uint64))


def turn_lines(frame):
    """Changes a byte of each cache line."""
    lines = frame.reshape(-1)[::LINE_BYTES]
    numpy.bitwise_xor(lines, TURNED, out=lines)


def packed_sum(frame):
    return struct.pack("=Q", sum_of_lines(frame))


# ---- the other side is camera.cpp ------------------------------------------------------------------------------------


def handoff(name, wait="balanced"):
    import handoff as package

    with package.Receiver(name, attach_timeout=30, in_place=BACK, wait=wait) as receiver:
        for request in receiver:
            with request:
                if BACK:
                    turn_lines(request.editable)
                    request.processed()
                else:
                    request.processed(packed_sum(request.array))


def zeromq(endpoint):
    import zmq

    with zmq.Context() as context, context.socket(zmq.REP) as answering:
        answering.connect(endpoint)
        while True:
            message = answering.recv(copy=False)
            if len(message) == 0:
                return
            frame = numpy.frombuffer(message.buffer, numpy.uint8)
            if BACK:
                turn_lines(frame)
                answering.send(message, copy=False)
            else:
                answering.send(packed_sum(frame))


def stream(read_into, write):
    frame = numpy.empty(FRAME_BYTES, numpy.uint8)
    while True:
        have = 0
        while have < FRAME_BYTES:
            count = read_into(memoryview(frame)[have:])
            if count == 0:
                return
            have += count
        if BACK:
            turn_lines(frame)
        answer = memoryview(frame) if BACK else memoryview(packed_sum(frame))
        while len(answer) > 0:
            answer = answer[write(answer):]


def pipe(descriptors):
    source, target = (int(descriptor) for descriptor in descriptors.split(","))
    stream(lambda view: os.readv(source, [view]), lambda view: os.write(target, view))


def unix_socket(descriptors):
    with socket.socket(fileno=int(descriptors.split(",")[0])) as connected:
        stream(lambda view: connected.recv_into(view, 0, socket.MSG_WAITALL), connected.send)


# ---- the other side is Python ------------------------------------------------------------------------------------------


def film(frames, picture, trip):
    """As camera.cpp: trip() answers the sum, or the picture that came back."""
    for number in range(WARM_UP_FRAMES + frames):
        shade = number % 255 + 1
        ctypes.memset(picture.ctypes.data, shade, picture.nbytes)  # as camera.cpp does it
        begin = time.perf_counter_ns()
        answer = trip()
        found = sum_of_lines(answer) if BACK else answer
        end = time.perf_counter_ns()
        if found != (shade ^ TURNED if BACK else shade) * (FRAME_BYTES // LINE_BYTES):
            sys.exit(f"peer.py: frame {number} came back wrong")
        if number >= WARM_UP_FRAMES:
            print(end - begin)


def answer_queue(there, back):
    while (frame := there.get()) is not None:
        if BACK:
            turn_lines(frame)
        back.put(frame if BACK else sum_of_lines(frame))


def queue(frames):
    there, back = multiprocessing.Queue(), multiprocessing.Queue()
    child = multiprocessing.Process(target=answer_queue, args=(there, back), daemon=True)
    child.start()
    picture = numpy.empty(SHAPE, numpy.uint8)

    def trip():
        there.put(picture)
        return back.get()

    film(frames, picture, trip)
    there.put(None)
    child.join()


def answer_block(name, signals):
    block = shared_memory.SharedMemory(name)
    frame = numpy.ndarray(SHAPE, numpy.uint8, block.buf)
    while signals.recv_bytes():
        if BACK:
            turn_lines(frame)
        signals.send_bytes(b"back" if BACK else packed_sum(frame))
    del frame
    block.close()


def shared_block(frames):
    block = shared_memory.SharedMemory(create=True, size=FRAME_BYTES)
    try:
        signals, theirs = multiprocessing.Pipe()
        child = multiprocessing.Process(target=answer_block, args=(block.name, theirs), daemon=True)
        child.start()
        picture = numpy.ndarray(SHAPE, numpy.uint8, block.buf)

        def trip():
            signals.send_bytes(b"there")
            answer = signals.recv_bytes()
            return picture if BACK else struct.unpack("=Q", answer)[0]

        film(frames, picture, trip)
        signals.send_bytes(b"")
        child.join()
        del picture, trip
    finally:
        block.close()
        block.unlink()


def main():
    if len(sys.argv) != 5:
        sys.exit("this is a part of bench/languages/run.py: start that")
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    way, where, frames = sys.argv[1], sys.argv[3], int(sys.argv[4])
    ways = {
        "handoff": lambda: handoff(where),
        "handoff_sleep": lambda: handoff(where, "sleep"),
        "zeromq": lambda: zeromq(where),
        "pipe": lambda: pipe(where),
        "socket": lambda: unix_socket(where),
        "queue": lambda: queue(frames),
        "shared_memory": lambda: shared_block(frames),
    }
    ways[way]()


if __name__ == "__main__":
    main()
