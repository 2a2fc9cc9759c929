"""A copy of the source tree that may be broken, its build, and its tests."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

LEFT_OUT = {".git", "build", "__pycache__"}


class CopiedTree:
    def __init__(self, source, folder):
        self.folder = folder.resolve()
        self.source = self.folder / "tree"
        self.binary = self.folder / "build"
        self.commands = {}
        copy(Path(source), self.source)

    def text_of(self, file):
        return (self.source / file).read_text(encoding="utf-8")

    def write(self, file, text):
        (self.source / file).write_text(text, encoding="utf-8")

    def configure(self, programs):
        """Returns CMake's output if it fails."""
        # What the compiler has sooner: less optimised than what is shipped (what is broken in the source is broken at
        # every level), and file by file, since a seeded bug touches one.
        command = ["cmake", "-S", self.source, "-B", self.binary, "-DCMAKE_BUILD_TYPE=Release",
                   "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG", "-DHANDOFF_UNITY=OFF",
                   "-DHANDOFF_PROGRAMS=" + ("ON" if programs else "OFF")]
        if shutil.which("ninja"):
            command += ["-G", "Ninja"]
        if shutil.which("ccache"):
            command += ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
        return error_output_of(command)

    def build(self, targets, jobs):
        """Returns the end of the compiler's output if it fails."""
        return error_output_of(["cmake", "--build", self.binary, "-j", str(jobs), "--target", *targets])

    def find_tests(self):
        answer = subprocess.run(["ctest", "--test-dir", self.binary, "--show-only=json-v1"], check=True,
                                capture_output=True, text=True)
        for test in json.loads(answer.stdout)["tests"]:
            properties = {p["name"]: p["value"] for p in test.get("properties", [])}
            environment = dict(entry.split("=", 1) for entry in properties.get("ENVIRONMENT", []))
            if "command" in test:
                self.commands[test["name"]] = (test["command"], environment)

    def has_test(self, name):
        return name in self.commands

    def run(self, name, seconds):
        """green, red, skipped, or by hanging."""
        command, environment = self.commands[name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                              env={**os.environ, **environment}, start_new_session=True) as process:
            try:
                output, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # its session: the test and all its children
                process.communicate()
                return "by hanging"
            finally:
                remove_segments_of(process.pid)
        if process.returncode != 0:
            return "red"
        return "skipped" if "is skipped because precondition" in output else "green"


def error_output_of(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          check=False)
    return "" if done.returncode == 0 else "\n".join(done.stdout.splitlines()[-40:])


def copy(source, target):
    """Makes target like source; what is equal keeps its time, so that a second run builds little."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = {entry.name: entry for entry in source.iterdir() if entry.name not in LEFT_OUT}
    for entry in list(target.iterdir()):
        if entry.name not in wanted or entry.is_dir() != wanted[entry.name].is_dir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name, entry in wanted.items():
        here = target / name
        if entry.is_dir():
            copy(entry, here)
        elif not here.exists() or here.read_bytes() != entry.read_bytes():
            shutil.copy(entry, here)


def remove_segments_of(pid):
    """A test that was killed could not remove its segments; their names hold its process id."""
    for path in Path("/dev/shm").glob(f"handoff.unit-test.*.{pid}.*"):
        path.unlink(missing_ok=True)
