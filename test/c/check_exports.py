#!/usr/bin/python3
"""usage: check_exports.py LIBRARY HEADER_FOLDER LIST CXX_LIST [--write]

What is refused:
* a C function that is not exported by LIBRARY, declared in the headers and on LIST alike;
* a C++ function that LIBRARY exports and CXX_LIST has not, or the other way round, or that no header declares;
* one of handoff::detail for which CXX_LIST gives no reason: `function  # reason`;
* a declaration that a user can name (not private, not in detail) and that names a type of handoff::detail. Private
  members may: they are exported with their class, and nobody else can call them.
After a change on purpose, correct the lists (--write does it): what leaves them breaks programs that are compiled.
"""

import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import public_declarations  # noqa: E402


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


def with_reasons(path):
    """function -> why it is exported although it is private, or an empty text."""
    lines = (line.partition("  # ") for line in Path(path).read_text(encoding="utf-8").splitlines())
    return {name: reason for name, _, reason in lines}


def write(library, c_list, cxx_list):
    reasons = with_reasons(cxx_list)
    Path(c_list).write_text("".join(f"{name}\n" for name in sorted(exported_by(library))), encoding="utf-8")
    lines = (f"{name}  # {reasons[name]}\n" if reasons.get(name) else f"{name}\n"
             for name in sorted(exported_cxx_functions_of(library)))
    Path(cxx_list).write_text("".join(lines), encoding="utf-8")


def differences(what, names, expected):
    for name in sorted(names ^ expected):
        yield f"{name}: " + (f"{what}, but not on the list" if name in names else f"on the list, but not {what}")


def faults(library, headers, c_list, cxx_list):
    listed = set(Path(c_list).read_text(encoding="utf-8").split())
    yield from differences("exported by the library", exported_by(library), listed)
    yield from differences("declared in the headers", declared_in(headers), listed)
    cxx, reasons = exported_cxx_functions_of(library), with_reasons(cxx_list)
    yield from differences("exported by the library", cxx, set(reasons))
    declared = set(public_declarations.functions(headers))
    for name in sorted(cxx):
        if name.split("(")[0].split("[")[0] not in declared:
            yield f"{name}: exported, but no header declares it"
        if name.startswith("handoff::detail::") and not reasons.get(name):
            yield f"{name}: private and exported, and the list gives no reason"
    for file, declaration in public_declarations.naming_detail(headers):
        yield f"{file}: a user can name this, and it names a type of handoff::detail: {declaration}"


def main():
    if len(sys.argv) not in (5, 6):
        print(__doc__, file=sys.stderr)
        return 2
    library, headers, c_list, cxx_list = sys.argv[1:5]
    if sys.argv[5:] == ["--write"]:
        write(library, c_list, cxx_list)
    found = list(faults(library, headers, c_list, cxx_list))
    for fault in found:
        print(fault)
    functions = len(exported_by(library)), len(exported_cxx_functions_of(library))
    print(f"{functions[0]} C functions and {functions[1]} of C++ are exported, {len(found)} faults")
    return 1 if found or 0 in functions else 0


if __name__ == "__main__":
    sys.exit(main())
