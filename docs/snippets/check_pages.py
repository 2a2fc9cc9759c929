#!/usr/bin/python3
"""Whether the pages hang together: every link between them leads somewhere, every decision says what became of it,
ARCHITECTURE.md and test/README.md name every folder, README.md shows lines of docs/snippets/patterns.cpp,
docs/performance.md rows of its measurements, and docs/errors.md every error.

usage: check_pages.py REPOSITORY
"""

import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)")
STATUS = re.compile(r"^\*\*Status:\*\* (?:accepted|replaced by \[\d+\]\([^)]*\))(.*?)\.$", re.MULTILINE | re.DOTALL)


def pages():
    for path in sorted(ROOT.rglob("*.md")):
        if not {"build", "node_modules"} & set(path.relative_to(ROOT).parts):
            yield path


def without_code(text):
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def anchors(text):
    """As the sites that show Markdown make them out of headings."""
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        yield "#" + re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def broken_links():
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for target, anchor in LINK.findall(without_code(text)):
            if re.match(r"[a-z]+:", target):
                continue
            file = (page.parent / target).resolve() if target else page
            where = f"{page.relative_to(ROOT)}: {target}{anchor}"
            if not file.exists():
                yield f"{where} leads nowhere"
            elif anchor and anchor not in anchors(file.read_text(encoding="utf-8")):
                yield f"{where}: that page has no such heading"


def mistakes_of_decisions():
    """Each has a status, stands in the list, and what amends another is named by it."""
    folder, named = ROOT / "docs/decisions", {}
    overview = (folder / "README.md").read_text(encoding="utf-8")
    for page in sorted(folder.glob("[0-9]*.md")):
        number, text = int(page.name[:4]), page.read_text(encoding="utf-8")
        status = STATUS.search(text)
        title = re.match(r"# (\d+)\. (.*)", text)
        if not title or int(title[1]) != number:
            yield f"{page.name}: its title must begin with '# {number}. '"
        elif f"| {number} | [{title[2]}]({page.name}) |" not in overview:
            yield f"docs/decisions/README.md does not list {page.name} by its title"
        if not status:
            yield f"{page.name} has no line '**Status:** accepted' or 'replaced by'"
            continue
        for verb, others in re.findall(r"(amended by|amends) ((?:\[\d+\]\([^)]*\)(?: and )?)+)", " ".join(status[1].split())):
            named.setdefault((number, verb), set()).update(map(int, re.findall(r"\[(\d+)\]", others)))
    for (number, verb), others in named.items():
        back = "amends" if verb == "amended by" else "amended by"
        yield from (f"decision {number} is said to be {verb} {other}, and {other} does not say so"
                    for other in others if number not in named.get((other, back), ()))


def rooms_without_a_word():
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for parent in ("src", "apps", "bindings"):
        yield from (f"ARCHITECTURE.md does not name {parent}/{room.name}" for room in sorted((ROOT / parent).iterdir())
                    if room.is_dir() and f"`{parent}/{room.name}`" not in architecture)
    named = set(re.findall(r"`(\w+/\w+|\w+)`", architecture))
    yield from (f"ARCHITECTURE.md names {room}, which is not there" for room in sorted(named)
                if "/" in room and room.split("/")[0] in ("src", "apps", "bindings") and not (ROOT / room).is_dir())
    tests = (ROOT / "test/README.md").read_text(encoding="utf-8")
    yield from (f"test/README.md does not name {room.name}" for room in sorted((ROOT / "test").iterdir())
                if room.is_dir() and room.name != "__pycache__" and f"`{room.name}`" not in tests)


def errors_that_are_not_told():
    """docs/errors.md has number, name and sentence of every code, and of no other."""
    header = (ROOT / "include/handoff/error.hpp").read_text(encoding="utf-8")
    source = (ROOT / "src/error.cpp").read_text(encoding="utf-8")
    python = (ROOT / "bindings/python/handoff/_errors.py").read_text(encoding="utf-8")
    types = set(re.findall(r"^class (\w+)\(Error[^=]*code = (\d+)$", python, re.MULTILINE))
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    yield from (f"docs/errors.md names {name}, which Python does not have"
                for code, name in re.findall(r"^\| (\d+) \| `\w+` \| `(\w+)`", page, re.MULTILINE)
                if (name, code) not in types)
    numbers = dict(re.findall(r"^    (\w+) = (\d+),", header, re.MULTILINE))
    sentences = dict(re.findall(r'case Errc::(\w+):\s*return "([^"]*)";', source))
    told = set(re.findall(r"^\| (\d+) \| `(\w+)` \| `\w+` \| (.*?) \|", page, re.MULTILINE))
    there = {(number, name, sentences[name]) for name, number in numbers.items()}
    yield from (f"docs/errors.md does not say: {' '.join(error)}" for error in sorted(there - told))
    yield from (f"docs/errors.md says of an error that is not there: {' '.join(error)}" for error in sorted(told - there))


def rows_that_nobody_measured():
    """The short table of docs/performance.md is made of rows of the long one."""
    measured = (ROOT / "docs/measurements/performance.md").read_text(encoding="utf-8").splitlines()
    table = re.search(r"^## In short\n\n(.*?)\n\n", (ROOT / "docs/performance.md").read_text(encoding="utf-8"),
                      re.MULTILINE | re.DOTALL)
    yield from (f"docs/performance.md shows a row that docs/measurements/performance.md does not have: {row}"
                for row in table[1].splitlines() if row not in measured)


def lines_that_nobody_compiles():
    compiled = [line.strip() for line in (ROOT / "docs/snippets/patterns.cpp").read_text(encoding="utf-8").splitlines()]
    shown = re.findall(r"^```cpp\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    yield from (f"README.md shows a line that is not in docs/snippets/patterns.cpp: {line}"
                for block in shown for line in block.splitlines() if line.strip() not in compiled)


wrong = [*errors_that_are_not_told(), *rows_that_nobody_measured(), *lines_that_nobody_compiles(), *rooms_without_a_word(), *broken_links(), *mistakes_of_decisions()]
sys.exit("\n".join(wrong) if wrong else 0)
