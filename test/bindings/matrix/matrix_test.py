"""Every language writes for every language, over every pattern, as processes; and either side is killed."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

PEERS = dict(entry.split("=", 1) for entry in os.environ["HANDOFF_PEERS"].split("|"))
PATTERNS = ("channel", "topic", "latest")
TIMEOUT_S = 120.0 * float(os.environ.get("HANDOFF_TEST_TIMEOUT_SCALE", "1"))
SHM = Path("/dev/shm")


class Peer:
    def __init__(self, language, role, pattern, name, count):
        self.words = f"{language} {role} {pattern}"
        self.process = subprocess.Popen([*shlex.split(PEERS[language]), role, pattern, name, str(count)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def expect(self, words):
        """The next line it prints, once it prints one."""
        line = self.process.stdout.readline().strip()
        assert line == words, f"{self.words}: '{line}' instead of '{words}'; {self.process.stderr.read() if not line else ''}"

    def end(self):
        """Lets a writer end; all have to end well."""
        _, errors = self.process.communicate(timeout=TIMEOUT_S)
        assert (self.process.returncode, errors) == (0, ""), self.words

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start(request):
    name = f"matrix-{request.node.name.translate(str.maketrans('[]', '--'))}-{os.getpid()}"
    running = []

    def start_one(language, role, pattern, count):
        running.append(Peer(language, role, pattern, name, count))
        return running[-1]

    yield start_one
    for peer in running:
        peer.process.kill()
        peer.process.communicate()
    for left in SHM.glob(f"handoff.{name}*"):
        left.unlink()


def exchange(start, writer, reader, pattern, count):
    reading = start(reader, "read", pattern, count)
    writing = start(writer, "write", pattern, count)
    for peer in (reading, writing):
        peer.expect("first")
        peer.expect(f"done {count}")
    reading.end()
    writing.end()


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("reader", PEERS)
@pytest.mark.parametrize("writer", PEERS)
def test_what_one_writes_the_other_reads(start, writer, reader, pattern):
    exchange(start, writer, reader, pattern, 50)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("target", PEERS)
def test_a_killed_writer_harms_no_reader(start, target, pattern):
    writing = start(target, "write", pattern, 0)
    reading = start("cpp", "read", pattern, 0)
    for peer in (reading, writing):
        peer.expect("first")
    writing.kill()
    if pattern == "latest":  # a value has no end
        exchange(start, target, "cpp", pattern, 50)
        assert reading.process.poll() is None
    else:
        reading.expect("done 0")
        reading.end()


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("target", PEERS)
def test_a_killed_reader_harms_no_writer(start, target, pattern):
    writing = start("cpp", "write", pattern, 0)
    reading = start(target, "read", pattern, 0)
    for peer in (reading, writing):
        peer.expect("first")
    reading.kill()
    again = start(target, "read", pattern, 0)
    again.expect("first")
    assert writing.process.poll() is None and again.process.poll() is None
    writing.kill()
    if pattern != "latest":
        again.expect("done 0")
        again.end()
