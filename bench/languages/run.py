#!/usr/bin/python3
"""How long a 1080p frame takes from C++ into Python and Node.js and back, by handoff and by its rivals.

./dev bench languages starts it. In each round every way has one trial, in which two processes hand 1920x1080x3 bytes
over and an answer back; a ratio is the median of the ratios within each round.
"""

import argparse
import contextlib
import datetime
import fcntl
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = {"python": [sys.executable, str(HERE / "peer.py")], "node": ["node", str(HERE / "peer.js")]}
TITLES = {"python": "Python", "node": "Node.js"}
# way: what it is, and whether its other side is C++ (else both sides are Python)
WAYS = {
    "python": {
        "handoff": ("handoff", True),
        "handoff_sleep": ("handoff, `wait=\"sleep\"`", True),
        "shared_memory": ("multiprocessing.shared_memory and a Pipe", False),
        "zeromq": ("ZeroMQ, ipc, pyzmq without copies", True),
        "pipe": ("two pipes of 1 MiB", True),
        "socket": ("Unix socket", True),
        "queue": ("multiprocessing.Queue", False),
    },
    "node": {
        "handoff": ("handoff", True),
        "handoff_sleep": ("handoff, `wait: 'sleep'`", True),
        "zeromq": ("ZeroMQ, ipc, npm zeromq", True),
        "pipe": ("two pipes of 1 MiB, read with `fs.readSync`", True),
        "socket": ("Unix socket, `net` reads into the frame", True),
    },
}
WORKS = ("read", "back")
TRIAL_SECONDS = 60
LARGEST_PIPE = 1 << 20  # what an ordinary user may ask for
NOISE = 0.25


class TrialFailed(Exception):
    """With what the processes said."""


# ---- a trial -----------------------------------------------------------------------------------------------------------


class Ends:
    """What the two processes of a trial find each other by."""

    def __init__(self, way, folder, number):
        self.sides = [f"languages-{os.getpid()}-{number}"] * 2
        self.descriptors = []
        if way == "zeromq":
            self.sides = [f"ipc://{folder}/{number}"] * 2
        elif way == "socket":
            self.descriptors = [[one.detach()] for one in socket.socketpair()]
            self.sides = [f"{side[0]},{side[0]}" for side in self.descriptors]
        elif way == "pipe":
            (there_out, there_in), (back_out, back_in) = os.pipe(), os.pipe()
            for end in (there_in, back_in):
                fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, LARGEST_PIPE)
            self.descriptors = [[back_out, there_in], [there_out, back_in]]
            self.sides = [f"{source},{target}" for source, target in self.descriptors]

    def of(self, side):
        return self.descriptors[side] if self.descriptors else []

    def close(self):
        for descriptor in sum(self.descriptors, []):
            os.close(descriptor)
        self.descriptors = []

    def remove_segments(self):
        for file in Path("/dev/shm").glob(f"handoff.{self.sides[0]}*"):
            file.unlink()


def outcome_of(processes):
    """The output of the first, or what went wrong in any of them."""
    until = time.monotonic() + TRIAL_SECONDS
    outputs, words = [], []
    for process in processes:
        try:
            output, errors = process.communicate(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise TrialFailed(f"{process.args[-4]} did not end within {TRIAL_SECONDS} s") from None
        outputs.append(output)
        if process.returncode != 0:
            words.append(errors.strip().splitlines()[-1] if errors.strip() else f"exit code {process.returncode}")
    if words:
        raise TrialFailed("; ".join(words))
    return outputs[0]


def trial(options, language, way, work, number):
    """The median time of a frame, in nanoseconds."""
    ends = Ends(way, options.folder, number)
    peer = PEERS[language]
    commands = [[*peer, way, work, ends.sides[1], str(options.frames)]]
    if WAYS[language][way][1]:
        commands.insert(0, [str(options.camera), way, work, ends.sides[0], str(options.frames)])
    processes = []
    try:
        for side, command in enumerate(commands):
            processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                              pass_fds=ends.of(side), env=options.environment))
        ends.close()
        times = [int(line) for line in outcome_of(processes).split()]
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.communicate()
        ends.close()
        ends.remove_segments()
    if len(times) != options.frames:
        raise TrialFailed(f"{len(times)} of {options.frames} frames were timed")
    return statistics.median(times)


def all_trials(options):
    """{(language, work, way): a time per round}, and {the same: why it has none}."""
    times, failures = {}, {}
    for number in range(options.rounds):
        for language in options.languages:
            for work in WORKS:
                ways = list(WAYS[language])
                for way in ways if number % 2 == 0 else reversed(ways):
                    key = (language, work, way)
                    if key in failures:
                        continue
                    try:
                        unique = f"{number}-{'-'.join(key)}"
                        times.setdefault(key, []).append(trial(options, language, way, work, unique))
                    except TrialFailed as failure:
                        failures[key] = str(failure)
                        print(f"{' '.join(key)}: FAILED: {failure}", file=sys.stderr)
        print(f"round {number + 1} of {options.rounds} is done", file=sys.stderr)
    return times, failures


# ---- the tables ----------------------------------------------------------------------------------------------------------


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3


def short(number):
    return f"{number:.0f}" if number >= 99.95 else f"{number:.1f}" if number >= 9.995 else f"{number:.2f}"


def cells(times, failures, key):
    """How many times the time of handoff; the quartiles of that; the time."""
    if key in failures:
        return ["-", "-", "FAILED"]
    language, work, _ = key
    base = times.get((language, work, "handoff"))
    ratio, spread = "-", "-"
    if base and (language, work, "handoff") not in failures:
        low, middle, high = quartiles([mine / ours for mine, ours in zip(times[key], base)])
        is_noisy = len(base) >= 3 and high - low > NOISE * middle
        ratio = "too noisy" if is_noisy else short(middle) + "x"
        spread = f"{short(low)} - {short(high)}"
    low, middle, high = (short(value / 1e6) for value in quartiles(times[key]))
    return [ratio, spread, f"{middle} ms ({low} - {high})"]


def table(times, failures, language):
    lines = ["| 1080p frame | read: ratio | quartiles | time | and back: ratio | quartiles | time |",
             "|---|--:|--:|--:|--:|--:|--:|"]
    for way, (words, is_cpp) in WAYS[language].items():
        row = sum((cells(times, failures, (language, work, way)) for work in WORKS), [])
        name = f"**{words}**" if way == "handoff" else words
        peer = "C++" if is_cpp else "Python"
        lines.append(f"| {name}; other side {peer} | " + " | ".join(row) + " |")
    for (where, work, way), words in failures.items():
        if where == language:
            lines.append(f"\n{way}, {work}: {words}")
    return "\n".join(lines)


def output_of(command, environment=None):
    """What it prints; None where it fails."""
    try:
        shown = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    except (OSError, subprocess.CalledProcessError):
        return None
    return shown.stdout.strip()


def leave_out_what_is_missing(options):
    """In words, for people."""
    wanted = {"python": ([sys.executable, "-c", "import zmq"], "python3-zmq"),
              "node": (["node", "-e", "require('zeromq')"], "npm install zeromq, and --node-modules")}
    in_camera = "zeromq" in (output_of([str(options.camera), "--ways"]) or "")
    words = []
    for language in options.languages:
        command, needs = wanted[language]
        if not in_camera or output_of(command, options.environment) is None:
            del WAYS[language]["zeromq"]
            words.append(f"ZeroMQ in {TITLES[language]} (needs {needs if in_camera else 'cppzmq-dev'})")
    return f"Left out: {', '.join(words)}." if words else ""


def machine(options):
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    processor = re.search(r"model name\s*: (.*)", info)
    git = ["git", "-C", str(ROOT)]
    commit = output_of([*git, "rev-parse", "--short=10", "HEAD"]) or "unknown"
    if output_of([*git, "status", "--porcelain", "--", "src", "include", "bindings", "bench/languages"]):
        commit += "+"
    now = datetime.datetime.now(datetime.timezone.utc)
    words = [now.strftime("%Y-%m-%d %H:%M UTC"), f"commit {commit}", processor[1] if processor else "unknown",
             f"{os.cpu_count()} cores", f"Linux {platform.release()}", f"Python {platform.python_version()}",
             f"numpy {output_of([sys.executable, '-c', 'import numpy; print(numpy.__version__)'])}"]
    if "node" in options.languages:
        words.append(f"Node.js {output_of(['node', '--version'])}")
    return f"{', '.join(words)}; {options.rounds} rounds of {options.frames} frames."


def fill(page, words):
    text = page.read_text(encoding="utf-8")
    begin, end = "<!-- bench:languages -->", "<!-- /bench -->"
    start = text.find(begin)
    stop = text.find(end, start)
    if start < 0 or stop < 0:
        sys.exit(f"{page} has no place for the table: write {begin} and {end} where it belongs")
    page.write_text(text[:start] + begin + "\n" + words + "\n" + text[stop:], encoding="utf-8")


# ---- the command line ------------------------------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--camera", type=Path, default=ROOT / "build/bench/bin/handoff_bench_camera",
                        help="the C++ side (default: %(default)s)")
    parser.add_argument("--packages", type=Path, default=ROOT / "build",
                        help="where python/ and node/ are (default: %(default)s)")
    parser.add_argument("--node-modules", type=Path, help="where npm put zeromq")
    parser.add_argument("--languages", default="python,node", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=9, help="default: %(default)s")
    parser.add_argument("--frames", type=int, default=100, help="in each trial (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write every time to this file")
    parser.add_argument("--fill", action="store_true", help="put the tables into docs/python.md and docs/nodejs.md")
    options = parser.parse_args()
    options.languages = options.languages.split(",")
    for language in options.languages:
        if language not in PEERS:
            parser.error(f"there is no language '{language}': {', '.join(PEERS)}")
    if options.rounds < 1 or options.frames < 1:
        parser.error("--rounds and --frames are at least 1")
    if not os.access(options.camera, os.X_OK):
        parser.error(f"there is no program {options.camera}: ./dev bench languages builds it, or name it with --camera")
    missing = [TITLES[one] for one in options.languages if not (options.packages / one / "handoff").is_dir()]
    if missing:
        parser.error(f"there is no package for {' and '.join(missing)} in {options.packages}: ./dev build makes it")
    if "node" in options.languages and shutil.which("node") is None:
        parser.error("there is no node: apt-get install nodejs, or --languages python")
    return options


def main():
    options = arguments()
    modules = [options.packages / "node"] + ([options.node_modules] if options.node_modules else [])
    options.environment = dict(os.environ, PYTHONPATH=str(options.packages / "python"), PYTHONDONTWRITEBYTECODE="1",
                               NODE_PATH=":".join(map(str, modules)))
    left_out = leave_out_what_is_missing(options)
    print(left_out, end="\n" if left_out else "", file=sys.stderr)
    with tempfile.TemporaryDirectory() as options.folder:
        times, failures = all_trials(options)
    about = f"{machine(options)} {left_out}".strip()
    for language in options.languages:
        words = table(times, failures, language)
        print(f"\n{TITLES[language]}\n\n{words}\n\n{about}")
        if options.fill:
            name = {"python": "python.md", "node": "nodejs.md"}[language]
            fill(ROOT / "docs" / name, f"{words}\n\n{about}")
    if options.json:
        rows = [{"language": key[0], "work": key[1], "way": key[2], "medians_ns": value} for key, value in times.items()]
        options.json.write_text(json.dumps({"run": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
