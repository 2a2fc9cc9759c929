#!/usr/bin/python3
"""Python's multiprocessing.Queue as a contender: pickles, a pipe, a thread that writes and two locks.

A Queue cannot be opened by name, so the first giver makes it and forks all other processes of the trial; the programs
that the harness started for those only wait for them. The control page is read by the offsets that `limit --layout`
prints.
"""
import ctypes
import mmap
import multiprocessing
import os
import resource
import signal
import struct
import subprocess
import sys
import time

import numpy

ROUND_TRIP, ONE_WAY = 0, 1
BUSY = 0
STARTING, READY, DONE, ENDED, REFUSED, FAILED = range(6)
POISON = 2**64 - 1
MASK = 2**64 - 1
HERE = os.path.dirname(os.path.abspath(__file__))


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Control:
    """The control page, see contender/control.hpp."""

    def __init__(self, descriptor):
        lines = subprocess.run([HERE + "/limit", "--layout"], capture_output=True, check=True, text=True).stdout
        self.at = {name: int(value) for name, value in (line.split() for line in lines.splitlines())}
        self.page = mmap.mmap(descriptor, self.at["size"])

    def get(self, name, form="I"):
        return struct.unpack_from(form, self.page, self.at[name])[0]

    def report(self, process):
        return self.at["reports"] + process * self.at["report_size"]

    def read(self, process, name, form="Q"):
        return struct.unpack_from(form, self.page, self.report(process) + self.at[name])[0]

    def write(self, process, name, value, form="Q"):
        struct.pack_into(form, self.page, self.report(process) + self.at[name], value)

    def state(self, process):
        return self.read(process, "state", "I")

    def fail(self, process, words, state):
        text = words.encode()[:399] + b"\0"
        at = self.report(process) + self.at["words"]
        self.page[at : at + len(text)] = text
        self.write(process, "state", state, "I")

    def all_are(self, processes, state):
        return all(self.state(process) >= state for process in processes)


def body_of(size):
    words = (numpy.arange(size // 8, dtype=numpy.uint64) * numpy.uint64(8)) * numpy.uint64(0x9E3779B97F4A7C15)
    return words.tobytes()[8:]


class Touch:
    def __init__(self):
        self.count = self.headers = self.sum = 0
        self.is_over = False

    def __call__(self, message):
        (header,) = struct.unpack_from("Q", message)
        if header == POISON:
            self.is_over = True
            return
        self.count += 1
        self.headers += header
        self.sum += int(numpy.frombuffer(message, numpy.uint64).sum())


class Process:
    """What every process of a trial does before and after its loop."""

    def __init__(self, control, process, queues):
        self.control, self.process, self.queues = control, process, queues
        self.givers = range(control.get("givers"))
        self.takers = range(len(self.givers), len(self.givers) + control.get("takers"))

    def run(self):
        control = self.control
        core = control.read(self.process, "core", "i")
        if core >= 0:
            os.sched_setaffinity(0, {core})
        control.write(self.process, "state", READY, "I")
        while control.get("go") == 0:
            time.sleep(0.0005)
        before = resource.getrusage(resource.RUSAGE_SELF)
        loop = self.give if self.process in self.givers else self.take
        loop(control.get("pattern") == ROUND_TRIP)
        after = resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        control.write(self.process, "cpu_ns", int(used * 1e9))
        control.write(self.process, "sleeps", after.ru_nvcsw - before.ru_nvcsw)
        control.write(self.process, "state", ENDED, "I")

    def give(self, is_round_trip):
        control, (messages, answers) = self.control, self.queues
        body = body_of(control.get("bytes", "Q"))
        base, count, headers = self.process << 56, 0, 0
        times = []
        while control.get("stop") == 0:
            count += 1
            header = base | count
            headers += header
            begin = time.perf_counter_ns()
            messages.put(struct.pack("Q", header) + body)
            if is_round_trip:
                answers.get()
                times.append(time.perf_counter_ns() - begin)
        control.write(self.process, "messages", count)
        control.write(self.process, "header_sum", headers & MASK)
        self.write_times(times[len(times) // 10 :])
        self.end(messages, body, is_round_trip)

    def end(self, messages, body, is_round_trip):
        control = self.control
        control.write(self.process, "state", DONE, "I")
        while not control.all_are(self.givers, DONE):
            time.sleep(0.0005)
        while not control.all_are(self.takers, ENDED):
            if self.process == 0:
                messages.put(struct.pack("Q", POISON) + body)
            time.sleep(0.02)

    def take(self, is_round_trip):
        control, (messages, answers) = self.control, self.queues
        touch = Touch()
        while not self.is_finished(touch):
            touch(messages.get())
            control.write(self.process, "messages", touch.count)
            control.write(self.process, "header_sum", touch.headers & MASK)
            control.write(self.process, "sum", touch.sum & MASK)
            if is_round_trip and not touch.is_over:
                answers.put(None)

    def is_finished(self, touch):
        control = self.control
        if not touch.is_over or not control.all_are(self.givers, DONE):
            return False
        return sum(control.read(taker, "messages") for taker in self.takers) >= sum(
            control.read(giver, "messages") for giver in self.givers
        )

    def write_times(self, times):
        """As Histogram::add() does."""
        at = self.control.report(self.process) + self.control.at["times"]
        buckets = (46 - 8 + 1) * 256
        counts = numpy.zeros(buckets + 2, numpy.uint64)
        for picoseconds in (nanoseconds * 1000 for nanoseconds in times):
            shift = max(0, picoseconds.bit_length() - 9)
            counts[shift * 256 + (picoseconds >> shift)] += numpy.uint64(1)
        counts[buckets] = len(times)
        counts[buckets + 1] = max(times, default=0) * 1000
        self.control.page[at : at + counts.nbytes] = counts.tobytes()


def child(control, process, queues):
    die_with_parent()
    try:
        Process(control, process, queues).run()
    except Exception as error:  # the harness shows it
        control.fail(process, str(error), FAILED)


def refusal(control):
    if control.get("pattern") not in (ROUND_TRIP, ONE_WAY):
        return "is measured in round trips and one way only"
    if control.get("wait") == BUSY:
        return "cannot busy-wait"
    if control.get("batch") > 1:
        return "has no batches"
    if control.get("zero_touch"):
        return "pickles all of a message"
    return ""


def play(process, descriptor):
    die_with_parent()
    control = Control(descriptor)
    words = refusal(control)
    if words:
        return control.fail(process, words, REFUSED)
    if process != 0:
        while control.state(process) not in (ENDED, FAILED):
            time.sleep(0.001)
        return None
    context = multiprocessing.get_context("fork")
    queues = context.Queue(control.get("slots")), context.Queue()
    count = control.get("givers") + control.get("takers")
    children = [context.Process(target=child, args=(control, at, queues)) for at in range(1, count)]
    for one in children:
        one.start()
    while not control.all_are(range(1, count), READY):
        time.sleep(0.001)
    struct.pack_into("I", control.page, control.at["ready"], count)
    Process(control, 0, queues).run()
    for one in children:
        one.join()
    for queue in queues:
        queue.cancel_join_thread()
    return None


def main():
    if sys.argv[1:] == ["--describe"]:
        print("python_queue\nrival\nmultiprocessing.Queue of bytes, as many as the row has slots, processes forked; "
              "touched with numpy\n")
    elif len(sys.argv) == 4 and sys.argv[1] == "role":
        play(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit("this is a part of handoff_bench: start that (handoff_bench --help)")


main()
