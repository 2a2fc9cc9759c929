#!/usr/bin/python3
"""A digest of the protocol's sources without comments and white space, and whether the tables were made with it.

usage: digest.py            prints the digest
       digest.py --check    exit code 0: the page says which of its parts were made with another protocol, or never
       digest.py --current  exit code 0: there are none
       digest.py --ledger COMMIT MACHINE PART...
                            prints the page's table of runs, the rows of these parts anew, all others as they are

What is stepped, killed and searched by `./dev prove` is what these rooms do: any change of a statement there means that
the page describes another program.
"""

import datetime
import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("sync", "segment", "participants", "slot", "queue", "broadcast", "channel", "topic", "latest")
PLATFORM = ("futex", "lock_file", "shm_file", "clock", "process")
PAGE = ROOT / "docs" / "measurements" / "reliability.md"
PARTS = ("stepping", "controls", "figures", "soak", "mutants", "models", "fuzz")
HEAD = "| part | date | commit | digest of the protocol's sources | machine |\n|---|---|---|---|---|\n"
ROW = re.compile(r"^\| (\w+) \| [^|]* \| [^|]* \| ([0-9a-f]{16}|unknown) \| [^|]* \|$", re.MULTILINE)
STALE = "Made with another protocol than that of these sources, or never: "

# Numbers, strings and characters first: what looks like a comment inside one is none, and the ' of 65'536 is no quote.
TOKEN = re.compile(r'\b\d(?:\'?[\w.])*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//[^\n]*|/\*.*?\*/|\s+', re.DOTALL)


def without_comments(text):
    return TOKEN.sub(lambda match: " " if match[0][0] == "/" or match[0].isspace() else match[0], text).split()


def sources():
    for room in ROOMS:
        yield from sorted((ROOT / "src" / room).glob("*.[ch]pp"))
    for name in PLATFORM:
        yield from sorted((ROOT / "src" / "platform").glob(f"{name}.[ch]pp"))


def digest():
    whole = hashlib.sha256()
    for path in sources():
        whole.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        whole.update("".join(without_comments(path.read_text(encoding="utf-8"))).encode() + b"\0")
    return whole.hexdigest()[:16]


def rows_of(page):
    """The rows of the table of runs: part -> (digest, line)."""
    return {match[1]: (match[2], match[0]) for match in ROW.finditer(page)}


def stale_parts(page, now):
    """The parts that were not run with the protocol as it is."""
    rows = rows_of(page)
    return [part for part in PARTS if rows.get(part, ("", ""))[0] != now]


def admission(stale):
    """The line of the page about parts that prove nothing about these sources."""
    return f"{STALE}{', '.join(stale)}." if stale else ""


def admits(page, stale):
    lines = [line for line in page.splitlines() if line.startswith(STALE)]
    return lines == ([admission(stale)] if stale else [])


def check(must_be_current):
    now, page = digest(), PAGE.read_text(encoding="utf-8")
    stale = stale_parts(page, now)
    if stale:
        print(f"the sources have digest {now}; `./dev prove {' '.join(stale)}` makes these parts of "
              "docs/measurements/reliability.md anew")
    else:
        print(f"the page was made with this protocol ({now})")
    if admits(page, stale):
        return 1 if must_be_current and stale else 0
    print("below its table of runs the page must say" + (f": {admission(stale)}" if stale else " nothing more"))
    return 1


def ledger(page, commit, machine, parts):
    """The table of runs after `parts` ran now."""
    rows = {part: line for part, (_, line) in rows_of(page).items()}
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    rows |= {part: f"| {part} | {today} | {commit} | {digest()} | {machine} |" for part in parts}
    table = HEAD + "\n".join(rows[part] for part in PARTS if part in rows)
    stale = stale_parts(table, digest())
    return table + (f"\n\n{admission(stale)}" if stale else "")


def main():
    if sys.argv[1:] in (["--check"], ["--current"]):
        return check(must_be_current=sys.argv[1] == "--current")
    if sys.argv[1:2] == ["--ledger"] and len(sys.argv) >= 4:
        print(ledger(PAGE.read_text(encoding="utf-8"), sys.argv[2], sys.argv[3], sys.argv[4:]))
        return 0
    if sys.argv[1:]:
        sys.exit(__doc__)
    print(digest())
    return 0


if __name__ == "__main__":
    sys.exit(main())
