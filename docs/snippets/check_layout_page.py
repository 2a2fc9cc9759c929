#!/usr/bin/env python3
"""Compares the worked example of docs/design/layout.md with what the program prints now.

    check_layout_page.py PROGRAM PAGE [--write]

Lines and offsets must be the same, and the values but for those that differ in each run: what they are is in CHANGES.
The sizes and the formula that the page begins with must lead to the offsets that the program prints.
--write puts the program's output into the page.
"""

import re
import subprocess
import sys

# Offsets in the part: fingerprint, instance and time of creation, creator's pid, last look; pid, start and join of a
# participant and its program's name; when the message was sent.
CHANGES = {"header": {16, 96, 104, 112, 120}, "participant 0": {8, 16, 24, 32, 40, 48, 56}, "slot 0": {40}}
BLOCK = re.compile(r"```\n(segment .*?)```\n", re.S)


def comparable(text):
    part, lines = "", []
    for line in text.splitlines():
        word = re.fullmatch(r" *(\d+)  \+(\d+) +([0-9a-f]{16})", line)
        if not word:
            part = line
        elif int(word[2]) in CHANGES.get(part, ()):
            line = f"{word[1]} +{word[2]} differs in each run"
        lines.append(line.strip())
    return lines


def sizes_that_do_not_fit(page, printed):
    def size_of(name):
        return int(re.search(rf"^\w+ +{name}\S* +(\d+) bytes", page, re.MULTILINE)[1])

    def word(offset):
        return int(re.search(rf"^ *{offset}  \+{offset} +([0-9a-f]{{16}})", printed, re.MULTILINE)[1], 16)

    def round64(number):
        return -(-number // 64) * 64

    counts = word(32)
    participants, slots = counts & 0xffffffff, counts >> 32
    cells = max(1024, 1 << (4 * (slots + 1) - 1).bit_length())
    own = int(re.search(r"round64\((\d+) \+ round64\(payload_bytes\) \+ reply_bytes\)", page)[1])
    at = round64(size_of("SegmentHeader"))
    said = [at, at := at + participants * size_of("ParticipantEntry"),
            round64(at + size_of("ChannelControl") + 8 * cells + 8 * -(-slots // 64)),
            round64(own + round64(word(40)) + word(48))]
    there = list(map(int, re.search(r"participants (\d+), control (\d+), slots (\d+), stride (\d+)", printed).groups()))
    if said != there:
        yield f"sizes and formula of the page give the offsets {said}; the program prints {there}"


def main():
    program, page = sys.argv[1:3]
    printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    with open(page, encoding="utf-8") as file:
        text = file.read()
    shown = BLOCK.search(text)[1]
    if "--write" in sys.argv:
        with open(page, "w", encoding="utf-8") as file:
            file.write(text.replace(shown, printed))
        return 0
    wrong = [f"page: {a}\n now: {b}" for a, b in zip(comparable(shown), comparable(printed)) if a != b]
    if len(comparable(shown)) != len(comparable(printed)):
        wrong.append("the program prints another number of lines")
    wrong += sizes_that_do_not_fit(text, printed)
    print("\n".join(wrong) or "the page shows what the program prints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
