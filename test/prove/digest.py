#!/usr/bin/python3
"""A digest of the protocol's sources without comments and white space, and whether docs/reliability.md was made with it.

usage: digest.py            prints the digest
       digest.py --check    exit code 0: the page carries this digest; 77 (a skipped test): it does not, said in words

What is stepped, killed and searched by `./dev prove` is what these rooms do: any change of a statement there means that
the page describes another program.
"""

import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("sync", "segment", "participants", "slots", "channel", "topic", "latest")
PLATFORM = ("futex", "lock_file", "shm_file", "clock", "process")
PAGE = ROOT / "docs" / "reliability.md"
SKIPPED = 77

# Strings and characters first: what looks like a comment inside one is none.
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//[^\n]*|/\*.*?\*/|\s+', re.DOTALL)


def without_comments(text):
    return TOKEN.sub(lambda match: match[0] if match[0][0] in "\"'" else " ", text).split()


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


def check():
    found = re.search(r"digest of the protocol's sources ([0-9a-f]{16})", PAGE.read_text(encoding="utf-8"))
    now = digest()
    if found and found[1] == now:
        print(f"the page was made with this protocol ({now})")
        return 0
    print(f"docs/reliability.md was made with {'digest ' + found[1] if found else 'an unknown protocol'}, the sources have {now}:"
          " the protocol changed since. `./dev prove` makes the page anew; it takes an hour")
    return SKIPPED


def main():
    if sys.argv[1:] == ["--check"]:
        return check()
    if sys.argv[1:]:
        sys.exit(__doc__)
    print(digest())
    return 0


if __name__ == "__main__":
    sys.exit(main())
