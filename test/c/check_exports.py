#!/usr/bin/python3
"""usage: check_exports.py LIBRARY HEADER_FOLDER LIST

The C functions that LIBRARY exports, those that the headers declare, and those on the list are the same; beside them
it exports C++ only. After a change on purpose, correct the list: what leaves it breaks programs that are compiled.
"""

import re
import subprocess
import sys
from pathlib import Path


def exported_by(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1].split("@")[0] for line in lines.splitlines()}
    return {name for name in names if not name.startswith("_Z")}


def declared_in(folder):
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(folder).rglob("*.h")))
    return set(re.findall(r"^HANDOFF_API [^;(]*?\b(handoff_\w+)\(", text, re.MULTILINE))


def main():
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    listed = set(Path(sys.argv[3]).read_text(encoding="utf-8").split())
    wrong = 0
    for what, names in (("exported by the library", exported_by(sys.argv[1])),
                        ("declared in the headers", declared_in(sys.argv[2]))):
        for name in sorted(names ^ listed):
            wrong += 1
            print(f"{name}: " + (f"{what}, but not on the list" if name in names else f"on the list, but not {what}"))
    print(f"{len(listed)} functions on the list, {wrong} differences")
    return 1 if wrong or not listed else 0


if __name__ == "__main__":
    sys.exit(main())
