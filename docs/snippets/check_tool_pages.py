#!/usr/bin/python3
"""Whether the tool still prints what docs/tool.md, docs/recordings.md, the README's part about it and the message in
docs/channel.md show: every line of a transcript must be printed, numbers, names and the widths of columns aside, and
every command must be run; where `info` tells what hangs, it must print no other line.

usage: check_tool_pages.py BIN_DIR REPOSITORY

Makes the scenes of the pages with smaller pictures, on segments of its own: a detector that hangs and is killed, a
recorder that is killed. The table of exit codes is compared with --help.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # nothing is left in the source tree

from transcripts import blocks, shape  # noqa: E402

BIN, ROOT = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
CHANNEL, TOPIC = f"frames-{os.getpid()}", f"camera-{os.getpid()}"
DEADLINE_S = 60
PICTURE_BYTES = 320 * 240 * 3
PAGES = ("README.md", "docs/tool.md", "docs/recordings.md", "docs/channel.md")


def verb_and_options(words):
    verb, *others = words
    return {verb, *(word for word in others if word.startswith("-")),
            *("a recording" for word in others if word.endswith(".mcap"))}


class Scene:
    """The programs that a page tells of, and what the tool printed."""

    def __init__(self, folder):
        self.folder = folder
        self.programs = []
        self.printed = []
        self.given = []

    def start(self, program, *arguments, **options):
        process = subprocess.Popen([program, *map(str, arguments)], cwd=self.folder, stderr=subprocess.DEVNULL, **options)
        self.programs.append(process)
        return process

    def tool(self, *arguments):
        """What it prints on both streams, kept."""
        self.given.append(verb_and_options(map(str, arguments)))
        return self.run("handoff", *arguments)

    def run(self, program, *arguments):
        done = subprocess.run([BIN / program, *map(str, arguments)], cwd=self.folder, text=True, check=False,
                              timeout=DEADLINE_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.printed += done.stdout.splitlines()
        return done.stdout

    def tool_until(self, wanted, *arguments):
        """Asks until the answer has a line with what is wanted; only that answer is kept."""
        end, kept = time.monotonic() + DEADLINE_S, len(self.printed)
        while True:
            del self.printed[kept:]
            answer = self.tool(*arguments)
            if wanted in answer:
                return answer
            if time.monotonic() > end:
                sys.exit(f"`handoff {' '.join(arguments)}` never said '{wanted}', but:\n{answer}")
            time.sleep(0.05)

    def end(self):
        for process in self.programs:
            process.kill()
            process.wait()
        for name in (CHANNEL, TOPIC, f"again-{TOPIC}"):
            subprocess.run([BIN / "handoff", "rm", "--force", name], check=False, capture_output=True)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def frames_stop(scene):
    """A detector that takes frames and hangs with one in its hands; then both sides die. Returns what info said first."""
    detector = scene.folder / "detector.py"
    shutil.copy(BIN / "handoff", detector)

    sender = scene.start(BIN / "sender", "--channel", CHANNEL, "--pattern", "320x240", "--in-flight", "8", "--timeout", "1h",
                         "--wait-receiver", "1h")
    scene.tool_until("1 sender", "ls", CHANNEL)
    scene.run("sender", "--channel", CHANNEL, "--pattern", "320x240", "--slots", "16")  # more than there are
    hanging = scene.start(detector, "recv", CHANNEL, stdout=subprocess.PIPE)
    hanging.stdout.read(20 * PICTURE_BYTES)  # and no more: its pipe is full, and a frame in its hands
    hung = scene.tool_until("is it hung?", "info", CHANNEL)
    scene.tool("ls", CHANNEL, "--interval", "10ms")
    kill(hanging)
    scene.tool_until("was it one of those that were here before?", "info", CHANNEL)
    working = scene.start(detector, "recv", CHANNEL, stdout=subprocess.DEVNULL)
    scene.tool_until("round_trip", "lat", CHANNEL, "--interval", "500ms", "--duration", "500ms")
    working.send_signal(signal.SIGSTOP)
    scene.tool_until("8/8", "ls", CHANNEL)
    kill(sender)
    kill(working)
    scene.tool("clean", CHANNEL, "--dry-run")
    return hung


def recordings(scene):
    """One that is complete, and one whose recorder is killed."""
    sender = scene.start(BIN / "sender", "--topic", TOPIC, "--pattern", "320x240", "--rate", "30")
    scene.tool_until("1 publisher", "ls", TOPIC)
    scene.tool("record", TOPIC, "-o", "film.mcap", "--duration", "1s")
    scene.tool("play", "film.mcap", "--rate", "10", "--prefix", "again-")
    scene.tool("info", "film.mcap")
    (scene.folder / "film.mcap").unlink()
    recorder = scene.start(BIN / "handoff", "record", TOPIC, "-o", "film.mcap")
    end = time.monotonic() + DEADLINE_S
    while not any(part.stat().st_size > 6_000_000 for part in scene.folder.glob("film.mcap.*.partial")):
        if time.monotonic() > end:
            sys.exit("the recorder did not write two chunks")
        time.sleep(0.02)
    kill(recorder)
    kill(sender)
    cut = next(scene.folder.glob("film.mcap.*.partial"))
    shutil.copy(cut, scene.folder / "killed.mcap")
    scene.tool("play", "killed.mcap", "--rate", "10", "--prefix", "again-")
    scene.tool("repair", cut.name)


def comparable(line):
    line = line.removeprefix("sender: ").replace(CHANNEL, "frames").replace(TOPIC, "camera")
    line = re.sub(r"\S+(\s+(?:0600$|alive\b))", r"root\1", line)  # whoever runs this
    line = re.sub(r" \([^()]* on large pages\)", "", line)  # the smaller pictures have none
    return shape(re.sub(r"mcap\.[0-9a-f]{8}\.partial", "mcap.partial", line))


def differences_of_exit_codes():
    """The table of docs/tool.md is that of `handoff --help`; those of the two other programs have no other line."""
    page = (ROOT / "docs/tool.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d) \| (.*) \|$", page.split("## Exit codes")[1].split("\n## ")[0], re.MULTILINE)
    for program in ("handoff", "sender", "receiver"):
        said = subprocess.run([BIN / program, "--help"], check=True, text=True, stdout=subprocess.PIPE).stdout
        codes = re.findall(r"^  (\d)  (.*)$", said.split("Exit codes:")[1], re.MULTILINE)
        yield from (f"docs/tool.md does not have exit code {' '.join(row)} of {program}" for row in codes if row not in table)
        if program == "handoff":
            yield from (f"docs/tool.md has an exit code that `handoff --help` does not have: {' '.join(row)}"
                        for row in table if row not in codes)


def transcripts():
    """(page, lines) of every block that begins with the tool's prompt or shows its findings."""
    for name in PAGES:
        for _, text in blocks((ROOT / name).read_text(encoding="utf-8")):
            if text.startswith(("$ handoff", "$ kill", "what looks wrong", "the channel '")):
                yield name, [line for line in text.splitlines() if line and not line.startswith("$ ")]


def commands_that_are_not_run(given):
    """A command of a page was given here with all its options, on other names."""
    for name in PAGES:
        for _, text in blocks((ROOT / name).read_text(encoding="utf-8")):
            for command in re.findall(r"^\$ handoff ([^|\n]*)", text, re.MULTILINE):
                if not any(verb_and_options(command.split()) <= words for words in given):
                    yield f"{name} shows a command that is not run here: handoff {command}"


def main():
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder))
        try:
            hung = frames_stop(scene)
            recordings(scene)
        finally:
            scene.end()
    printed = {comparable(line) for line in scene.printed}
    shown = [(page, line) for page, lines in transcripts() for line in lines]
    wrong = [*differences_of_exit_codes(), *commands_that_are_not_run(scene.given)]
    wrong += [f"{page} shows what is not printed: {line}" for page, line in shown if comparable(line) not in printed]
    on_page = {comparable(line) for page, line in shown if page == "docs/tool.md"}
    wrong += [f"docs/tool.md does not show: {line}" for line in hung.splitlines() if line and comparable(line) not in on_page]
    if wrong:
        sys.exit("\n".join([*wrong, "--- printed was:", *scene.printed]))


main()
