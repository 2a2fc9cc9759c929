#!/usr/bin/python3
"""Whether the programs still print what the pages show: numbers, units and names aside, each line of a transcript.

usage: check_transcripts.py BIN_DIR REPOSITORY

Runs the scripts of docs/reliability.md with small pictures on channels of its own; README.md shows what the demo prints.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True  # nothing is left in the source tree

from transcripts import blocks, shape  # noqa: E402

BIN, ROOT = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
README = (ROOT / "README.md").read_text(encoding="utf-8")
KILLS = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
WAITING = "waiting for "  # printed by whoever comes first
SMALLER = (("3840x2160", "320x240"), ("--count 200", "--count 60 --rate 30"), ("--count 100", "--count 30"),
           ("sleep 2", "sleep 1"))


def run(script, name):
    """What the script prints, with small pictures and `name` for a channel."""
    for large, small in SMALLER:
        script = script.replace(large, small)
    script = re.sub(r"^(receiver|sender) ", rf"\1 --channel {name} ", script, flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["bash", "-c", script], cwd=folder, text=True, check=False, timeout=140,
                              env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


def scripts_and_transcripts():
    found = blocks(KILLS)
    for (language, script), (_, transcript) in zip(found, found[1:]):
        if language == "sh" and "kill -9" in script:
            yield script, transcript


def words_of_dev(line, dev):
    return line.startswith("== build/") or line.startswith("== building") or line[3:] in dev


def main():
    wrong, printed = [], set()
    pairs = list(scripts_and_transcripts())
    if len(pairs) != 2:
        sys.exit(f"docs/reliability.md has {len(pairs)} scripts with a kill -9 and a transcript; 2 are expected here")
    for number, (script, transcript) in enumerate(pairs):
        now = run(script, f"readme-{os.getpid()}-{number}")
        lines = {shape(line) for line in now.splitlines()}
        printed |= lines
        wrong += [f"the programs do not print: {line}\n--- they print:\n{now}" for line in transcript.splitlines()
                  if not line.startswith(("kill.sh: ", WAITING)) and shape(line) not in lines]
        wrong += [f"docs/reliability.md has no such line: {line}" for line in now.splitlines()
                  if " ended with 0" not in line and " Killed " not in line and not line.startswith(WAITING)
                  and "No such process" not in line
                  and shape(line) not in map(shape, transcript.splitlines())]
    demo = next(text for _, text in blocks(README) if text.startswith("== building"))
    dev = (ROOT / "dev").read_text(encoding="utf-8")
    for line in demo.splitlines():
        if line.startswith("== ") and not words_of_dev(line, dev):
            wrong.append(f"./dev does not say: {line}")
        if not line.startswith(("== ", "...", WAITING)) and shape(line) not in printed:
            wrong.append(f"no program prints: {line}")
    sys.exit("\n".join(wrong) if wrong else 0)


main()
