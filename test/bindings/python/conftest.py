"""What all tests of the Python package use: unique names, and processes that end with their test."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

SHM = Path("/dev/shm")
TIMEOUT_S = 120.0 * float(os.environ.get("HANDOFF_TEST_TIMEOUT_SCALE", "1"))


def files_of(name):
    return sorted(path.name for path in SHM.glob(f"handoff.{name}*"))


@pytest.fixture
def name(request):
    """A unique segment name; files that it leaves behind are an error, and are removed."""
    unique = f"py-{request.node.originalname[:60]}-{os.getpid()}"
    yield unique
    left = files_of(unique)
    for file in left:
        (SHM / file).unlink()


def eventually(condition):
    """Waits for a state, not for a time."""
    until = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < until, "this did not come true in time"
        time.sleep(0.001)


class Program:
    """A Python process that runs `code`, with sys.argv[1:] = arguments; killed at the end of the test."""

    def __init__(self, code, *arguments):
        self.process = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def line(self):
        return self.process.stdout.readline().strip()

    def wait(self):
        """Its exit status and what it wrote."""
        out, err = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode, out, err

    def sleeps(self):
        """True once it has slept for a while: it waits for something."""
        for _ in range(20):
            state = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
            if state != "S":
                return False
            time.sleep(0.002)
        return True


@pytest.fixture
def program():
    running = []

    def start(code, *arguments):
        running.append(Program(code, *arguments))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.communicate()


def pytest_sessionfinish(session, exitstatus):
    """A test that was skipped has not passed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = 1
