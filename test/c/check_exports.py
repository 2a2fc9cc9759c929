#!/usr/bin/python3
"""usage: check_exports.py LIBRARY HEADER_FOLDER LIST CXX_LIST [--write]

The C functions that LIBRARY exports, those that the headers declare, and those on LIST are the same. The C++ functions
that it exports are those of CXX_LIST, and none is in handoff::detail but what LenderPtr puts inline into programs.
After a change on purpose, correct the lists (--write does it): what leaves them breaks programs that are compiled.
"""

import re
import subprocess
import sys
from pathlib import Path

INLINED = {f"handoff::detail::slot::{name}(handoff::detail::slot::Lender&)" for name in ("hold", "let_go")}


def exported_by(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1].split("@")[0] for line in lines.splitlines()}
    return {name for name in names if not name.startswith("_Z")}


def exported_cxx_functions_of(library):
    lines = subprocess.run(["nm", "-DC", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    functions = [line.split(" ", 2)[2] for line in lines.splitlines() if line.split(" ", 2)[1] == "T"]
    return {name for name in functions if not re.fullmatch(r"handoff_\w+(@.*)?", name)}


def declared_in(folder):
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(folder).rglob("*.h")))
    return set(re.findall(r"^HANDOFF_API [^;(]*?\b(handoff_\w+)\(", text, re.MULTILINE))


def main():
    if len(sys.argv) not in (5, 6):
        print(__doc__, file=sys.stderr)
        return 2
    library, headers, c_list, cxx_list = sys.argv[1:5]
    if sys.argv[5:] == ["--write"]:
        Path(c_list).write_text("".join(f"{name}\n" for name in sorted(exported_by(library))), encoding="utf-8")
        Path(cxx_list).write_text("".join(f"{name}\n" for name in sorted(exported_cxx_functions_of(library))),
                                  encoding="utf-8")
    listed = set(Path(c_list).read_text(encoding="utf-8").split())
    cxx_listed = set(Path(cxx_list).read_text(encoding="utf-8").splitlines())
    cxx = exported_cxx_functions_of(library)
    wrong = 0
    for what, names, expected in (("exported by the library", exported_by(library), listed),
                                  ("declared in the headers", declared_in(headers), listed),
                                  ("exported by the library", cxx, cxx_listed)):
        for name in sorted(names ^ expected):
            wrong += 1
            print(f"{name}: " + (f"{what}, but not on the list" if name in names else f"on the list, but not {what}"))
    for name in sorted(name for name in cxx - INLINED if name.startswith("handoff::detail")):
        wrong += 1
        print(f"{name}: private, and exported")
    print(f"{len(listed)} C functions and {len(cxx_listed)} of C++ on the lists, {wrong} differences")
    return 1 if wrong or not listed or not cxx_listed else 0


if __name__ == "__main__":
    sys.exit(main())
