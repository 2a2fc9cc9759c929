#!/usr/bin/python3
"""Runs the commands of docs/examples as the pages show them, all pages at the same time: they must end well, and print
what a page shows, but for figures.

usage: check_commands.py BIN_DIR REPOSITORY

Programs get segments of their own; fewer pictures and sums are enough. What runs without end gets an end, a server a
SIGTERM when the last command has ended.
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True  # nothing is left in the source tree

from transcripts import blocks, shape  # noqa: E402

BIN, ROOT = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
EXAMPLES = ROOT / "docs/examples"
DEADLINE_S = 100
SMALLER = (("--count 100000", "--count 1000"), ("--count 100 ", "--count 10 "), ("/tmp/", ""))
NAMED = r"(taller|(?:asio_loop|image_service|shared_float|spooler|video_wall)_\w+) "
# A command that fails ends the script with its code; what runs in the background is waited for, and fails it, too.
BEGIN = r"""
kill() { builtin kill $1; builtin wait $1; }
wait() { for job in $(jobs -p); do builtin wait $job; done; }
end() {
    code=$?; set +e
    for job in $(jobs -p); do builtin kill $job 2>/dev/null; builtin wait $job || code=$?; done
    cat *.log 2>/dev/null
    exit $code
}
trap end EXIT
set -e
"""


def script_of(commands, number):
    """The commands on segments of their own; programs are found in PATH."""
    name = f"page-{os.getpid()}-{number}"
    for large, small in SMALLER:
        commands = commands.replace(large, small)
    commands = re.sub(r"(?<![\w/])(?:build/bin/examples|\.)/(?=\w)", "", commands)
    commands = re.sub(r"shared_float_reader\n", "shared_float_reader --count 3\n", commands)
    return re.sub(rf"\b{NAMED}", rf"\1 --name {name} ", commands.replace("\n", " \n").replace(";", " ;"))


def run(script):
    """Its exit code, what it prints and what is in the logs it wrote, and its errors."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["bash", "-c", BEGIN + script], cwd=folder, text=True, check=False, timeout=DEADLINE_S,
                              input="first line\n", capture_output=True,
                              env={**os.environ, "PATH": f"{BIN}/examples:{os.environ['PATH']}"})
    return done.returncode, done.stdout, done.stderr


def commands_and_output():
    """(page, commands, the output that the page shows)."""
    for page in sorted(EXAMPLES.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        if page.name == "README.md":
            for program, commands in re.findall(r"^\| \[(\w+)\]\(.*?\| `([^`]*)`", text, re.MULTILINE):
                yield f"{page.name}, {program}", commands + "\n", ""
        else:
            found = [text for _, text in blocks(text)]
            yield page.name, found[0], "".join(found[1:])


def mistakes(page, commands, shown, number):
    script = script_of(commands, number)
    code, printed, errors = run(script)
    if code != 0:
        return [f"docs/examples/{page}: ended with {code}: {script}\n{printed}{errors}"]
    there = {shape(line) for line in printed.splitlines()}
    return [f"docs/examples/{page} shows what is not printed: {line}\n--- printed was:\n{printed}"
            for line in shown.splitlines() if shape(line) not in there]


def main():
    pages = list(commands_and_output())
    if len(pages) != 2 * len(list(EXAMPLES.glob("[!R]*.md"))):
        sys.exit("docs/examples: every page has commands, and a line in README.md")
    with ThreadPoolExecutor(len(pages)) as pool:
        found = pool.map(lambda one: mistakes(*one[1], one[0]), enumerate(pages))
        wrong = [mistake for one in found for mistake in one]
    for path in Path("/dev/shm").glob(f"handoff.page-{os.getpid()}-*"):
        path.unlink()
    sys.exit("\n".join(wrong) if wrong else 0)


main()
